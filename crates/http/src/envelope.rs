use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::answer::{Ended, Failure, Problem, REQUEST_ID, document, redirect};
use crate::cookies::WithCookies;
use crate::rest::Rest;
use crate::{Web, cookies, csrf, next_path, pages};

/// Names this request in the log, in errors and in the audit trail.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

const LONGEST: Duration = Duration::from_secs(30);

/// What every request goes through: a name, the origin rule, a time limit, one shape for errors, headers, metrics.
pub(crate) async fn wrap(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    // monotonic: only the difference is used.
    let started = Instant::now();
    let id = (web.request_ids)();
    let asked = Asked::of(&request);
    request.extensions_mut().insert(RequestId(id.clone()));

    // No text that people type holds NUL, and PostgreSQL cannot store it.
    let holds_nul = request
        .uri()
        .path_and_query()
        .is_some_and(|asked| asked.as_str().contains("%00"));
    let (request, rest) = Rest::of(request);
    let response = if holds_nul {
        Failure::from(Problem::of_status(StatusCode::BAD_REQUEST)).into_response()
    } else if csrf::allows(request.method(), request.uri(), request.headers()) {
        tokio::time::timeout(LONGEST, next.run(request))
            .await
            .unwrap_or_else(|_| {
                Failure::from(Problem::of_status(StatusCode::SERVICE_UNAVAILABLE)).into_response()
            })
    } else {
        Failure::from(Problem::cross_site()).into_response()
    };

    rest.drain().await;
    let mut response = shape(response, &asked, &web, &id);
    protect(&mut response, &id);
    measure(&asked, response.status(), started.elapsed());
    response
}

/// What the envelope must remember of a request that the handler takes away.
struct Asked {
    route: String,
    /// The path to come back to after sign-in.
    back: Option<String>,
    wants_json: bool,
    had_session: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("unmatched", MatchedPath::as_str);
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        Self {
            route: route.to_owned(),
            back: request
                .uri()
                .path_and_query()
                .filter(|_| is_read)
                .map(ToString::to_string),
            wants_json: csrf::is_api(request.uri().path()) || wants_json(headers),
            had_session: cookies::find(headers, cookies::SESSION).is_some(),
        }
    }
}

/// Tells whether a script asks rather than a person.
pub(crate) fn wants_json(headers: &axum::http::HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept == "application/json")
}

/// Gives every error, also the framework's own, the shape that its reader expects.
fn shape(mut response: Response, asked: &Asked, web: &Web, id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if response.headers().get(header::CONTENT_TYPE).is_some_and(is_ours) => return response,
        None => Problem::of_status(status),
    };
    if problem.retry_after.is_some() {
        tracing::debug!(
            request.id = id,
            route = asked.route,
            code = problem.code,
            "told to come back later"
        );
    } else if problem.status.is_server_error() {
        tracing::error!(
            request.id = id,
            route = asked.route,
            code = problem.code,
            "request failed: {}",
            problem.title
        );
    }
    let kept =
        [header::ALLOW, header::RETRY_AFTER].map(|name| (response.headers().get(&name).cloned(), name));
    let mut shaped = if asked.wants_json {
        document(&problem, id)
    } else if problem.status == StatusCode::UNAUTHORIZED {
        to_sign_in(asked, problem.ended)
    } else if problem.code == "privacy" {
        let back = asked.back.as_deref().and_then(next_path::safe).unwrap_or("/");
        redirect(&format!("/privacy?next={}", next_path::encode(back)))
    } else if let Some(back) = &problem.confirm {
        redirect(&format!("/me/confirm?next={}", next_path::encode(back)))
    } else {
        pages::error::render(web, &problem, id)
    };
    for (value, name) in kept {
        if let Some(value) = value {
            shaped.headers_mut().insert(name, value);
        }
    }
    if asked.wants_json && problem.status == StatusCode::UNAUTHORIZED {
        shaped
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    shaped
}

fn is_ours(kind: &HeaderValue) -> bool {
    kind.as_bytes().starts_with(b"text/html") || kind == "application/problem+json"
}

fn to_sign_in(asked: &Asked, ended: Option<Ended>) -> Response {
    let notice = match ended {
        None => "?notice=session-ended".to_owned(),
        Some(Ended::Idle(limit)) => format!("?notice=session-ended&n={}", limit.as_secs() / 60),
        Some(Ended::Reported) => "?notice=not-you".to_owned(),
    };
    let (mut path, mark) = if asked.had_session {
        (format!("/sign-in{notice}"), '&')
    } else {
        ("/sign-in".to_owned(), '?')
    };
    if let Some(back) = asked
        .back
        .as_deref()
        .and_then(next_path::safe)
        .filter(|back| *back != "/")
    {
        path.push(mark);
        path.push_str("next=");
        path.push_str(&next_path::encode(back));
    }
    redirect(&path).end(cookies::SESSION)
}

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; \
             connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'",
        ),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("clipboard-write=(self), camera=(), microphone=(), geolocation=()"),
    ),
];

fn protect(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    for (name, value) in &HEADERS {
        headers.insert(name.clone(), value.clone());
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
}

fn measure(asked: &Asked, status: StatusCode, took: Duration) {
    let route = asked.route.clone();
    metrics::counter!("portcullis_http_requests_total", "route" => route.clone(), "code" => status.as_str().to_owned())
        .increment(1);
    metrics::histogram!("portcullis_http_request_duration_seconds", "route" => route)
        .record(took.as_secs_f64());
}
