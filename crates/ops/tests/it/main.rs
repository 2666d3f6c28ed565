//! The operations through the gate, as people, programs and auditors see them.

mod codes;
mod gate;
mod guessing;
mod rights;
mod rotation;
mod sign_in;
mod tampering;
mod trail;
