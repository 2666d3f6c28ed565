//! The table of every route. `registered` fails when the router knows one that is not in it.

mod admin;
mod api;
mod console;
mod open;
mod vault;

use super::route::Route;

pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    console().chain(api())
}

/// Everything that answers a browser.
pub(super) fn console() -> impl Iterator<Item = &'static Route> {
    open::ROUTES
        .iter()
        .chain(vault::ROUTES)
        .chain(console::ROUTES)
        .chain(admin::ROUTES)
}

pub(super) fn api() -> impl Iterator<Item = &'static Route> {
    api::ROUTES.iter()
}

/// The same method and path once, whatever the query.
pub(super) fn distinct() -> Vec<&'static Route> {
    let mut routes: Vec<&Route> = Vec::new();
    for route in all() {
        if !routes
            .iter()
            .any(|known| (known.method, known.path) == (route.method, route.path))
        {
            routes.push(route);
        }
    }
    routes
}
