//! A real Chromium at the real server.

mod browser;
mod chromium;
mod looks;
mod story;
