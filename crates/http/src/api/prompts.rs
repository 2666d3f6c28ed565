use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use portcullis_ops::prompts::{
    Hear, List as ListPrompts, MOST_BYTES, PromptLanguage, PromptView, Replace, Restore, key_of,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::document::Problems;
use super::shapes::List;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(hear, replace, restore))
        .layer(DefaultBodyLimit::max(MOST_BYTES + 1024 * 1024))
}

/// What phone calls say in a language.
#[derive(Serialize, ToSchema)]
struct CallLanguage {
    #[schema(example = "de")]
    language: String,
    /// Whether every prompt has a recording, so that calls can be in it.
    complete: bool,
    prompts: Vec<CallPrompt>,
}

#[derive(Serialize, ToSchema)]
struct CallPrompt {
    #[schema(example = "greeting")]
    name: &'static str,
    /// What our recording says; of a language that we do not speak, what it says in English.
    text: &'static str,
    /// `own`, `shipped` or `missing`.
    recording: &'static str,
    /// How long it is; null if it is missing.
    seconds: Option<f64>,
    /// When it was replaced or taken back last. RFC 3339, UTC.
    changed_at: Option<String>,
    changed_by: Option<String>,
}

impl From<PromptLanguage> for CallLanguage {
    fn from(found: PromptLanguage) -> Self {
        Self {
            language: found.language,
            complete: found.is_whole,
            prompts: found.prompts.into_iter().map(CallPrompt::from).collect(),
        }
    }
}

impl From<PromptView> for CallPrompt {
    fn from(view: PromptView) -> Self {
        let (changed_at, changed_by) = view.changed.unzip();
        Self {
            name: view.name,
            text: view.text,
            recording: match (view.is_own, view.is_shipped) {
                (true, _) => "own",
                (false, true) => "shipped",
                (false, false) => "missing",
            },
            seconds: view
                .millis
                .and_then(|millis| u32::try_from(millis).ok())
                .map(|millis| f64::from(millis) / 1000.0),
            changed_at: changed_at.map(|at| at.to_string()),
            changed_by,
        }
    }
}

/// List what phone calls say, in every language
#[utoipa::path(get, path = "/api/v2/settings/phone/prompts", tag = "Settings",
    responses((status = OK, body = List<CallLanguage>), Problems))]
async fn list(State(web): State<Web>, program: Program) -> Answer<Json<List<CallLanguage>>> {
    let found = web.gate.read(&program.caller, ListPrompts).await?;
    Ok(List::whole(found, CallLanguage::from))
}

/// Hear a recording as calls say it now
#[utoipa::path(get, path = "/api/v2/settings/phone/prompts/{language}/{prompt}", tag = "Settings",
    params(("language" = String, Path, description = "A language tag, such as `de`"),
        ("prompt" = String, Path, description = "Its name, such as `greeting`")),
    responses((status = OK, body = Vec<u8>, content_type = "audio/wav"), Problems))]
async fn hear(
    State(web): State<Web>,
    program: Program,
    Path((language, name)): Path<(String, String)>,
) -> Answer {
    let key = key_of(&language, &name)?;
    let wav = web.gate.read(&program.caller, Hear { key }).await?;
    Ok(([(header::CONTENT_TYPE, "audio/wav")], wav).into_response())
}

/// Replace a recording with one of your own, for every call that begins from now on
#[utoipa::path(put, path = "/api/v2/settings/phone/prompts/{language}/{prompt}", tag = "Settings",
    params(("language" = String, Path, description = "A language tag, such as `de`; it may be a new one"),
        ("prompt" = String, Path, description = "Its name, such as `greeting`")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "A WAV file of 16-bit PCM, 8 to 48 kHz, at most 20 seconds and 4 MiB."),
    responses((status = NO_CONTENT), Problems))]
async fn replace(
    State(web): State<Web>,
    program: Program,
    Path((language, name)): Path<(String, String)>,
    file: Bytes,
) -> Answer<StatusCode> {
    let operation = Replace {
        key: key_of(&language, &name)?,
        file: file.to_vec(),
    };
    web.gate.remote(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a recording of your own back
#[utoipa::path(delete, path = "/api/v2/settings/phone/prompts/{language}/{prompt}", tag = "Settings",
    params(("language" = String, Path, description = "A language tag, such as `de`"),
        ("prompt" = String, Path, description = "Its name, such as `greeting`")),
    responses((status = NO_CONTENT), Problems))]
async fn restore(
    State(web): State<Web>,
    program: Program,
    Path((language, name)): Path<(String, String)>,
) -> Answer<StatusCode> {
    let key = key_of(&language, &name)?;
    web.gate.write(&program.caller, Restore { key }).await?;
    Ok(StatusCode::NO_CONTENT)
}
