//! The page on which a second factor is set up: scanned or registered, named, and proven to work.

use askama::Template;
use axum::http::StatusCode;
use portcullis_model::{AppCodes, FactorKind, Secret, Shown};
use qrcode::{Color, EcLevel, QrCode};

use crate::answer::{Answer, Problem};
use crate::form::Errors;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "enrolment.html")]
pub(crate) struct EnrolmentPage {
    pub front: Front,
    pub enrolment: Enrolment,
    /// Where the form posts to.
    pub action: &'static str,
    /// The way out.
    pub back: &'static str,
    /// Empty before there is a session.
    pub csrf: String,
    pub next: String,
    pub name: String,
    pub errors: Errors,
    pub wrong: Option<Wrong>,
}

pub(crate) struct Wrong {
    /// Absent where nothing is counted down.
    pub tries_left: Option<u32>,
    pub clock_minutes_off: Option<i64>,
}

/// What there is to scan or to register.
pub(crate) enum Enrolment {
    App {
        username: String,
        key: String,
        uri: String,
        app: AppCodes,
        qr: Qr,
    },
    Key {
        /// Options for the browser, as JSON.
        options: String,
    },
}

impl Enrolment {
    pub(crate) fn of(method: FactorKind, shown: &Shown, username: &str) -> Answer<Self> {
        match (method, shown) {
            (FactorKind::Totp, Shown::Totp { key, uri, app }) => Ok(Self::App {
                app: *app,
                username: username.to_owned(),
                key: grouped(key),
                uri: uri.expose().to_owned(),
                qr: Qr::of(uri).ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?,
            }),
            (FactorKind::WebAuthn, Shown::Options(options)) => Ok(Self::Key {
                options: options.clone(),
            }),
            _ => Err(Problem::of_status(StatusCode::NOT_FOUND).into()),
        }
    }
}

/// Groups of four, for typing.
pub(crate) fn grouped(key: &Secret) -> String {
    let characters: Vec<char> = key.expose().chars().collect();
    characters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A QR code as one SVG path, with a quiet zone of four modules (ISO/IEC 18004 §6.3.8).
pub(crate) struct Qr {
    pub size: usize,
    pub path: String,
}

impl Qr {
    const QUIET: usize = 4;

    pub(crate) fn of(text: &Secret) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text.expose(), EcLevel::M).ok()?;
        let width = code.width();
        let path = code
            .to_colors()
            .iter()
            .enumerate()
            .filter(|(_, color)| **color == Color::Dark)
            .map(|(index, _)| {
                format!(
                    "M{} {}h1v1h-1z",
                    index % width + Self::QUIET,
                    index / width + Self::QUIET
                )
            })
            .collect::<Vec<_>>()
            .concat();
        Some(Self {
            size: width + 2 * Self::QUIET,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_grouped_for_typing() {
        assert_eq!(
            grouped(&Secret::new("JBSWY3DPEHPK3PXPAB")),
            "JBSW Y3DP EHPK 3PXP AB"
        );
    }

    #[test]
    fn a_qr_code_is_one_path() {
        let qr = Qr::of(&Secret::new("otpauth://totp/Portcullis:ana?secret=JBSWY3DP")).unwrap();

        assert!(qr.path.starts_with("M4 4h1v1h-1z"));
        assert!(29 <= qr.size);
    }
}
