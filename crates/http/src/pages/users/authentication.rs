//! What one person must prove and why, and what an administrator can do when they cannot.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{EmailChoice, FactorKind, UserId};
use portcullis_ops::OpError;
use portcullis_ops::browsers::{ForgetAllOf, ListOf};
use portcullis_ops::factors::{IssuePass, IssuedPass, Reset, SetPhone};
use portcullis_ops::groups::{self, MovePerson};
use portcullis_ops::mfa_policy::{Explain, Explained, Reason};
use portcullis_ops::users::{Find, SetEmails, UserState, UserView};

use super::{Standing, TABS, factors};
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Posted, checked_on};
use crate::moment::Moment;
use crate::pages::admin::mfa::tree::{Choice, choices};
use crate::pages::browser::Browser;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "users/authentication.html")]
struct AuthenticationPage {
    shell: Shell,
    errors: Errors,
    standing: Standing,
    factors: String,
    user: UserView,
    is_me: bool,
    is_active: bool,
    explained: Explained,
    methods: String,
    usable: String,
    browsers: Vec<Browser>,
    reasons: Vec<String>,
    groups: Vec<Choice>,
    group: String,
    email: String,
    email2: String,
    email_choice: String,
    minutes: String,
    number: String,
    /// What can be reset, with the words of its button.
    resets: Vec<(&'static str, &'static str)>,
    tab: &'static str,
    tabs: [(&'static str, &'static str); 2],
}

impl AuthenticationPage {
    fn base(&self) -> String {
        format!("/users/{}", self.user.id)
    }
}

/// A temporary pass, shown once to the administrator.
#[derive(Template)]
#[template(path = "users/pass.html")]
pub(super) struct PassPage {
    shell: Shell,
    id: UserId,
    name: String,
    pass: String,
    ends: Moment,
}

impl PassPage {
    pub(super) fn new(web: &Web, who: &SignedIn, id: UserId, name: String, issued: &IssuedPass) -> Self {
        Self {
            shell: Shell::new(web, who, "/users"),
            id,
            name,
            pass: issued.pass.expose().to_owned(),
            ends: Moment::new(issued.ends_at, web.gate.now()),
        }
    }
}

const RESETS: [(FactorKind, &str); 6] = [
    (FactorKind::Totp, "Reset authenticator secret"),
    (FactorKind::WebAuthn, "Reset security keys"),
    (FactorKind::BackupCode, "New backup codes"),
    (FactorKind::Phone, "Reset phone numbers"),
    (FactorKind::Email, "Switch e-mail codes on again"),
    (FactorKind::Radius, "Switch RADIUS on again"),
];

const CHOICES: [(&str, &str); 3] = [
    ("first", "the first address"),
    ("second", "the second address"),
    ("both", "both"),
];

fn here(id: UserId) -> String {
    format!("/users/{id}?tab=authentication")
}

pub(super) async fn show(web: &Web, who: &SignedIn, id: UserId, shell: Shell) -> Answer {
    page(&look(web, who, id, shell).await?)
}

async fn look(web: &Web, who: &SignedIn, id: UserId, shell: Shell) -> Answer<AuthenticationPage> {
    let user = web.gate.read(&who.caller, Find { id }).await?;
    let explained = web.gate.read(&who.caller, Explain { id }).await?;
    let browsers = web.gate.read(&who.caller, ListOf { id }).await?;
    let now = web.gate.now();
    let tree = web.gate.read(&who.caller, groups::List).await?;
    let effective = &explained.effective;
    let mut reasons: Vec<String> = effective.reasons.iter().map(Reason::text).collect();
    if let Some(blocked) = effective.blocked {
        reasons.push(format!("{}.", blocked.text()));
    }
    Ok(AuthenticationPage {
        shell,
        errors: Errors::default(),
        standing: Standing::of(user.state),
        factors: factors(&user),
        is_me: user.id == who.me.id,
        is_active: user.state == UserState::Active,
        methods: effective.text(),
        usable: portcullis_model::methods_text(&effective.usable),
        browsers: browsers
            .into_iter()
            .map(|browser| Browser::new(browser, now))
            .collect(),
        reasons,
        groups: choices(&tree, None),
        group: explained.group.map(|group| group.to_string()).unwrap_or_default(),
        email: explained.email.clone(),
        email2: explained.email2.clone(),
        email_choice: explained.email_choice.word().to_owned(),
        minutes: "30".to_owned(),
        number: String::new(),
        resets: RESETS
            .into_iter()
            .filter(|(kind, _)| user.factors.contains(kind) || effective.switched_off.contains(kind))
            .map(|(kind, label)| (kind.word(), label))
            .collect(),
        explained,
        user,
        tab: "authentication",
        tabs: TABS,
    })
}

