//! A real Chromium at the real server.

mod branding;
mod browser;
mod chromium;
mod factors;
mod keyboard;
mod keys;
mod looks;
mod no_script;
mod story;
