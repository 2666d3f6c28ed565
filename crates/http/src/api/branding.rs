use axum::Json;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use portcullis_model::{Accent, Branding as Value, Colour, Part};
use portcullis_ops::branding::{
    AddLogo, BrandingView, Find, Logo, MOST_BYTES, Preview, Put, Restore as PutBack, VersionView,
};
use portcullis_ops::{FieldError, OpError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::document::Problems;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(find, put))
        .routes(routes!(preview))
        .routes(routes!(restore))
        .routes(routes!(add_logo))
        .layer(DefaultBodyLimit::max(MOST_BYTES + 1024 * 1024))
}

/// A text that can be switched off and is kept all the same.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct TextPart {
    on: bool,
    #[schema(example = "Authorised use only.")]
    value: String,
}

#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct LogoPart {
    on: bool,
    /// The id of a logo that was sent.
    value: Option<String>,
}

#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct AccentPart {
    on: bool,
    value: Option<AccentColours>,
}

/// The colour of buttons and links. Each needs a contrast of 4.5:1 with what it meets.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccentColours {
    #[schema(example = "#7a1fa2")]
    light: String,
    /// Left out, it is made of the other one.
    #[schema(example = "#e1b3ff")]
    dark: Option<String>,
}

/// How the pages look. A part that is left out is off and empty.
#[derive(Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Look {
    logo: LogoPart,
    description: TextPart,
    accent: AccentPart,
    banner: TextPart,
    privacy: TextPart,
}

impl From<Value> for Look {
    fn from(value: Value) -> Self {
        let text = |part: Part<String>| TextPart {
            on: part.on,
            value: part.value,
        };
        Self {
            logo: LogoPart {
                on: value.logo.on,
                value: value.logo.value.map(|logo| logo.to_string()),
            },
            description: text(value.description),
            accent: AccentPart {
                on: value.accent.on,
                value: value.accent.value.map(|accent| AccentColours {
                    light: accent.light.to_string(),
                    dark: Some(accent.dark.to_string()),
                }),
            },
            banner: text(value.banner),
            privacy: text(value.privacy),
        }
    }
}

impl Look {
    fn read(self) -> Result<Value, OpError> {
        let text = |part: TextPart| Part {
            on: part.on,
            value: part.value,
        };
        let wrong = |field, problem: &str| {
            OpError::Invalid(vec![FieldError {
                field,
                problem: problem.to_owned(),
            }])
        };
        let colour = |field, text: &str| {
            text.parse::<Colour>()
                .map_err(|error| wrong(field, &error.to_string()))
        };
        let accent = match self.accent.value {
            None => None,
            Some(given) => {
                let light = colour("accent_light", &given.light)?;
                let dark = match given.dark {
                    Some(dark) => colour("accent_dark", &dark)?,
                    None => Accent::of(light).dark,
                };
                Some(Accent { light, dark })
            }
        };
        let logo = match self.logo.value {
            None => None,
            Some(id) => Some(
                id.parse()
                    .map_err(|_| wrong("logo", "must be the id of a logo"))?,
            ),
        };
        Ok(Value {
            logo: Part {
                on: self.logo.on,
                value: logo,
            },
            description: text(self.description),
            accent: Part {
                on: self.accent.on,
                value: accent,
            },
            banner: text(self.banner),
            privacy: text(self.privacy),
        })
    }
}

/// How the pages look, and what was there before.
#[derive(Serialize, ToSchema)]
struct Branding {
    value: Look,
    /// Send it with the next change; 0 before the first.
    version: i64,
    /// How many people have accepted the privacy text that holds now.
    accepted: i64,
    /// The newest first.
    versions: Vec<BrandingVersion>,
}

#[derive(Serialize, ToSchema)]
struct BrandingVersion {
    version: i64,
    summary: String,
    /// RFC 3339, UTC.
    made_at: String,
    made_by: String,
}

impl From<VersionView> for BrandingVersion {
    fn from(view: VersionView) -> Self {
        Self {
            version: view.version,
            summary: view.summary,
            made_at: view.made_at.to_string(),
            made_by: view.made_by,
        }
    }
}

impl From<BrandingView> for Branding {
    fn from(view: BrandingView) -> Self {
        Self {
            value: view.value.into(),
            version: view.version,
            accepted: view.accepted,
            versions: view.versions.into_iter().map(BrandingVersion::from).collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBranding {
    /// The version that was looked at.
    version: u32,
    value: Look,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrandingToTry {
    value: Look,
}

/// The least contrast of the accent with what it meets.
#[derive(Serialize, ToSchema)]
struct Contrast {
    #[schema(example = 8.2)]
    light: Option<f64>,
    dark: Option<f64>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrandingToRestore {
    /// 0 for how it was delivered.
    version: u32,
}

/// A logo, drawn anew.
#[derive(Serialize, ToSchema)]
struct MadeLogo {
    /// To be named in the branding within a day.
    id: String,
    width: u32,
    height: u32,
}

impl From<Logo> for MadeLogo {
    fn from(logo: Logo) -> Self {
        Self {
            id: logo.id.to_string(),
            width: logo.width,
            height: logo.height,
        }
    }
}

/// Show how the pages look, with the parts that are off
#[utoipa::path(get, path = "/api/v2/branding", tag = "Settings",
    responses((status = OK, body = Branding), Problems))]
async fn find(State(web): State<Web>, program: Program) -> Answer<Json<Branding>> {
    Ok(Json(web.gate.read(&program.caller, Find).await?.into()))
}

/// Set how the pages look, for every node at once
#[utoipa::path(put, path = "/api/v2/branding", tag = "Settings", request_body = NewBranding,
    responses((status = NO_CONTENT), Problems))]
async fn put(State(web): State<Web>, program: Program, Body(new): Body<NewBranding>) -> Answer<StatusCode> {
    let operation = Put {
        value: new.value.read()?,
        version: new.version.into(),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Check how the pages would look, and measure the accent
#[utoipa::path(post, path = "/api/v2/branding/preview", tag = "Settings", request_body = BrandingToTry,
    responses((status = OK, body = Contrast), Problems))]
async fn preview(
    State(web): State<Web>,
    program: Program,
    Body(new): Body<BrandingToTry>,
) -> Answer<Json<Contrast>> {
    let operation = Preview {
        value: new.value.read()?,
    };
    let checked = web.gate.read(&program.caller, operation).await?;
    Ok(Json(Contrast {
        light: checked.contrast.map(|(light, _)| light),
        dark: checked.contrast.map(|(_, dark)| dark),
    }))
}

/// Put an earlier look back
#[utoipa::path(post, path = "/api/v2/branding/restore", tag = "Settings", request_body = BrandingToRestore,
    responses((status = NO_CONTENT), Problems))]
async fn restore(
    State(web): State<Web>,
    program: Program,
    Body(old): Body<BrandingToRestore>,
) -> Answer<StatusCode> {
    let operation = PutBack {
        version: old.version.into(),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a picture that is to become the logo
#[utoipa::path(post, path = "/api/v2/branding/logo", tag = "Settings",
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "A PNG, JPEG or WebP file of at most 2 MiB."),
    responses((status = OK, body = MadeLogo), Problems))]
async fn add_logo(State(web): State<Web>, program: Program, file: Bytes) -> Answer<Json<MadeLogo>> {
    let operation = AddLogo { file: file.to_vec() };
    Ok(Json(web.gate.remote(&program.caller, operation).await?.into()))
}
