//! The real binary: started, driven over HTTPS, killed, and searched for what must not leave it.

mod first_start;
mod site;
