//! The files of the look: the logo as the database has it, and a stylesheet for each accent.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use portcullis_model::{Accent, Colour, LogoId, Scheme};
use portcullis_ops::branding::ShowLogo;

use crate::Web;
use crate::answer::{Answer, Problem};
use crate::session::Visitor;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/branding/logo/{name}", get(logo))
        .route("/branding/accent/{name}", get(accent))
}

/// The name holds the digest of the content, so that a browser may keep it for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

async fn logo(State(web): State<Web>, visitor: Visitor, Path(name): Path<String>) -> Answer {
    let Some(id) = name.strip_suffix(".png").and_then(|id| id.parse::<LogoId>().ok()) else {
        return Err(missing());
    };
    let found = web.gate.read(&visitor.caller, ShowLogo { id }).await?;
    let logo = found.ok_or_else(missing)?;
    Ok(file("image/png", logo.png))
}

async fn accent(Path(name): Path<String>) -> Answer {
    let accent = accent_of(&name).filter(Accent::is_readable).ok_or_else(missing)?;
    Ok(file("text/css; charset=utf-8", css(accent).into_bytes()))
}

fn file(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)];
    (headers, bytes).into_response()
}

fn missing() -> crate::answer::Failure {
    Problem::of_status(StatusCode::NOT_FOUND).into()
}

/// Reads `7a1fa2-e1b3ff.css`.
fn accent_of(name: &str) -> Option<Accent> {
    let (light, dark) = name.strip_suffix(".css")?.split_once('-')?;
    let colour = |digits: &str| format!("#{digits}").parse::<Colour>().ok();
    Some(Accent {
        light: colour(light)?,
        dark: colour(dark)?,
    })
}

fn css(accent: Accent) -> String {
    let (light, dark) = (Scheme::Light, Scheme::Dark);
    let pair = |name: &str, light: Colour, dark: Colour| format!("--{name}: light-dark({light}, {dark});");
    let lines = [
        pair("accent", accent.light, accent.dark),
        pair("on-accent", light.text_on_accent(), dark.text_on_accent()),
        pair("accent-soft", light.soft(accent.light), dark.soft(accent.dark)),
        pair(
            "accent-strong",
            light.strong(accent.light),
            dark.strong(accent.dark),
        ),
    ];
    format!("@layer tokens {{\n:root {{\n{}\n}}\n}}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_come_into_a_stylesheet() {
        assert!(accent_of("7a1fa2-e1b3ff.css").is_some());
        for wrong in [
            "7a1fa2.css",
            "7a1fa2-e1b3ff",
            "7a1fa2-e1b3f}.css",
            "-.css",
            "../x-y.css",
        ] {
            assert!(accent_of(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_grounds_that_an_accent_is_checked_against_are_those_of_the_pages() {
        let sheet = include_str!("../assets/app.css").replace("#fff,", "#ffffff,");
        let [light, dark] = [Scheme::Light, Scheme::Dark].map(|scheme| {
            let [surface, page, hovered] = scheme.grounds();
            [surface, page, hovered, scheme.text_on_accent()]
        });
        for (at, name) in ["surface", "bg", "surface-2", "on-accent"]
            .into_iter()
            .enumerate()
        {
            let line = format!("--{name}: light-dark({}, {})", light[at], dark[at]);
            assert!(sheet.contains(&line), "{line} is not in app.css");
        }
    }
}
