//! The operations through the gate, as people, programs and auditors see them.

mod rights;
mod gate;
mod trail;
mod tampering;
mod rotation;
