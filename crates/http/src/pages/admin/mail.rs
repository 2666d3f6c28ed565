use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_model::{DialogueLine, Rehearsal, Speaker};
use portcullis_ops::OpError;
use portcullis_ops::mail::{LetterView, List};
use portcullis_ops::settings::{Connection, RehearseMail};
use serde_json::{Value, json};

use super::setting::{self, Stored, text, text_or_null};
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Fields, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

const HERE: &str = "/admin/mail";

#[derive(Template)]
#[template(path = "admin/mail.html")]
struct MailPage {
    shell: Shell,
    errors: Errors,
    draft: Draft,
    revision: i64,
    is_set: bool,
    has_password: bool,
    changed: Option<(Moment, String)>,
    rehearsal: Option<Rehearsed>,
    letters: Vec<Letter>,
}

/// The form as it stands; never the password.
#[derive(Clone)]
struct Draft {
    host: String,
    port: String,
    security: String,
    username: String,
    from_address: String,
    from_name: String,
    reply_to: String,
    ca_pem: String,
    timeout_seconds: String,
    to: String,
}

struct Rehearsed {
    to: String,
    rehearsal: Rehearsal,
}

impl Rehearsed {
    fn lines(&self) -> impl Iterator<Item = (&'static str, &DialogueLine)> {
        self.rehearsal.lines.iter().map(|line| {
            let speaker = match line.speaker {
                Speaker::Us => "Portcullis",
                Speaker::Server => "Server",
                Speaker::Note => "Note",
            };
            (speaker, line)
        })
    }
}

struct Letter {
    view: LetterView,
    tone: &'static str,
    icon: &'static str,
    at: Moment,
}

impl Draft {
    fn stored(value: &Value, who: &SignedIn) -> Self {
        let or = |pointer: &str, usual: &str| match text(value, pointer) {
            text if text.is_empty() => usual.to_owned(),
            text => text,
        };
        Self {
            host: text(value, "/host"),
            port: or("/port", "587"),
            security: or("/security", "starttls"),
            username: text(value, "/username"),
            from_address: text(value, "/from_address"),
            from_name: or("/from_name", if value.is_null() { "Portcullis" } else { "" }),
            reply_to: text(value, "/reply_to"),
            ca_pem: text(value, "/ca_pem"),
            timeout_seconds: or("/timeout_seconds", "20"),
            to: who.me.email.clone(),
        }
    }

    fn typed(fields: &Fields) -> Self {
        Self {
            host: fields.text("host"),
            port: fields.text("port"),
            security: fields.text("security"),
            username: fields.text("username"),
            from_address: fields.text("from_address"),
            from_name: fields.text("from_name"),
            reply_to: fields.text("reply_to"),
            ca_pem: fields.text("ca_pem"),
            timeout_seconds: fields.text("timeout_seconds"),
            to: fields.text("to"),
        }
    }

    /// The setting as the mailer takes it. A password that was left empty is left out, which keeps the stored one.
    fn value(&self, fields: &Fields) -> Result<Value, OpError> {
        let mut errors = Errors::default();
        let port = setting::number(&mut errors, "port", &self.port);
        let timeout = setting::number(&mut errors, "timeout_seconds", &self.timeout_seconds);
        if !["starttls", "tls", "none"].contains(&self.security.as_str()) {
            errors.add("security", "must be one of the list");
        }
        if errors.any() {
            return Err(OpError::Invalid(errors.0));
        }
        let mut value = json!({
            "host": self.host.trim(),
            "port": port,
            "security": self.security,
            "username": text_or_null(&self.username),
            "from_address": self.from_address.trim(),
            "from_name": self.from_name.trim(),
            "reply_to": text_or_null(&self.reply_to),
            "ca_pem": text_or_null(&self.ca_pem),
            "timeout_seconds": timeout,
        });
        if let Some(password) = fields.secret_if_any("password") {
            value["password"] = Value::from(password.expose());
        }
        Ok(value)
    }
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let mut shown = look(&web, &who).await?;
    shown.shell = shown.shell.with(&notice);
    page_with(StatusCode::OK, &shown)
}

pub(super) async fn save(State(web): State<Web>, posted: Posted) -> Answer {
    let draft = Draft::typed(&posted.fields);
    let result = match draft.value(&posted.fields) {
        Ok(value) => setting::put(&web, &posted.who, Connection::Mail, value, &posted.fields).await,
        Err(error) => Err(error),
    };
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/mail?notice=mail-saved")),
        Err(errors) => again(&web, &posted, draft, errors).await,
    }
}

pub(super) async fn rehearse(State(web): State<Web>, posted: Posted) -> Answer {
    let draft = Draft::typed(&posted.fields);
    let result = match draft.value(&posted.fields) {
        Ok(value) => {
            let to = draft.to.clone();
            web.gate
                .remote(&posted.who.caller, RehearseMail { value, to })
                .await
        }
        Err(error) => Err(error),
    };
    match checked_on(HERE, result)? {
        Ok(rehearsal) => {
            let to = draft.to.clone();
            let shown = MailPage {
                draft,
                revision: posted.fields.parse("revision").unwrap_or_default(),
                rehearsal: Some(Rehearsed { to, rehearsal }),
                ..look(&web, &posted.who).await?
            };
            page_with(StatusCode::OK, &shown)
        }
        Err(errors) => again(&web, &posted, draft, errors).await,
    }
}

pub(super) async fn remove(State(web): State<Web>, posted: Posted) -> Answer {
    let result = setting::put(&web, &posted.who, Connection::Mail, Value::Null, &posted.fields).await;
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/mail?notice=mail-removed")),
        Err(errors) => {
            let shown = MailPage {
                errors,
                ..look(&web, &posted.who).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

/// The page with what was typed. It keeps the revision that was looked at first, so that nobody overwrites a change
/// that they have not seen.
async fn again(web: &Web, posted: &Posted, draft: Draft, errors: Errors) -> Answer {
    let shown = MailPage {
        errors,
        draft,
        ..look(web, &posted.who).await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn look(web: &Web, who: &SignedIn) -> Answer<MailPage> {
    let Stored {
        value,
        revision,
        changed,
    } = setting::find(web, who, Connection::Mail).await?;
    let letters = web.gate.read(&who.caller, List).await?;
    let now = web.gate.now();
    Ok(MailPage {
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        draft: Draft::stored(&value, who),
        revision,
        is_set: !value.is_null(),
        has_password: value["password"] == true,
        changed: changed.map(|(at, by)| (Moment::new(at, now), by)),
        rehearsal: None,
        letters: letters
            .into_iter()
            .map(|letter| {
                let (tone, icon) = match letter.state.as_str() {
                    "sent" => ("ok", "check"),
                    "failed" => ("bad", "circle-x"),
                    _ => ("", "clock"),
                };
                Letter {
                    tone,
                    icon,
                    at: Moment::new(letter.finished_at.unwrap_or(letter.created_at), now),
                    view: letter,
                }
            })
            .collect(),
    })
}
