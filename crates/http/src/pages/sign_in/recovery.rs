//! Asking an administrator for help, after the password and before any session.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use portcullis_model::Secret;
use portcullis_ops::OpError;
use portcullis_ops::recovery::{Ask, FindMine, GoOn};

use super::{NextQuery, locked, next_of, start_over, with_next};
use crate::Web;
use crate::answer::{Answer, page, redirect};
use crate::cookies::WithCookies;
use crate::form::Fields;
use crate::moment::Moment;
use crate::notice::{Notice, NoticeQuery};
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "sign_in/recovery.html")]
struct RecoveryPage {
    front: Front,
    username: String,
    next: String,
    /// Empty before anything was asked for.
    state: String,
    /// What to read out to the administrator.
    words: Option<Secret>,
    ends: Option<Moment>,
}

impl RecoveryPage {
    fn waits(&self) -> bool {
        self.words.is_some()
    }
}

pub(super) const HERE: &str = "/sign-in/recovery";

pub(super) async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query<NextQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let front = Front::new(&web).with(&notice);
    render(&web, &visitor, query.next().to_owned(), front).await
}

async fn render(web: &Web, visitor: &Visitor, next: String, front: Front) -> Answer {
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("expired", "", &next));
    };
    match web.gate.read(&visitor.caller, FindMine { token }).await {
        Ok(mine) => page(&RecoveryPage {
            front,
            username: mine.username,
            next,
            state: mine.state,
            words: mine.words,
            ends: mine.ends_at.map(|at| Moment::new(at, web.gate.now())),
        }),
        Err(OpError::Expired) => Ok(start_over("expired", "", &next)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn ask(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("expired", "", &next));
    };
    let operation = Ask { token: token.clone() };
    match web.gate.write(&visitor.caller, operation).await {
        Ok(()) => Ok(waiting(&next).keep_login(&token)),
        Err(OpError::Expired) => Ok(start_over("expired", "", &next)),
        Err(OpError::TooMany { retry_after }) => {
            locked(&web, &visitor, retry_after, String::new(), next).await
        }
        Err(error) => Err(error.into()),
    }
}

fn waiting(next: &str) -> Response {
    redirect(&with_next(HERE, next))
}

/// On to the pass that the administrator tells.
pub(super) async fn go_on(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("expired", "", &next));
    };
    match web.gate.write(&visitor.caller, GoOn { token }).await {
        Ok(token) => Ok(redirect(&with_next("/sign-in/code", &next)).begin_login(&token)),
        Err(OpError::Expired) => Ok(start_over("expired", "", &next)),
        Err(OpError::Conflict(text)) => {
            let mut front = Front::new(&web);
            front.notice = Some(Notice {
                tone: "bad",
                text: text.to_owned(),
                undo: None,
            });
            render(&web, &visitor, next, front).await
        }
        Err(error) => Err(error.into()),
    }
}
