//! A real Chromium at the real server.

mod browser;
mod chromium;
mod looks;
mod no_script;
mod story;