/// The page again, with what was typed into one of its forms and what is wrong with it.
async fn again(web: &Web, posted: &Posted, id: UserId, errors: Errors) -> Answer {
    let shell = Shell::new(web, &posted.who, "/users");
    let mut shown = look(web, &posted.who, id, shell).await?;
    let fields = &posted.fields;
    let typed = [
        ("email", &mut shown.email),
        ("email2", &mut shown.email2),
        ("email_choice", &mut shown.email_choice),
        ("minutes", &mut shown.minutes),
        ("number", &mut shown.number),
        ("group", &mut shown.group),
    ];
    for (name, value) in typed {
        if let Some(text) = fields.all(name).next() {
            text.clone_into(value);
        }
    }
    shown.errors = errors;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn answer(web: &Web, posted: &Posted, id: UserId, notice: &str, result: Result<(), OpError>) -> Answer {
    match checked_on(&here(id), result)? {
        Ok(()) => Ok(redirect(&format!("{}&notice={notice}", here(id)))),
        Err(errors) => again(web, posted, id, errors).await,
    }
}

pub(super) async fn move_to(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let result = match posted.fields.parse_if_any("group") {
        Ok(group) => web.gate.write(&posted.who.caller, MovePerson { id, group }).await,
        Err(error) => Err(error),
    };
    answer(&web, &posted, id, "moved", result).await
}

pub(super) async fn set_emails(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let result = match posted.fields.parse_if_any::<EmailChoice>("email_choice") {
        Ok(choice) => {
            let operation = SetEmails {
                id,
                email: posted.fields.text("email"),
                email2: posted.fields.text("email2"),
                choice,
            };
            web.gate.write(&posted.who.caller, operation).await
        }
        Err(error) => Err(error),
    };
    answer(&web, &posted, id, "emails-saved", result).await
}

pub(super) async fn reset(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let operation = Reset {
        id,
        method: posted.fields.parse("method")?,
        reason: posted.fields.text("reason"),
    };
    let result = web.gate.write(&posted.who.caller, operation).await;
    answer(&web, &posted, id, "factor-reset", result.map(drop)).await
}

pub(super) async fn set_phone(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let operation = SetPhone {
        id,
        number: posted.fields.text("number"),
        reason: posted.fields.text("reason"),
    };
    let result = web.gate.write(&posted.who.caller, operation).await;
    answer(&web, &posted, id, "number-saved", result).await
}

pub(super) async fn forget_browsers(
    State(web): State<Web>,
    Path(id): Path<UserId>,
    posted: Posted,
) -> Answer {
    let result = web.gate.write(&posted.who.caller, ForgetAllOf { id }).await;
    answer(&web, &posted, id, "browsers-forgotten", result.map(drop)).await
}

pub(super) async fn issue_pass(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let who = &posted.who;
    let result = match posted.fields.parse("minutes") {
        Ok(minutes) => {
            let reason = posted.fields.text("reason");
            web.gate
                .write(&who.caller, IssuePass { id, minutes, reason })
                .await
        }
        Err(error) => Err(error),
    };
    match checked_on(&here(id), result)? {
        Ok(issued) => {
            let user = web.gate.read(&who.caller, Find { id }).await?;
            page(&PassPage::new(&web, who, id, user.display_name, &issued))
        }
        Err(errors) => again(&web, &posted, id, errors).await,
    }
}
