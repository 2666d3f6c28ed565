//! The store on a real database: schema, migrations, lists and search.

mod lists;
mod opening;
mod schema;
mod search;
mod shelf;
mod writing;
