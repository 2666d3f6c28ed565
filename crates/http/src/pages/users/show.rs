use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{Role, UserId};
use portcullis_ops::users::{Find, UserState, UserView};
use serde::Deserialize;

use super::{Standing, TABS, authentication, factors};
use crate::Web;
use crate::answer::{Answer, page_with};
use crate::form::Errors;
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "users/show.html")]
struct UserPage {
    shell: Shell,
    errors: Errors,
    standing: Standing,
    factors: String,
    created: Moment,
    seen: Option<Moment>,
    locked: bool,
    is_me: bool,
    roles: [Role; 5],
    user: UserView,
    tab: &'static str,
    tabs: [(&'static str, &'static str); 2],
}

impl UserPage {
    fn base(&self) -> String {
        format!("/users/{}", self.user.id)
    }
}

#[derive(Deserialize)]
pub(super) struct Tab {
    #[serde(default)]
    tab: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Path(id): Path<UserId>,
    Query(notice): Query<NoticeQuery>,
    Query(Tab { tab }): Query<Tab>,
) -> Answer {
    let shell = Shell::new(&web, &who, "/users").with(&notice);
    if tab == "authentication" {
        return authentication::show(&web, &who, id, shell).await;
    }
    render(&web, &who, id, shell, Errors::default()).await
}

/// The page again, after a form on it needs another look.
pub(super) async fn again(web: &Web, who: &SignedIn, id: UserId, errors: Errors) -> Answer {
    render(web, who, id, Shell::new(web, who, "/users"), errors).await
}

async fn render(web: &Web, who: &SignedIn, id: UserId, shell: Shell, errors: Errors) -> Answer {
    let user = web.gate.read(&who.caller, Find { id }).await?;
    let now = web.gate.now();
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let shown = UserPage {
        shell,
        errors,
        standing: Standing::of(user.state),
        factors: factors(&user),
        created: Moment::new(user.created_at, now),
        seen: user.last_sign_in_at.map(|at| Moment::new(at, now)),
        locked: user.state == UserState::Locked,
        is_me: user.id == who.me.id,
        roles: Role::ALL,
        user,
        tab: "",
        tabs: TABS,
    };
    page_with(status, &shown)
}
