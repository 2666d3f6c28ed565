//! The reference of the API, made from its own description.

mod endpoint;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::Web;
use crate::answer::{Answer, page};
use crate::api::DESCRIPTION;
use crate::session::SignedIn;
use crate::shell::Shell;

use endpoint::{Section, sections};

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/help/api", get(show))
}

#[derive(Template)]
#[template(path = "help/api.html")]
struct ReferencePage {
    shell: Shell,
    base_url: String,
    sections: Vec<Section>,
    problems: [(&'static str, &'static str); 9],
}

/// The codes of problems that programs meet.
const PROBLEMS: [(&str, &str); 9] = [
    ("bad_request", "The address or the body cannot be read."),
    ("unauthenticated", "No token, or one that is not valid."),
    (
        "denied",
        "Your role, your grants or the scopes of the token do not allow it.",
    ),
    (
        "not_found",
        "There is nothing there, or nothing that you may know of.",
    ),
    (
        "conflict",
        "It is not possible in the present state; the detail says why.",
    ),
    ("invalid", "Fields are wrong; they are listed."),
    (
        "unprocessable",
        "A field is missing, unknown or of the wrong type.",
    ),
    (
        "too_many",
        "Too many attempts. Retry-After says when to come back.",
    ),
    (
        "busy",
        "The server has too much to do. Retry-After says when to come back.",
    ),
];

async fn show(State(web): State<Web>, who: SignedIn) -> Answer {
    page(&ReferencePage {
        shell: Shell::new(&web, &who, "/help/api"),
        sections: sections(&DESCRIPTION, &web.base.base_url),
        base_url: web.base.base_url.clone(),
        problems: PROBLEMS,
    })
}
