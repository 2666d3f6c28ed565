//! The real binary: started, driven over HTTPS, killed, and searched for what must not leave it.

mod budgets;
mod calls;
mod commands;
mod configuration;
mod curl;
mod first_start;
mod keys;
mod kill;
mod leaks;
mod limits;
mod mfa;
mod mfa_site;
mod race;
mod site;
mod trail;
