//! Letters to a real mail server.

mod content;
mod listeners;
mod manners;
mod rehearsals;
mod secrets;
mod settings;
mod strangers;
mod support;
