use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{AccountId, AccountRight};
use portcullis_ops::accounts::{AccountDetail, Activity, Find, History, ListGrants, Through};
use portcullis_ops::users::UserName;
use serde::Deserialize;

use crate::Web;
use crate::answer::{Answer, page_with};
use crate::form::Errors;
use crate::moment::{self, Moment};
use crate::notice::NoticeQuery;
use crate::pages::audit::Entry;
use crate::pages::grants::{self, Grant, RIGHTS};
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "accounts/show.html")]
struct AccountPage {
    shell: Shell,
    errors: Errors,
    tab: &'static str,
    tabs: [(&'static str, &'static str); 4],
    detail: AccountDetail,
    changed: Moment,
    days: u64,
    grants: Vec<Grant>,
    people: Vec<UserName>,
    rights: [(&'static str, &'static str); 3],
    versions: Vec<Version>,
    entries: Vec<Entry>,
}

impl AccountPage {
    fn base(&self) -> String {
        format!("/accounts/{}", self.detail.account.id)
    }

    fn may_modify(&self) -> bool {
        AccountRight::Modify <= self.detail.account.right
    }

    fn may_share(&self) -> bool {
        self.detail.account.right == AccountRight::Full
    }
}

struct Version {
    number: u32,
    at: Moment,
    by: String,
    origin: &'static str,
    current: bool,
    complies: bool,
}

const TABS: [(&str, &str); 4] = [
    ("", "Overview"),
    ("access", "Access"),
    ("history", "History"),
    ("activity", "Activity"),
];

#[derive(Deserialize)]
pub(super) struct TabQuery {
    #[serde(default)]
    tab: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Path(id): Path<AccountId>,
    Query(query): Query<TabQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let shell = Shell::new(&web, &who, "/passwords").with(&notice);
    render(&web, &who, id, &query.tab, (shell, Errors::default())).await
}

/// The page again, after a form on it needs another look.
pub(super) async fn again(web: &Web, who: &SignedIn, id: AccountId, tab: &str, errors: Errors) -> Answer {
    render(web, who, id, tab, (Shell::new(web, who, "/passwords"), errors)).await
}

async fn render(
    web: &Web,
    who: &SignedIn,
    id: AccountId,
    tab: &str,
    (shell, errors): (Shell, Errors),
) -> Answer {
    let tab = TABS
        .iter()
        .find(|(word, _)| *word == tab)
        .map_or("", |(word, _)| *word);
    let detail = web.gate.read(&who.caller, Find { id }).await?;
    let now = web.gate.now();
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let mut page = AccountPage {
        shell,
        errors,
        tab,
        tabs: TABS,
        changed: Moment::new(detail.account.password_changed_at, now),
        days: moment::days(detail.account.password_changed_at, now),
        detail,
        grants: Vec::new(),
        people: Vec::new(),
        rights: RIGHTS,
        versions: Vec::new(),
        entries: Vec::new(),
    };
    match tab {
        "access" => {
            let grants = web.gate.read(&who.caller, ListGrants { id }).await?;
            page.grants = Grant::of(web, grants, Through::Account);
            if page.may_share() {
                page.people = grants::people(web, who).await?;
            }
        }
        "history" => page.versions = versions(web, who, id).await?,
        "activity" => page.entries = Entry::all(web.gate.read(&who.caller, Activity { id }).await?, now),
        _ => {}
    }
    page_with(status, &page)
}

async fn versions(web: &Web, who: &SignedIn, id: AccountId) -> Answer<Vec<Version>> {
    let now = web.gate.now();
    let versions = web.gate.read(&who.caller, History { id }).await?;
    Ok(versions
        .into_iter()
        .map(|version| Version {
            number: version.number,
            at: Moment::new(version.created_at, now),
            by: version.created_by,
            origin: version.origin.word(),
            current: version.current,
            complies: version.complies,
        })
        .collect())
}
