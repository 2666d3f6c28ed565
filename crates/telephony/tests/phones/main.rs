//! Calls to a telephone that does what it is told, and to peers that none of us wrote.

mod attacks;
mod matrix;
mod peers;
mod phone;
mod signalling;
mod support;
mod tones;
mod trunks;
mod voice_api;
