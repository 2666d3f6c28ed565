use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use portcullis_model::Secret;
use portcullis_ops::OpError;
use portcullis_ops::setup::{Confirm, Confirmation, Pending, PendingEnrolment};
use qrcode::{Color, EcLevel, QrCode};

use crate::Web;
use crate::answer::{Answer, Problem, page, page_with, redirect};
use crate::cookies::{self, WithCookies};
use crate::form::{Errors, Fields};
use crate::pages::backup_codes::BackupCodesPage;
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "setup/authenticator.html")]
struct AuthenticatorPage {
    front: Front,
    errors: Errors,
    wrong: Option<Wrong>,
    username: String,
    name: String,
    key: String,
    uri: String,
    qr: Qr,
}

struct Wrong {
    tries_left: u32,
    clock_minutes_off: Option<i64>,
}

pub(super) async fn show(State(web): State<Web>, visitor: Visitor) -> Answer {
    let Some(pending) = find(&web, &visitor).await? else {
        return Ok(over("setup-expired"));
    };
    page(&view(
        &web,
        &pending,
        "Phone".to_owned(),
        Errors::default(),
        None,
    )?)
}

pub(super) async fn confirm(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let Some(pending) = find(&web, &visitor).await? else {
        return Ok(over("timeout"));
    };
    let name = fields.text("name");
    let operation = Confirm {
        token: visitor.login()?,
        code: fields.secret("code"),
        name: name.clone(),
    };
    let (errors, wrong) = match web.gate.remote(&visitor.caller, operation).await {
        Ok(Confirmation::Confirmed {
            session_token,
            backup_codes,
        }) => {
            let shown = BackupCodesPage::new(&web, backup_codes, pending.username, "/", true);
            return Ok(page(&shown)?.begin_session(&session_token));
        }
        Ok(Confirmation::Wrong {
            tries_left,
            clock_minutes_off,
        }) => (
            Errors::default(),
            Some(Wrong {
                tries_left,
                clock_minutes_off,
            }),
        ),
        Ok(Confirmation::TooMany) => return Ok(over("too-many")),
        Ok(Confirmation::TimedOut) | Err(OpError::Expired) => return Ok(over("timeout")),
        Err(OpError::Invalid(errors)) => (Errors(errors), None),
        Err(error) => return Err(error.into()),
    };
    page_with(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view(&web, &pending, name, errors, wrong)?,
    )
}

async fn find(web: &Web, visitor: &Visitor) -> Answer<Option<PendingEnrolment>> {
    let Some(token) = visitor.login.clone() else {
        return Ok(None);
    };
    match web.gate.read(&visitor.caller, Pending { token }).await {
        Ok(pending) => Ok(Some(pending)),
        Err(OpError::Expired | OpError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn over(notice: &str) -> Response {
    let page = if notice == "setup-expired" {
        "/setup"
    } else {
        "/sign-in"
    };
    redirect(&format!("{page}?notice={notice}")).end(cookies::LOGIN)
}

fn view(
    web: &Web,
    pending: &PendingEnrolment,
    name: String,
    errors: Errors,
    wrong: Option<Wrong>,
) -> Result<AuthenticatorPage, Problem> {
    Ok(AuthenticatorPage {
        front: Front::new(web),
        errors,
        wrong,
        username: pending.username.clone(),
        name,
        key: grouped(&pending.key),
        uri: pending.uri.expose().to_owned(),
        qr: Qr::of(&pending.uri).ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?,
    })
}

/// Groups of four, for typing.
fn grouped(key: &Secret) -> String {
    let characters: Vec<char> = key.expose().chars().collect();
    characters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A QR code as one SVG path, with a quiet zone of four modules (ISO/IEC 18004 §6.3.8).
struct Qr {
    size: usize,
    path: String,
}

impl Qr {
    const QUIET: usize = 4;

    fn of(text: &Secret) -> Option<Self> {
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
