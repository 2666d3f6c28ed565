use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_model::{Alone, FactorKind};
use portcullis_ops::browsers;
use portcullis_ops::factors::{self, FactorView, RegenerateBackupCodes, Regenerated, SwitchedOff};
use portcullis_ops::sessions::{self, SessionView};
use portcullis_ops::users::{Activity, ChangeMyPassword};
use portcullis_ops::{FieldError, OpError};

use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Posted, checked};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::pages::audit::Entry;
use crate::pages::backup_codes::BackupCodesPage;
use crate::pages::browser::Browser;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "me/security.html")]
struct SecurityPage {
    shell: Shell,
    errors: Errors,
    /// How many tries are left after a wrong code.
    tries_left: Option<u32>,
    methods: Vec<Method>,
    codes: Option<Codes>,
    browsers: Vec<Browser>,
    switched_off: Vec<Off>,
    sessions: Vec<Session>,
    entries: Vec<Entry>,
    email: String,
    email2: String,
    email_choice: &'static str,
}

struct Method {
    id: String,
    /// Whether the person may rename and remove it.
    own: bool,
    kind: &'static str,
    icon: &'static str,
    name: String,
    added: Moment,
    used: Option<Moment>,
    /// What it can do, in a few words.
    can: String,
}

/// A method that is switched off for the person.
struct Off {
    word: &'static str,
    label: &'static str,
    why: &'static str,
    /// What to do if the person had no part in it.
    advice: &'static str,
    /// Whether only an administrator switches it on again.
    stays: bool,
}

impl Off {
    fn of(kind: FactorKind) -> Self {
        Self {
            word: kind.word(),
            label: kind.label(),
            why: factors::why_off(kind),
            advice: match kind {
                FactorKind::Phone => {
                    "If it was you, ask an administrator to switch it on again. If it wasn't, somebody knows your password: \
                     change it."
                }
                _ => "If the codes weren't yours, change your password.",
            },
            stays: kind == FactorKind::Phone,
        }
    }
}

/// The backup codes: how many are left, and when and from where the others were used.
struct Codes {
    left: usize,
    made: Moment,
    spent: Vec<(Moment, String)>,
}

struct Session {
    id: String,
    current: bool,
    browser: String,
    /// The browser, as it calls itself.
    agent: String,
    address: String,
    factor: &'static str,
    /// Whether a remembered browser stood in for it.
    remembered: bool,
    began: Moment,
    seen: Moment,
    ends: Moment,
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let mut shown = look(&web, &who).await?;
    shown.shell = shown.shell.with(&notice);
    page(&shown)
}

pub(super) async fn regenerate(State(web): State<Web>, posted: Posted) -> Answer {
    let who = &posted.who;
    let operation = RegenerateBackupCodes {
        code: posted.fields.secret("code"),
    };
    let (errors, tries_left) = match checked(web.gate.remote(&who.caller, operation).await)? {
        Ok(Regenerated::Codes(codes)) => {
            let username = who.me.username.clone();
            return page(&BackupCodesPage::new(
                &web,
                codes,
                username,
                "/me/security",
                false,
            ));
        }
        Ok(Regenerated::Wrong { tries_left }) => (Errors::default(), Some(tries_left)),
        Err(errors) => (errors, None),
    };
    let shown = SecurityPage {
        errors,
        tries_left,
        ..look(&web, who).await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

pub(super) async fn change_password(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let new = fields.secret("new");
    let result = if new == fields.secret("repeat") {
        let operation = ChangeMyPassword {
            current: fields.secret("current"),
            new,
        };
        web.gate.remote(&posted.who.caller, operation).await
    } else {
        let problem = "must be the same as the new password".to_owned();
        Err(OpError::Invalid(vec![FieldError {
            field: "repeat",
            problem,
        }]))
    };
    match checked(result)? {
        Ok(()) => Ok(redirect("/me/security?notice=password-changed")),
        Err(errors) => {
            let shown = SecurityPage {
                errors,
                ..look(&web, &posted.who).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

/// The page once more, with what is wrong.
pub(super) async fn again(web: &Web, who: &SignedIn, errors: Errors) -> Answer {
    let shown = SecurityPage {
        errors,
        ..look(web, who).await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn look(web: &Web, who: &SignedIn) -> Answer<SecurityPage> {
    let now = web.gate.now();
    let factors = web.gate.read(&who.caller, factors::ListMine).await?;
    let sessions = web.gate.read(&who.caller, sessions::ListMine).await?;
    let browsers = web.gate.read(&who.caller, browsers::ListMine).await?;
    let switched_off = web.gate.read(&who.caller, SwitchedOff).await?;
    let entries = web.gate.read(&who.caller, Activity {}).await?;
    let (codes, methods): (Vec<_>, Vec<_>) = factors
        .into_iter()
        .partition(|factor| factor.kind == FactorKind::BackupCode);
    let moment = |at| Moment::new(at, now);
    Ok(SecurityPage {
        shell: Shell::new(web, who, "/me/security"),
        errors: Errors::default(),
        tries_left: None,
        methods: methods
            .into_iter()
            .map(|factor| Method {
                id: factor.id.to_string(),
                own: factor.kind.is_own(),
                kind: factor.kind.label(),
                icon: match factor.kind {
                    FactorKind::WebAuthn => "key-round",
                    _ => "smartphone",
                },
                can: can(&factor),
                name: factor.name,
                added: moment(factor.created_at),
                used: factor.used_at.map(moment),
            })
            .collect(),
        codes: codes.into_iter().next().map(|factor| codes_of(factor, moment)),
        browsers: browsers
            .into_iter()
            .map(|browser| Browser::new(browser, now))
            .collect(),
        switched_off: switched_off.into_iter().map(|(kind, _)| Off::of(kind)).collect(),
        sessions: sessions
            .into_iter()
            .map(|session| session_of(session, moment))
            .collect(),
        entries: Entry::all(entries, now),
        email: who.me.email.clone(),
        email2: who.me.email2.clone(),
        email_choice: who.me.email_choice.word(),
    })
}

/// A phone's number, what an app's codes look like, or whether a key can sign in alone.
fn can(factor: &FactorView) -> String {
    match (factor.kind, factor.alone) {
        (FactorKind::Phone, _) => factor.number.clone().unwrap_or_default(),
        (FactorKind::WebAuthn, Alone::Yes) => "can sign in alone".to_owned(),
        (FactorKind::WebAuthn, Alone::Perhaps) => "may be able to sign in alone".to_owned(),
        (FactorKind::WebAuthn, Alone::No) => "second step only".to_owned(),
        _ => factor
            .app
            .map(portcullis_model::AppCodes::text)
            .unwrap_or_default(),
    }
}

fn codes_of(factor: FactorView, moment: impl Fn(portcullis_model::Timestamp) -> Moment) -> Codes {
    Codes {
        left: factor.left.unwrap_or_default(),
        made: moment(factor.created_at),
        spent: factor
            .spent
            .into_iter()
            .map(|spent| (moment(spent.at), spent.address))
            .collect(),
    }
}

fn session_of(session: SessionView, moment: impl Fn(portcullis_model::Timestamp) -> Moment) -> Session {
    Session {
        id: session.id.to_string(),
        current: session.current,
        browser: portcullis_model::browser_name::of(&session.agent),
        agent: session.agent,
        address: session.address,
        factor: session.factor.label(),
        remembered: session.remembered,
        began: moment(session.created_at),
        seen: moment(session.seen_at),
        ends: moment(session.ends_at),
    }
}
