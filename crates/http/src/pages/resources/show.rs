use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{AccountRight, PageSize, ResourceId};
use portcullis_ops::accounts::{self, Through};
use portcullis_ops::resources::{Find, ListGrants, ResourceView};
use portcullis_ops::users::UserName;
use serde::Deserialize;

use crate::Web;
use crate::answer::{Answer, page_with};
use crate::form::Errors;
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::pages::grants::{self, Grant, RIGHTS};
use crate::pages::passwords::Row;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "resources/show.html")]
struct ResourcePage {
    shell: Shell,
    errors: Errors,
    tab: &'static str,
    tabs: [(&'static str, &'static str); 3],
    resource: ResourceView,
    created: Moment,
    changed: Moment,
    rows: Vec<Row>,
    more: bool,
    grants: Vec<Grant>,
    people: Vec<UserName>,
    rights: [(&'static str, &'static str); 3],
}

impl ResourcePage {
    fn base(&self) -> String {
        format!("/resources/{}", self.resource.id)
    }

    fn may_modify(&self) -> bool {
        AccountRight::Modify <= self.resource.right
    }

    fn may_share(&self) -> bool {
        self.resource.right == AccountRight::Full
    }

    fn places(&self) -> [(&'static str, &str); 3] {
        let draft = &self.resource.draft;
        [
            ("Address", &draft.address),
            ("Department", &draft.department),
            ("Location", &draft.location),
        ]
    }
}

const TABS: [(&str, &str); 3] = [("", "Accounts"), ("details", "Details"), ("access", "Access")];

#[derive(Deserialize)]
pub(super) struct TabQuery {
    #[serde(default)]
    tab: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Path(id): Path<ResourceId>,
    Query(query): Query<TabQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let shell = Shell::new(&web, &who, "/resources").with(&notice);
    render(&web, &who, id, &query.tab, (shell, Errors::default())).await
}

/// The page again, after a form on it needs another look.
pub(super) async fn again(web: &Web, who: &SignedIn, id: ResourceId, errors: Errors) -> Answer {
    render(
        web,
        who,
        id,
        "access",
        (Shell::new(web, who, "/resources"), errors),
    )
    .await
}

async fn render(
    web: &Web,
    who: &SignedIn,
    id: ResourceId,
    tab: &str,
    (shell, errors): (Shell, Errors),
) -> Answer {
    let tab = TABS
        .iter()
        .find(|(word, _)| *word == tab)
        .map_or("", |(word, _)| *word);
    let resource = web.gate.read(&who.caller, Find { id }).await?;
    let now = web.gate.now();
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let mut page = ResourcePage {
        shell,
        errors,
        tab,
        tabs: TABS,
        created: Moment::new(resource.created_at, now),
        changed: Moment::new(resource.changed_at, now),
        resource,
        rows: Vec::new(),
        more: false,
        grants: Vec::new(),
        people: Vec::new(),
        rights: RIGHTS,
    };
    match tab {
        "access" => {
            let grants = web.gate.read(&who.caller, ListGrants { id }).await?;
            page.grants = Grant::of(web, grants, Through::Resource);
            if page.may_share() {
                page.people = grants::people(web, who).await?;
            }
        }
        "" => {
            let operation = accounts::List {
                query: String::new(),
                kind: None,
                resource: Some(id),
                after: None,
                size: PageSize::DEFAULT,
            };
            let found = web.gate.read(&who.caller, operation).await?;
            page.more = found.next.is_some();
            page.rows = Row::of(web, found.items);
        }
        _ => {}
    }
    page_with(status, &page)
}
