//! The privacy text, which people accept once before they go on.

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use portcullis_ops::OpError;
use portcullis_ops::privacy::{Accept, Find, PrivacyText};
use serde::Deserialize;

use crate::answer::{Answer, page, redirect};
use crate::form::Posted;
use crate::session::SignedIn;
use crate::shell::Front;
use crate::{Web, next_path};

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/privacy", get(show).post(accept))
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage {
    front: Front,
    csrf: String,
    username: String,
    next: String,
    privacy: PrivacyText,
}

#[derive(Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
}

async fn show(State(web): State<Web>, who: SignedIn, Query(query): Query<NextQuery>) -> Answer {
    let next = next_path::safe(&query.next).unwrap_or("/");
    match web.gate.read(&who.caller, Find).await? {
        Some(privacy) => page(&PrivacyPage {
            front: Front::of_anybody(&web),
            csrf: who.csrf.clone(),
            username: who.me.username.clone(),
            next: next.to_owned(),
            privacy,
        }),
        None => Ok(redirect(next)),
    }
}

async fn accept(State(web): State<Web>, posted: Posted) -> Answer {
    let next = posted.fields.text("next");
    let next = next_path::safe(&next).unwrap_or("/");
    let operation = Accept {
        digest: posted.fields.text("digest"),
    };
    match web.gate.write(&posted.who.caller, operation).await {
        Ok(()) => Ok(redirect(next)),
        // The text was changed while they read it: they read the new one.
        Err(OpError::Conflict(_)) => Ok(redirect(&format!("/privacy?next={}", next_path::encode(next)))),
        Err(error) => Err(error.into()),
    }
}
