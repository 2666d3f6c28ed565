//! The doors as browsers and programs meet them.

mod activity;
mod admin;
mod api;
mod api_mfa;
mod branding;
mod break_glass;
mod browser;
mod calls;
mod hooks;
mod matrix;
mod pages;
mod passkeys;
mod prompts;
mod rules;
mod set_up;
mod sign_in;
mod vault;
