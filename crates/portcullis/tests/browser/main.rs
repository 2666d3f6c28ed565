//! A real Chromium at the real server.

mod agent;
mod amm;
mod branding;
mod browser;
mod call_certificates;
mod call_matrix;
mod call_trunks;
mod calls;
mod chromium;
mod company;
mod direct;
mod factors;
mod keyboard;
mod keys;
mod looks;
mod no_script;
mod passkeys;
mod phones;
mod prompts;
mod provider;
mod ranger;
mod recovery;
mod remembered;
mod story;
