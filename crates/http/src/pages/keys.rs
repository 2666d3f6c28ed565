use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use portcullis_ops::keys::Status;

use crate::Web;
use crate::answer::{Answer, page};
use crate::moment::Moment;
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/admin/keys", get(show))
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    shell: Shell,
    rows: Vec<Row>,
}

struct Row {
    purpose: String,
    version: u32,
    created: Moment,
    values: u64,
    state: String,
}

async fn show(State(web): State<Web>, who: SignedIn) -> Answer {
    let now = web.gate.now();
    let keys = web.gate.read(&who.caller, Status).await?;
    let rows = keys
        .into_iter()
        .map(|key| Row {
            purpose: key.purpose,
            version: key.version,
            created: Moment::new(key.created_at, now),
            values: key.values,
            state: key.state,
        })
        .collect();
    page(&KeysPage {
        shell: Shell::new(&web, &who, "/admin/keys"),
        rows,
    })
}
