use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use portcullis_model::{PageSize, ResourceId};
use portcullis_ops::accounts::{AccountView, List};
use portcullis_ops::resources;
use serde::Deserialize;

use crate::Web;
use crate::answer::{Answer, page};
use crate::filter::Filter;
use crate::moment;
use crate::next_path::encode;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/passwords", get(show))
}

#[derive(Template)]
#[template(path = "passwords.html")]
struct PasswordsPage {
    shell: Shell,
    query: String,
    filter: Filter,
    rows: Vec<Row>,
    first: bool,
    next: Option<String>,
}

/// One account in a list.
pub(crate) struct Row {
    pub account: AccountView,
    pub days: u64,
}

impl Row {
    pub(crate) fn of(web: &Web, accounts: Vec<AccountView>) -> Vec<Self> {
        let now = web.gate.now();
        accounts
            .into_iter()
            .map(|account| Self {
                days: moment::days(account.password_changed_at, now),
                account,
            })
            .collect()
    }
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    pub q: String,
    pub after: Option<String>,
}

impl ListQuery {
    /// The address of the page that begins at `after`.
    pub(crate) fn next(&self, path: &str, after: Option<String>) -> Option<String> {
        let after = after?;
        Some(format!("{path}?q={}&after={}", encode(&self.q), encode(&after)))
    }
}

async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<ListQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let filter = Filter::parse(&query.q);
    let (resource, words) = find_resource(&web, &who, &filter).await?;
    let operation = List {
        query: words,
        kind: filter.kind.clone(),
        resource,
        after: query.after.clone(),
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    page(&PasswordsPage {
        shell: Shell::new(&web, &who, "/passwords").with(&notice),
        next: query.next("/passwords", found.next),
        rows: Row::of(&web, found.items),
        first: query.after.is_none(),
        query: query.q,
        filter,
    })
}

/// The resource that `resource:` names, by id or by name. A name that fits none is searched for like any word.
async fn find_resource(web: &Web, who: &SignedIn, filter: &Filter) -> Answer<(Option<ResourceId>, String)> {
    let Some(name) = &filter.resource else {
        return Ok((None, filter.words.clone()));
    };
    if let Ok(id) = name.parse() {
        return Ok((Some(id), filter.words.clone()));
    }
    let operation = resources::List {
        query: name.clone(),
        kind: None,
        after: None,
        size: PageSize::clamp(50),
    };
    let found = web.gate.read(&who.caller, operation).await?.items;
    match found
        .iter()
        .find(|resource| resource.draft.name.eq_ignore_ascii_case(name))
    {
        Some(resource) => Ok((Some(resource.id), filter.words.clone())),
        None => Ok((None, format!("{} {name}", filter.words).trim().to_owned())),
    }
}
