//! The operations through the gate, as people, programs and auditors see them.

mod catalog;
mod codes;
mod forgotten;
mod gate;
mod guessing;
mod input;
mod machine;
mod passes;
mod policy;
mod policy_changes;
mod policy_reports;
mod recovery;
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
