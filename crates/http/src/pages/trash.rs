use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use portcullis_ops::trash::{List, Trashed};

use crate::Web;
use crate::answer::{Answer, page};
use crate::moment::Moment;
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/trash", get(show))
}

#[derive(Template)]
#[template(path = "trash.html")]
struct TrashPage {
    shell: Shell,
    rows: Vec<Row>,
}

struct Row {
    kind: &'static str,
    name: String,
    restore: String,
    deleted: Moment,
    purge: Moment,
}

async fn show(State(web): State<Web>, who: SignedIn) -> Answer {
    let now = web.gate.now();
    let found = web.gate.read(&who.caller, List).await?;
    let rows = found
        .into_iter()
        .map(|trashed| {
            let (kind, restore) = match trashed.thing {
                Trashed::Account(id) => ("Account", format!("/accounts/{id}/restore")),
                Trashed::Resource(id) => ("Resource", format!("/resources/{id}/restore")),
            };
            Row {
                kind,
                name: trashed.name,
                restore,
                deleted: Moment::new(trashed.deleted_at, now),
                purge: Moment::new(trashed.purge_at, now),
            }
        })
        .collect();
    page(&TrashPage {
        shell: Shell::new(&web, &who, "/trash"),
        rows,
    })
}
