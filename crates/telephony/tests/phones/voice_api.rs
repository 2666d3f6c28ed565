//! Calls through the web service of a provider. The real one cannot be reached from a test: here stands one of our own
//! that speaks its interface as it is published, does what it is told, and lies when it is told to.

mod attacks;
mod document;
mod matrix;
mod provider;
mod proxies;
