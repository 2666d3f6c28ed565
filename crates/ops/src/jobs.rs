//! Work that nobody asks for.

mod sweep;

pub use sweep::{Sweep, Swept};
