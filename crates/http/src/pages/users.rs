//! People: who is here, in which role, and who may no longer come in.

mod add;
mod authentication;
mod change;
mod recovery;
mod show;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use portcullis_model::PageSize;
use portcullis_ops::users::{List, UserState, UserView};

use crate::Web;
use crate::answer::{Answer, page};
use crate::moment::Moment;
use crate::pages::passwords::ListQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/users", get(list))
        .route("/users/new", get(add::new).post(add::add))
        .route("/users/recovery", get(recovery::list))
        .route("/users/recovery/{id}", get(recovery::show))
        .route("/users/recovery/{id}/approve", post(recovery::approve))
        .route("/users/recovery/{id}/deny", post(recovery::deny))
        .route("/users/{id}", get(show::show))
        .route(
            "/users/{id}/browsers/forget-all",
            post(authentication::forget_browsers),
        )
        .route("/users/{id}/emails", post(authentication::set_emails))
        .route("/users/{id}/group", post(authentication::move_to))
        .route("/users/{id}/invite", post(add::invite))
        .route("/users/{id}/lock", post(change::lock))
        .route("/users/{id}/unlock", post(change::unlock))
        .route("/users/{id}/pass", post(authentication::issue_pass))
        .route("/users/{id}/phone", post(authentication::set_phone))
        .route("/users/{id}/reset", post(authentication::reset))
        .route("/users/{id}/role", post(change::role))
}

/// The tabs of a person's page.
const TABS: [(&str, &str); 2] = [("", "Overview"), ("authentication", "Authentication")];

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage {
    shell: Shell,
    query: String,
    rows: Vec<Row>,
    first: bool,
    /// How many people ask for help with their second step.
    asking: usize,
    next: Option<String>,
}

struct Row {
    user: UserView,
    standing: Standing,
    factors: String,
    seen: Option<Moment>,
}

/// The state of a person as a word, a colour and a picture.
struct Standing {
    word: &'static str,
    tone: &'static str,
    icon: &'static str,
}

impl Standing {
    fn of(state: UserState) -> Self {
        match state {
            UserState::Active => Self {
                word: "Active",
                tone: "ok",
                icon: "check",
            },
            UserState::Invited => Self {
                word: "Invited",
                tone: "warn",
                icon: "clock",
            },
            UserState::Locked => Self {
                word: "Locked",
                tone: "bad",
                icon: "lock",
            },
        }
    }
}

async fn list(State(web): State<Web>, who: SignedIn, Query(query): Query<ListQuery>) -> Answer {
    let operation = List {
        query: query.q.clone(),
        after: query.after.clone(),
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    let asking = web.gate.read(&who.caller, portcullis_ops::recovery::List).await?;
    let now = web.gate.now();
    let rows = found
        .items
        .into_iter()
        .map(|user| Row {
            standing: Standing::of(user.state),
            factors: factors(&user),
            seen: user.last_sign_in_at.map(|at| Moment::new(at, now)),
            user,
        })
        .collect();
    page(&UsersPage {
        shell: Shell::new(&web, &who, "/users"),
        next: query.next("/users", found.next),
        rows,
        asking: asking.waiting.len(),
        first: query.after.is_none(),
        query: query.q,
    })
}

fn factors(user: &UserView) -> String {
    user.factors
        .iter()
        .map(|kind| kind.label())
        .collect::<Vec<_>>()
        .join(", ")
}
