//! What a provider of phone calls asks of this node: without a session, for whoever knows the token of a call. Each
//! request is believed or refused where the call is; what is refused looks like an address that does not exist.

use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Form, Router};
use portcullis_model::CallHook;

use crate::Web;
use crate::answer::{Answer, Failure, Problem};

/// A word of a provider is a few hundred bytes.
const LARGEST_BODY: usize = 16 * 1024;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/hooks/voice/{token}/{name}", get(recording).post(event))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

/// Tells whether a path is for programs that have neither a session nor a token of ours.
pub(crate) fn is_hook(path: &str) -> bool {
    path.starts_with("/hooks/")
}

async fn event(
    State(web): State<Web>,
    Path((token, event)): Path<(String, String)>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    fields: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Answer {
    let signature = headers
        .get("x-twilio-signature")
        .and_then(|value| value.to_str().ok());
    // No address that we give away has a query.
    let (Some(signature), Ok(Form(parameters)), None) = (signature, fields, address.query()) else {
        return Err(missing());
    };
    let hook = CallHook {
        token,
        event,
        parameters,
        signature: signature.to_owned(),
    };
    let document = web.hooks.hear(hook).await.ok_or_else(missing)?;
    Ok(file("text/xml; charset=utf-8", document.into_bytes()))
}

async fn recording(State(web): State<Web>, Path((token, name)): Path<(String, String)>) -> Answer {
    let wav = web.hooks.recording(&token, &name).ok_or_else(missing)?;
    Ok(file("audio/wav", wav))
}

fn file(kind: &'static str, bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

fn missing() -> Failure {
    Problem::of_status(StatusCode::NOT_FOUND).into()
}
