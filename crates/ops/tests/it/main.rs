//! The operations through the gate, as people, programs and auditors see them.

mod browsers;
mod catalog;
mod ceiling;
mod codes;
mod forgotten;
mod forgotten_browsers;
mod gate;
mod guessing;
mod input;
mod known_browsers;
mod letters;
mod machine;
mod passes;
mod policy;
mod policy_changes;
mod rights;
mod rotation;
mod second_factors;
mod sessions;
mod setup;
mod sign_in;
mod tampering;
mod tokens;
mod trail;
mod trash;
mod vault;
