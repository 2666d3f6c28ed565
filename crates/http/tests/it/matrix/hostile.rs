//! What no browser and no program sends: hostile paths, queries, bodies and headers, to every route.

mod bodies;
mod forged;
mod headers;
mod paths;
mod queries;
mod storm;
mod trick;
