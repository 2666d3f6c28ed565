//! The phone call as the second step: what it does, until it lets the person in.

use askama::Template;
use axum::extract::{Query, State};
use portcullis_model::{FactorKind, Remember};
use portcullis_ops::sign_in::{LoginStep, LoginView};

use super::code::{ask, time_out};
use super::password::find;
use super::way::Way;
use super::{NextQuery, next_of, start_over, with_next};
use crate::answer::{Answer, page, redirect};
use crate::form::Fields;
use crate::notice::NoticeQuery;
use crate::pages::calling::Calling;
use crate::session::Visitor;
use crate::shell::Front;
use crate::{Web, moment};

pub(super) const HERE: &str = "/sign-in/call";

#[derive(Template)]
#[template(path = "sign_in/call.html")]
struct CallPage {
    front: Front,
    username: String,
    next: String,
    call: Option<Calling>,
    seconds_left: u64,
    left: String,
    others: Vec<Way>,
    /// For how long this browser can be remembered; empty if it cannot.
    remember_for: &'static str,
}

pub(super) async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query<NextQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let next = query.next();
    let Some(login) = find(&web, &visitor).await? else {
        return Ok(start_over("timeout", "", next));
    };
    match login.step {
        LoginStep::Reported => Ok(start_over("not-you", "", next)),
        LoginStep::Factor if login.method != Some(FactorKind::Phone) => {
            Ok(redirect(&with_next("/sign-in/code", next)))
        }
        LoginStep::Factor if login.seconds_left == 0 && time_out(&web, &visitor).await? => {
            Ok(start_over("timeout", &login.username, next))
        }
        LoginStep::Factor => {
            let mut shown = view(&web, login, next);
            shown.front = shown.front.with(&notice);
            page(&shown)
        }
        _ => Ok(redirect(&with_next("/sign-in/password", next))),
    }
}

/// Calls once more.
pub(super) async fn again(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    match visitor.login.clone() {
        Some(token) => ask(&web, &visitor, token, &next).await,
        None => Ok(start_over("timeout", "", &next)),
    }
}

fn view(web: &Web, login: LoginView, next: &str) -> CallPage {
    CallPage {
        front: Front::new(web),
        username: login.username,
        next: next.to_owned(),
        call: login.call.map(Calling::of),
        seconds_left: login.seconds_left,
        left: moment::clock(login.seconds_left),
        others: login
            .methods
            .into_iter()
            .rev()
            .filter(|other| *other != FactorKind::Phone)
            .map(Way::of)
            .collect(),
        remember_for: match login.remember {
            Remember::Off => "",
            period => period.text(),
        },
    }
}
