//! "Test on me": a method is run once on the administrator who asks.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::FactorKind;
use portcullis_ops::OpError;
use portcullis_ops::factors::{BeginRehearsal, FindRehearsal, Rehearse, Rehearsed};
use portcullis_ops::sign_in::UNHEARD;

use super::HERE;
use crate::Web;
use crate::answer::{Answer, Problem, page, page_with, redirect};
use crate::form::Posted;
use crate::pages::phone::CallPage;
use crate::pages::sign_in::{Prompt, Way};
use crate::session::SignedIn;
use crate::shell::{Front, Shell};

/// What can be run more than once.
pub(super) const TESTED: [FactorKind; 5] = [
    FactorKind::WebAuthn,
    FactorKind::Totp,
    FactorKind::Radius,
    FactorKind::Phone,
    FactorKind::Email,
];

#[derive(Template)]
#[template(path = "admin/mfa/test.html")]
struct TestPage {
    shell: Shell,
    way: Way,
    /// Whether there is a question to answer already.
    asked: bool,
    /// Options for the browser, if it signs.
    options: Option<String>,
    outcome: Option<Outcome>,
}

struct Outcome {
    tone: &'static str,
    text: String,
}

impl TestPage {
    /// Methods that begin with a letter or a challenge wait for a button.
    fn of(web: &Web, who: &SignedIn, method: FactorKind) -> Self {
        Self {
            shell: Shell::new(web, who, HERE),
            way: Way::of(method),
            asked: !matches!(method, FactorKind::Email | FactorKind::WebAuthn),
            options: None,
            outcome: None,
        }
    }

    fn with(mut self, rehearsed: Rehearsed) -> Self {
        let by = |server: Option<String>| server.map_or_else(String::new, |server| format!(" by {server}"));
        let (tone, text) = match rehearsed {
            Rehearsed::Asked { prompt } => {
                self.asked = true;
                match self.way.kind {
                    FactorKind::WebAuthn => self.options = Some(prompt),
                    FactorKind::Radius if !prompt.is_empty() => {
                        self.way = Prompt::read(&prompt).ask(self.way);
                    }
                    _ => {}
                }
                return self;
            }
            Rehearsed::Calling => return self,
            Rehearsed::Accepted { server } => ("ok", format!("It works: accepted{}.", by(server))),
            Rehearsed::Refused { server } => ("bad", format!("Refused{}. {}", by(server), self.way.wrong)),
            Rehearsed::Unanswered { why } => ("bad", format!("No answer: {why}")),
        };
        self.outcome = Some(Outcome { tone, text });
        self
    }

    fn failed(mut self, text: &str) -> Self {
        let text = text.to_owned();
        self.outcome = Some(Outcome { tone: "bad", text });
        self
    }
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Path(method): Path<String>) -> Answer {
    who.needs(portcullis_model::SystemRight::ManageSettings)?;
    let method = tested(&method)?;
    if method == FactorKind::Phone {
        return Ok(redirect(CALL));
    }
    page(&TestPage::of(&web, &who, method))
}

pub(super) async fn begin(State(web): State<Web>, Path(method): Path<String>, posted: Posted) -> Answer {
    let method = tested(&method)?;
    let result = web
        .gate
        .remote(&posted.who.caller, BeginRehearsal { method })
        .await;
    shown(&web, &posted, method, result)
}

pub(super) async fn answer(State(web): State<Web>, Path(method): Path<String>, posted: Posted) -> Answer {
    let method = tested(&method)?;
    let operation = Rehearse {
        method,
        code: posted.fields.secret("code"),
    };
    let result = web.gate.remote(&posted.who.caller, operation).await;
    shown(&web, &posted, method, result)
}

/// Where the phone call of a test is waited for.
const CALL: &str = "/admin/mfa/test/phone/call";

pub(super) async fn call(State(web): State<Web>, who: SignedIn) -> Answer {
    let call = web.gate.read(&who.caller, FindRehearsal).await?;
    page(&CallPage::of_test(Front::of_anybody(&web), call).with(&who.csrf, ""))
}

fn shown(web: &Web, posted: &Posted, method: FactorKind, result: Result<Rehearsed, OpError>) -> Answer {
    let fresh = TestPage::of(web, &posted.who, method);
    match result {
        Ok(Rehearsed::Calling) | Err(OpError::Conflict(UNHEARD)) => Ok(redirect(CALL)),
        Ok(rehearsed) => page(&fresh.with(rehearsed)),
        Err(OpError::Conflict(text)) => page_with(StatusCode::CONFLICT, &fresh.failed(text)),
        Err(error) => Err(error.into()),
    }
}

fn tested(word: &str) -> Result<FactorKind, Problem> {
    let kind = word.parse().ok().filter(|kind| TESTED.contains(kind));
    kind.ok_or_else(|| Problem::from(OpError::NotFound))
}
