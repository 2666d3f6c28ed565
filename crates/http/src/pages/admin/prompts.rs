//! What phone calls say: to hear, and to replace with recordings of one's own.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use portcullis_ops::OpError;
use portcullis_ops::prompts::{Hear, List, MOST_BYTES, PromptLanguage, PromptView, Replace, Restore, key_of};
use serde::Deserialize;

use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;
use crate::upload::Upload;

const HERE: &str = "/admin/phone/prompts";
/// A file that is too large by little is told so beside its field; what is larger still is not read.
const LARGEST_BODY: usize = MOST_BYTES + 1024 * 1024;

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/admin/phone/prompts", get(show))
        .route(
            "/admin/phone/prompts/{language}/{prompt}",
            get(hear).post(replace),
        )
        .route("/admin/phone/prompts/{language}/{prompt}/restore", post(restore))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

#[derive(Template)]
#[template(path = "admin/prompts.html")]
struct PromptsPage {
    shell: Shell,
    errors: Errors,
    /// That of the rows.
    language: String,
    languages: Vec<Choice>,
    is_whole: bool,
    rows: Vec<Row>,
    /// How many prompts lack a recording.
    missing: usize,
}

struct Choice {
    tag: String,
    name: String,
}

struct Row {
    view: PromptView,
    seconds: String,
    changed: Option<(Moment, String)>,
    /// What the field of its file is called: `file` where the errors are about it.
    slot: &'static str,
    /// Belongs to its recording, so that a browser does not play an old one.
    stamp: u64,
}

#[derive(Default, Deserialize)]
struct Chosen {
    language: Option<String>,
}

async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Query(chosen): Query<Chosen>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let typed = chosen.language.unwrap_or_default();
    let (language, errors) = match typed.trim() {
        "" => ("en".to_owned(), Errors::default()),
        tag => match key_of(tag, "greeting") {
            Ok(key) => (key.language().to_owned(), Errors::default()),
            Err(OpError::Invalid(errors)) => ("en".to_owned(), Errors(errors)),
            Err(error) => return Err(error.into()),
        },
    };
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let mut shown = look(&web, &who, &language, errors, "").await?;
    shown.shell = shown.shell.with(&notice);
    page_with(status, &shown)
}

async fn hear(
    State(web): State<Web>,
    who: SignedIn,
    Path((language, file)): Path<(String, String)>,
) -> Answer {
    let name = file.strip_suffix(".wav").unwrap_or(&file);
    let key = key_of(&language, name).map_err(|_| OpError::NotFound)?;
    Ok(audio(web.gate.read(&who.caller, Hear { key }).await?))
}

fn audio(wav: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "audio/wav")], wav).into_response()
}

async fn replace(
    State(web): State<Web>,
    Path((language, name)): Path<(String, String)>,
    upload: Upload,
) -> Answer {
    let Upload { who, file, .. } = upload;
    let result = match key_of(&language, &name) {
        Ok(key) => {
            let file = file.unwrap_or_default();
            web.gate.remote(&who.caller, Replace { key, file }).await
        }
        Err(error) => Err(error),
    };
    done(&web, &who, (&language, &name), result, "prompt-replaced").await
}

async fn restore(
    State(web): State<Web>,
    Path((language, name)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let result = match key_of(&language, &name) {
        Ok(key) => web.gate.write(&posted.who.caller, Restore { key }).await,
        Err(error) => Err(error),
    };
    done(&web, &posted.who, (&language, &name), result, "prompt-restored").await
}

async fn done(
    web: &Web,
    who: &SignedIn,
    (language, name): (&str, &str),
    result: Result<(), OpError>,
    notice: &str,
) -> Answer {
    // What is no language is told so on the page of one.
    let language = key_of(language, name).map_or_else(|_| "en".to_owned(), |key| key.language().to_owned());
    let back = format!("{HERE}?language={language}");
    match checked_on(&back, result)? {
        Ok(()) => Ok(redirect(&format!("{back}&notice={notice}"))),
        Err(errors) => {
            let shown = look(web, who, &language, errors, name).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

/// `failed` is the prompt that the errors are about.
async fn look(
    web: &Web,
    who: &SignedIn,
    language: &str,
    errors: Errors,
    failed: &str,
) -> Answer<PromptsPage> {
    let found = web.gate.read(&who.caller, List).await?;
    let now = web.gate.now();
    let mut languages: Vec<Choice> = found
        .iter()
        .map(|found| Choice {
            name: name_of(&found.language),
            tag: found.language.clone(),
        })
        .collect();
    if !languages.iter().any(|choice| choice.tag == language) {
        languages.push(Choice {
            tag: language.to_owned(),
            name: name_of(language),
        });
    }
    let known = found.iter().find(|found| found.language == language);
    let prompts = known.map_or_else(|| to_record(&found), |known| known.prompts.clone());
    Ok(PromptsPage {
        shell: Shell::new(web, who, "/admin/phone"),
        language: language.to_owned(),
        languages,
        is_whole: known.is_some_and(|known| known.is_whole),
        missing: prompts.iter().filter(|prompt| prompt.millis.is_none()).count(),
        rows: prompts
            .into_iter()
            .map(|view| Row {
                seconds: view.millis.map_or_else(String::new, |millis| {
                    format!("{}.{}", millis / 1000, millis % 1000 / 100)
                }),
                slot: if view.name == failed { "file" } else { view.name },
                stamp: view
                    .changed
                    .as_ref()
                    .and_then(|(at, _)| u64::try_from(at.micros()).ok())
                    .unwrap_or(0),
                changed: view.changed.clone().map(|(at, by)| (Moment::new(at, now), by)),
                view,
            })
            .collect(),
        errors,
    })
}

/// The prompts of a language that has none yet.
fn to_record(found: &[PromptLanguage]) -> Vec<PromptView> {
    let english = found.iter().find(|found| found.language == "en");
    let prompts = english.map(|english| english.prompts.clone()).unwrap_or_default();
    prompts
        .into_iter()
        .map(|prompt| PromptView {
            is_shipped: false,
            is_own: false,
            millis: None,
            changed: None,
            ..prompt
        })
        .collect()
}

/// What a language calls itself, or its tag.
pub(super) fn name_of(tag: &str) -> String {
    let name = match tag {
        "cs" => "Čeština",
        "da" => "Dansk",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fi" => "Suomi",
        "fr" => "Français",
        "hu" => "Magyar",
        "it" => "Italiano",
        "ja" => "日本語",
        "nb" | "no" => "Norsk",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "ro" => "Română",
        "sv" => "Svenska",
        "tr" => "Türkçe",
        "zh" => "中文",
        tag => tag,
    };
    name.to_owned()
}
