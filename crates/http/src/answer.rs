use std::time::Duration;

use askama::Template;
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use portcullis_model::Causes;
use portcullis_ops::{FieldError, OpError};
use serde_json::json;

/// What a handler gives back.
pub(crate) type Answer<T = Response> = Result<T, Failure>;

/// A request that did not work, on its way to a page or to a problem document.
pub(crate) struct Failure(pub(crate) Problem);

/// Why a session ended that its browser still asks with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    /// Nobody used it for this long.
    Idle(Duration),
    /// Somebody on the phone said that it was not them.
    Reported,
}

/// RFC 9457 problem details. The envelope turns it into a page or into JSON.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    pub title: &'static str,
    pub detail: Box<str>,
    pub errors: Box<[FieldError]>,
    pub retry_after: Option<Duration>,
    /// Why a session ended, if it did not end by itself.
    pub ended: Option<Ended>,
    /// The page to come back to after the person has confirmed that it is them.
    pub confirm: Option<Box<str>>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: &str) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            errors: Box::default(),
            retry_after: None,
            ended: None,
            confirm: None,
        }
    }

    /// Nobody used the session for so long that it ended.
    pub(crate) fn idle(limit: Duration) -> Self {
        Self {
            ended: Some(Ended::Idle(limit)),
            ..Self::unauthenticated()
        }
    }

    /// Somebody on the phone said that this was not them, and the session ended.
    pub(crate) fn reported() -> Self {
        Self {
            ended: Some(Ended::Reported),
            ..Self::unauthenticated()
        }
    }

    /// There is a privacy text that the person has not accepted. A page turns this into that text.
    pub(crate) fn privacy() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "privacy",
            "Accept the privacy text first",
            "Open any page of the console, read the privacy text and accept it. Then do this again.",
        )
    }

    /// Nobody is signed in. A page turns this into the sign-in page.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "Not signed in",
            "Send a personal token that is valid: Authorization: Bearer portcullis_pat_….",
        )
    }

    pub(crate) fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "This request did not come from Portcullis",
            "Nothing was changed. Open the page again and repeat what you did.",
        )
    }

    /// For answers that the framework gave: wrong method, wrong type, too large, unreadable.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, title, detail) = match status {
            StatusCode::NOT_FOUND => return Self::from(OpError::NotFound),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "Not possible here",
                "This address does not take that method.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "too_large",
                "Too large",
                "The body is larger than this address takes.",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "Unexpected content type",
                "Send JSON to the API and forms to pages.",
            ),
            StatusCode::UNPROCESSABLE_ENTITY => (
                "unprocessable",
                "Unexpected content",
                "A field is missing, is of the wrong type, or is unknown.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => (
                "too_slow",
                "This took too long",
                "Wait a moment, then look whether it was done before you repeat it.",
            ),
            status if status.is_client_error() => (
                "bad_request",
                "Unreadable request",
                "The address or the body cannot be read.",
            ),
            _ => {
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Something went wrong",
                    "It is our fault, not yours. Tell an administrator the request number.",
                );
            }
        };
        Self {
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(A_MOMENT),
            ..Self::new(status, code, title, detail)
        }
    }
}

/// After how long it is worth asking again where a request took too long.
const A_MOMENT: Duration = Duration::from_secs(5);

/// The one table from errors to HTTP.
impl From<OpError> for Problem {
    fn from(error: OpError) -> Self {
        match error {
            OpError::Busy { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    "Too busy right now",
                    "Nothing was changed. Try again in a moment.",
                )
            },
            OpError::Conflict(detail) => {
                Self::new(StatusCode::CONFLICT, "conflict", "Not possible right now", detail)
            }
            OpError::Damaged => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "damaged",
                "This value cannot be opened",
                "It cannot be opened: it does not match the audit trail. Tell an administrator the request number.",
            ),
            OpError::Denied => Self::new(
                StatusCode::FORBIDDEN,
                "denied",
                "You may not do this",
                "Your role, your grants or your token do not allow it. Ask the owner or an administrator.",
            ),
            OpError::Expired => Self::new(
                StatusCode::GONE,
                "expired",
                "This took too long",
                "The sign-in or set-up is over. Start again.",
            ),
            OpError::Invalid(errors) => Self {
                errors: errors.into(),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "Some fields need another look",
                    "Nothing was changed. Correct the fields and try again.",
                )
            },
            OpError::NotFound => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "Not found",
                "There is nothing here, or it is not shared with you.",
            ),
            OpError::StepUp => Self::new(
                StatusCode::FORBIDDEN,
                "step_up",
                "Confirm it's you first",
                "This takes a second step from the last 15 minutes. Confirm it's you, then do it again.",
            ),
            OpError::TooMany { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many",
                    "Too many attempts",
                    "Wait before you try again.",
                )
            },
            // The gate has logged why.
            OpError::Unavailable(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Portcullis cannot work right now",
                "The database, the audit trail or the keys cannot be reached. Tell an administrator.",
            ),
        }
    }
}

impl<E: Into<Problem>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        if let Some(span) = self.0.retry_after {
            let seconds = HeaderValue::from(span.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(self.0);
        response
    }
}

/// Writes a problem document.
pub(crate) fn document(problem: &Problem, request: &str) -> Response {
    let errors: Vec<_> = problem
        .errors
        .iter()
        .map(|error| json!({ "field": error.field, "problem": error.problem }))
        .collect();
    let body = json!({
        "type": format!("/help/api#problem-{}", problem.code),
        "title": problem.title,
        "status": problem.status.as_u16(),
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request,
        "errors": errors,
    });
    let mut response = (problem.status, Json(body)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

/// Renders a page with status 200.
pub(crate) fn page(template: &impl Template) -> Answer {
    page_with(StatusCode::OK, template)
}

/// Renders a page with another status, such as 422 for a form that needs another look.
pub(crate) fn page_with(status: StatusCode, template: &impl Template) -> Answer {
    match template.render() {
        Ok(text) => Ok((status, Html(text)).into_response()),
        Err(error) => {
            tracing::error!(error = %Causes(&error), "a template cannot be rendered");
            Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into())
        }
    }
}

pub(crate) fn redirect(path: &str) -> Response {
    Redirect::to(path).into_response()
}

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_status() {
        let soon = Duration::from_secs(3);
        let table = [
            (OpError::Busy { retry_after: soon }, 503),
            (OpError::Conflict("it is in use"), 409),
            (OpError::Damaged, 500),
            (OpError::Denied, 403),
            (OpError::Expired, 410),
            (OpError::Invalid(Vec::new()), 422),
            (OpError::NotFound, 404),
            (OpError::TooMany { retry_after: soon }, 429),
            (OpError::Unavailable("the disk is full".into()), 503),
        ];

        for (error, status) in table {
            assert_eq!(Problem::from(error).status.as_u16(), status);
        }
    }

    #[test]
    fn what_took_too_long_says_when_to_look_again() {
        let failure = Failure(Problem::of_status(StatusCode::SERVICE_UNAVAILABLE));

        assert_eq!(failure.into_response().headers()[header::RETRY_AFTER], "5");
    }

    #[test]
    fn an_overloaded_server_says_when_to_come_back() {
        let failure = Failure::from(OpError::Busy {
            retry_after: Duration::from_secs(7),
        });

        assert_eq!(failure.into_response().headers()[header::RETRY_AFTER], "7");
    }
}
