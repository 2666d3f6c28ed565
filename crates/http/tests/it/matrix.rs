//! Every route with every caller, held against `docs/permissions.md`; and with everything that is hostile.

mod callers;
mod cells;
mod entrance;
mod hostile;
mod judge;
mod others;
mod permissions;
mod registered;
mod request;
mod route;
mod routes;
mod rows;
mod stage;
mod things;
mod trail;
