use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::answer::{Failure, Problem};

/// A JSON body. What cannot be read becomes a problem document that names the field, never its value.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(Failure(explain(&rejection))),
        }
    }
}

fn explain(rejection: &JsonRejection) -> Problem {
    let mut problem = Problem::of_status(rejection.status());
    match rejection {
        JsonRejection::JsonSyntaxError(_) => problem.detail = "The body is not valid JSON.".into(),
        JsonRejection::JsonDataError(_) => {
            problem.status = StatusCode::UNPROCESSABLE_ENTITY;
            if let Some(detail) = detail(&rejection.body_text()) {
                problem.detail = detail.into();
            }
        }
        _ => {}
    }
    problem
}

/// The part of serde's text that names a field. The rest may repeat what was sent.
fn detail(text: &str) -> Option<String> {
    for (mark, words) in [
        ("unknown field `", "is unknown"),
        ("missing field `", "is missing"),
    ] {
        if let Some((_, rest)) = text.split_once(mark) {
            let field: String = rest
                .chars()
                .take_while(|character| *character != '`')
                .take(60)
                .collect();
            return Some(format!("The field `{field}` {words}."));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_the_field_and_not_what_was_sent() {
        let text = "Failed to deserialize: role: unknown field `role`, expected one of `name`, `email`";

        assert_eq!(detail(text).as_deref(), Some("The field `role` is unknown."));
        assert_eq!(detail("invalid type: string \"hunter2\", expected u32"), None);
    }
}
