//! Resources: the servers, applications and devices that hold accounts.

mod change;
mod share;
mod show;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use portcullis_model::PageSize;
use portcullis_ops::resources::{List, ResourceView};

use crate::Web;
use crate::answer::{Answer, page};
use crate::filter::Filter;
use crate::notice::NoticeQuery;
use crate::pages::passwords::ListQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/resources", get(list))
        .route("/resources/new", get(change::new).post(change::add))
        .route("/resources/{id}", get(show::show))
        .route("/resources/{id}/edit", get(change::edit).post(change::save))
        .route("/resources/{id}/share", post(share::share))
        .route("/resources/{id}/unshare", post(share::unshare))
        .route("/resources/{id}/delete", post(change::delete))
        .route("/resources/{id}/restore", post(change::restore))
}

#[derive(Template)]
#[template(path = "resources.html")]
struct ResourcesPage {
    shell: Shell,
    query: String,
    rows: Vec<ResourceView>,
    first: bool,
    next: Option<String>,
}

async fn list(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<ListQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let filter = Filter::parse(&query.q);
    let operation = List {
        query: filter.words,
        kind: filter.kind,
        after: query.after.clone(),
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    page(&ResourcesPage {
        shell: Shell::new(&web, &who, "/resources").with(&notice),
        next: query.next("/resources", found.next),
        rows: found.items,
        first: query.after.is_none(),
        query: query.q,
    })
}
