use axum::http::StatusCode;

use super::callers::Caller;
use super::permissions::{Permissions, Row, Takes};
use super::request::Values;
use super::route::{Door, Good, Route};
use super::things::{MARK, SECRET};
use crate::browser::Answer;

/// What must come of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Allowed,
    Denied,
    NotFound,
    SignIn,
}

/// Decides from the permission page what a route must answer.
pub(super) fn of_route(permissions: &Permissions, route: &Route, caller: &Caller) -> Verdict {
    if route.door == Door::Open {
        return Verdict::Allowed;
    }
    if caller.enters != Some(route.door) {
        return Verdict::SignIn;
    }
    let operations = route.performs.iter().chain(route.form_of.as_ref());
    operations
        .map(|name| of_operation(permissions.of(name), caller))
        .find(|verdict| *verdict != Verdict::Allowed)
        .unwrap_or(Verdict::Allowed)
}

pub(super) fn of_operation(row: &Row, caller: &Caller) -> Verdict {
    if let Some(scopes) = &caller.scopes
        && row.scope().is_none_or(|scope| !scopes.contains(&scope))
    {
        return Verdict::Denied;
    }
    let Some(role) = caller.role() else {
        return Verdict::SignIn;
    };
    match (row.takes(role), caller.held) {
        (Takes::No, _) => Verdict::Denied,
        (Takes::Shared(_), None) => Verdict::NotFound,
        (Takes::Shared(needed), Some(held)) if held < needed => Verdict::Denied,
        (Takes::Shared(_), Some(_)) | (Takes::Yes, _) => Verdict::Allowed,
    }
}

/// Says how an answer differs from the verdict.
pub(super) fn differs(verdict: Verdict, route: &Route, values: &Values, answer: &Answer) -> Option<String> {
    let came = || {
        format!(
            "expected {verdict:?}, came {} {}",
            answer.status,
            answer.location()
        )
    };
    let fits = match verdict {
        Verdict::Allowed => is_good(route, values, answer),
        Verdict::Denied => answer.status == StatusCode::FORBIDDEN,
        Verdict::NotFound => answer.status == StatusCode::NOT_FOUND,
        Verdict::SignIn => is_turned_away(route, answer),
    };
    if !fits {
        return Some(came());
    }
    let tells = [MARK, SECRET].into_iter().find(|mark| answer.text.contains(mark));
    match tells {
        Some(mark) if verdict != Verdict::Allowed => Some(format!("{}, but tells {mark}", came())),
        _ => None,
    }
}

fn is_good(route: &Route, values: &Values, answer: &Answer) -> bool {
    match route.good {
        Good::Status(status) => answer.status == status,
        Good::To(address) => {
            answer.status == StatusCode::SEE_OTHER && answer.location().starts_with(&values.fill(address))
        }
        Good::Whatever => {
            !answer.status.is_server_error() && !matches!(answer.status.as_u16(), 401 | 403 | 404)
        }
    }
}

pub(super) fn is_turned_away(route: &Route, answer: &Answer) -> bool {
    if route.door == Door::Token {
        return answer.status == StatusCode::UNAUTHORIZED;
    }
    answer.status == StatusCode::SEE_OTHER && answer.location().starts_with("/sign-in")
}
