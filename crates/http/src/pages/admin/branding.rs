//! Branding & legal: how the pages look and what people read at the sign-in.

mod draft;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use portcullis_model::{Branding, Scheme};
use portcullis_ops::branding;
use portcullis_ops::branding::{
    AddLogo, BrandingView, Checked, Find, Preview, Put, Restore, Shown, VersionView,
};

use self::draft::Draft;
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;
use crate::upload::Upload;

const HERE: &str = "/admin/branding";
/// A file that is too large by little is told so beside its field; what is larger still is not read.
const LARGEST_BODY: usize = branding::MOST_BYTES + 1024 * 1024;

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/admin/branding", get(show).post(save))
        .route("/admin/branding/restore", post(restore))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

#[derive(Template)]
#[template(path = "admin/branding.html")]
struct BrandingPage {
    shell: Shell,
    errors: Errors,
    draft: Draft,
    version: i64,
    versions: Vec<Row>,
    accepted: i64,
    people: i64,
    /// Whether what is shown is saved, or only tried.
    tried: bool,
    /// The measured contrast, on light pages and on dark ones.
    contrast: Option<(String, String)>,
}

struct Row {
    view: VersionView,
    made: Moment,
}

async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let found = web.gate.read(&who.caller, Find).await?;
    let draft = Draft::of(&found.value);
    let value = found.value.clone();
    let mut shown = look(&web, &who, found, draft, Errors::default());
    shown.shell = shown.shell.with(&notice);
    shown.see(&value);
    page_with(StatusCode::OK, &shown)
}

/// Shows what was typed, or keeps it.
async fn save(State(web): State<Web>, upload: Upload) -> Answer {
    let Upload { who, fields, file } = upload;
    let saves = fields.text("do") != "preview";
    let mut draft = Draft::typed(&fields);
    let result = match file {
        Some(file) => web.gate.remote(&who.caller, AddLogo { file }).await.map(|logo| {
            draft.logo.value = logo.id.to_string();
        }),
        None => Ok(()),
    };
    let result = match result.and_then(|()| draft.value()) {
        Ok(value) if saves => {
            let version = fields.parse("version")?;
            let put = Put { value, version };
            web.gate.write(&who.caller, put).await.map(|()| None)
        }
        Ok(value) => web.gate.read(&who.caller, Preview { value }).await.map(Some),
        Err(error) => Err(error),
    };
    let (status, errors, checked) = match checked_on(HERE, result)? {
        Ok(None) => return Ok(redirect("/admin/branding?notice=branding-saved")),
        Ok(Some(checked)) => (StatusCode::OK, Errors::default(), Some(checked)),
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
    };
    let found = web.gate.read(&who.caller, Find).await?;
    let before = found.value.clone();
    let mut shown = look(&web, &who, found, draft, errors);
    shown.tried = checked.is_some();
    shown.see(checked.as_ref().map_or(&before, |Checked { value, .. }| value));
    page_with(status, &shown)
}

async fn restore(State(web): State<Web>, posted: Posted) -> Answer {
    let version = posted.fields.parse("version")?;
    let result = web.gate.write(&posted.who.caller, Restore { version }).await;
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/branding?notice=branding-restored")),
        Err(errors) => {
            let found = web.gate.read(&posted.who.caller, Find).await?;
            let draft = Draft::of(&found.value);
            let value = found.value.clone();
            let mut shown = look(&web, &posted.who, found, draft, errors);
            shown.see(&value);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

fn look(web: &Web, who: &SignedIn, found: BrandingView, draft: Draft, errors: Errors) -> BrandingPage {
    let now = web.gate.now();
    BrandingPage {
        shell: Shell::new(web, who, HERE),
        errors,
        draft,
        version: found.version,
        accepted: found.accepted,
        people: found.people,
        tried: false,
        contrast: None,
        versions: found
            .versions
            .into_iter()
            .map(|view| Row {
                made: Moment::new(view.made_at, now),
                view,
            })
            .collect(),
    }
}

impl BrandingPage {
    /// Lets the whole page look as everybody's pages would.
    fn see(&mut self, value: &Branding) {
        let text = |text: Option<&str>| text.map(str::to_owned);
        self.contrast = value.accent.value.map(|accent| {
            let ratio = |scheme: Scheme, colour| format!("{:.1}:1", scheme.contrast(colour));
            (
                ratio(Scheme::Light, accent.light),
                ratio(Scheme::Dark, accent.dark),
            )
        });
        self.shell.look = Arc::new(Shown {
            version: self.version,
            logo: value.logo.shown(),
            description: text(value.description.shown()),
            accent: value.accent.shown(),
            banner: text(value.banner.shown()),
        });
    }
}
