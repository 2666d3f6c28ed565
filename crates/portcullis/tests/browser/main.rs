//! A real Chromium at the real server.

mod browser;
mod chromium;
mod factors;
mod keyboard;
mod keys;
mod looks;
mod no_script;
mod remembered;
mod story;
