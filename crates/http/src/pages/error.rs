use askama::Template;
use axum::response::{IntoResponse, Response};

use crate::Web;
use crate::answer::{Problem, page_with};
use crate::form::Errors;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    front: Front,
    title: &'static str,
    detail: String,
    lines: Vec<String>,
    request: String,
    /// Whether a fresh second step would help.
    step_up: bool,
}

/// The page for a request that did not work. It has no rail, since it may be that nobody is signed in.
pub(crate) fn render(web: &Web, problem: &Problem, request: &str) -> Response {
    let lines = Errors(problem.errors.to_vec())
        .lines()
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    let detail = match problem.retry_after {
        Some(span) => format!(
            "{} You can try again in {} s.",
            problem.detail,
            span.as_secs().max(1)
        ),
        None => problem.detail.to_string(),
    };
    let page = ErrorPage {
        front: Front::of_anybody(web),
        title: problem.title,
        detail,
        lines,
        request: request.to_owned(),
        step_up: problem.code == "step_up",
    };
    page_with(problem.status, &page).unwrap_or_else(|_| problem.status.into_response())
}
