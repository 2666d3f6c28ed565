use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_ops::activity::{ChangeFilter, DeleteFilter, FilterView, SaveFilter};
use uuid::Uuid;

use super::asked::Asked;
use super::{HERE, look};
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Fields, Posted, checked_on};

/// A filter that somebody keeps, as a link.
pub(super) struct Saved {
    pub(super) view: FilterView,
    pub(super) address: String,
}

impl Saved {
    pub(super) fn of(view: FilterView) -> Self {
        Self {
            address: Asked::kept(&view.filter).address(HERE, &[]),
            view,
        }
    }
}

/// Keeps the filter that the page shows.
pub(super) async fn save(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let asked = asked(fields);
    let operation = SaveFilter {
        name: fields.text("name"),
        filter: asked.filter(),
        is_shared: !fields.text("shared").is_empty(),
    };
    match checked_on(HERE, web.gate.write(&posted.who.caller, operation).await)? {
        Ok(_) => Ok(redirect(&asked.address(HERE, &[("notice", "filter-saved")]))),
        Err(errors) => again(&web, &posted, errors).await,
    }
}

pub(super) async fn change(State(web): State<Web>, Path(id): Path<Uuid>, posted: Posted) -> Answer {
    let operation = ChangeFilter {
        id,
        name: posted.fields.text("name"),
        is_shared: !posted.fields.text("shared").is_empty(),
    };
    match checked_on(HERE, web.gate.write(&posted.who.caller, operation).await)? {
        Ok(()) => Ok(redirect("/activity?notice=filter-changed")),
        Err(errors) => again(&web, &posted, errors).await,
    }
}

pub(super) async fn delete(State(web): State<Web>, Path(id): Path<Uuid>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, DeleteFilter { id }).await?;
    Ok(redirect("/activity?notice=filter-deleted"))
}

async fn again(web: &Web, posted: &Posted, errors: Errors) -> Answer {
    let asked = asked(&posted.fields);
    let query = asked
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let shown = look(web, &posted.who, &query, errors).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// The filter that the form carries in its hidden fields.
fn asked(fields: &Fields) -> Asked {
    let names = [
        "who",
        "event",
        "method",
        "outcome",
        "new_address",
        "since",
        "until",
    ];
    Asked::of(&names.map(|name| (name.to_owned(), fields.text(name))).into())
}
