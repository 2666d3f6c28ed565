use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use portcullis_model::{FactorKind, Remember, Secret};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{
    Challenge, Challenged, ChooseMethod, Delivery, FactorStep, LoginStep, LoginView, MoreTime, ProveFactor,
    TimeOut,
};
use serde::Deserialize;

use super::password::find;
use super::way::Way;
use super::{NextQuery, call, locked, next_of, recovery, start_over, with_next};
use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::WithCookies;
use crate::form::Fields;
use crate::notice::{Notice, NoticeQuery};
use crate::session::Visitor;
use crate::shell::Front;
use crate::{Web, moment};

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    front: Front,
    username: String,
    next: String,
    way: Way,
    /// How many tries are left after a wrong answer.
    wrong: Option<u32>,
    seconds_left: u64,
    left: String,
    others: Vec<Way>,
    /// Options for the browser, if it signs.
    options: Option<String>,
    /// Where a code went, masked.
    addresses: String,
    delivery: Option<Delivery>,
    /// For how long this browser can be remembered; empty if it cannot.
    remember_for: &'static str,
    /// Whether the box was ticked before.
    remember: bool,
    /// Whether more time can be asked for.
    more_time: bool,
}

/// What the RADIUS server asks next.
#[derive(Default, Deserialize)]
pub(crate) struct Prompt {
    prompt: String,
    #[serde(default)]
    echo: bool,
}

impl Prompt {
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The way with the server's question, or with our own words where it asks without any.
    pub(crate) fn ask(self, way: Way) -> Way {
        let question = if self.prompt.trim().is_empty() {
            "The server asks for one more answer.".to_owned()
        } else {
            self.prompt
        };
        way.asking(question, self.echo)
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    visitor: Visitor,
    Query(query): Query<NextQuery>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    let next = query.next();
    let Some(login) = find(&web, &visitor).await? else {
        return Ok(start_over("timeout", "", next));
    };
    match login.step {
        LoginStep::Password => Ok(redirect(&with_next("/sign-in/password", next))),
        LoginStep::Factor if login.seconds_left == 0 && time_out(&web, &visitor).await? => {
            Ok(start_over("timeout", &login.username, next))
        }
        LoginStep::Factor if login.method == Some(FactorKind::Phone) => {
            let page = with_next(call::HERE, next);
            Ok(redirect(&match notice.word() {
                Some(word) => with(&page, &format!("notice={word}")),
                None => page,
            }))
        }
        LoginStep::Factor => {
            let mut shown = view(&web, login, next.to_owned(), None, !query.remember.is_empty());
            shown.front = shown.front.with(&notice);
            page(&shown)
        }
        LoginStep::Reported => Ok(start_over("not-you", "", next)),
        LoginStep::Recovery => Ok(redirect(&with_next(recovery::HERE, next))),
        LoginStep::SetUp => Ok(redirect(&with_next("/sign-in/set-up", next))),
        LoginStep::Enrol => Ok(redirect("/setup/authenticator")),
    }
}

/// Ends the sign-in if the time for the code is over; tells whether it was.
pub(super) async fn time_out(web: &Web, visitor: &Visitor) -> Result<bool, OpError> {
    let Some(token) = visitor.login.clone() else {
        return Ok(false);
    };
    web.gate.write(&visitor.caller, TimeOut { token }).await
}

pub(super) async fn prove(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let (next, username) = (next_of(&fields), fields.text("username"));
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("timeout", &username, &next));
    };
    let operation = ProveFactor {
        token,
        code: fields.secret("code"),
        remember: remember_in(&fields),
    };
    match web.gate.remote(&visitor.caller, operation).await {
        Ok(FactorStep::Passed {
            session_token,
            browser_token,
            method,
            codes_left,
        }) => Ok(onward(method, codes_left, &next).begin_session(&session_token, &browser_token)),
        Ok(FactorStep::Asked) => {
            let page = with_next("/sign-in/code", &next);
            Ok(redirect(&if remember_in(&fields) {
                with(&page, "remember=yes")
            } else {
                page
            }))
        }
        Ok(FactorStep::Unheard) => Ok(redirect(&with_next(call::HERE, &next))),
        Ok(FactorStep::SwitchedOff) => Ok(start_over("switched-off", &username, &next)),
        Ok(FactorStep::MustSetUp { login_token }) => {
            Ok(redirect(&with_next("/sign-in/set-up", &next)).begin_login(&login_token))
        }
        Ok(FactorStep::Unanswered { text, tries_left }) => {
            unanswered(&web, &visitor, text, tries_left, &fields).await
        }
        Ok(FactorStep::Wrong { tries_left }) => wrong(&web, &visitor, tries_left, &fields).await,
        Ok(FactorStep::TooManyFailures) => Ok(start_over("too-many", &username, &next)),
        Ok(FactorStep::TimedOut) | Err(OpError::Expired) => Ok(start_over("timeout", &username, &next)),
        Ok(FactorStep::Locked { retry_after }) | Err(OpError::TooMany { retry_after }) => {
            locked(&web, &visitor, retry_after, username, next).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn choose(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("timeout", "", &next));
    };
    let operation = ChooseMethod {
        token: token.clone(),
        method: fields.parse("method")?,
    };
    match web.gate.write(&visitor.caller, operation).await {
        Ok(()) => ask(&web, &visitor, token, &next).await,
        Err(OpError::Expired) => Ok(start_over("timeout", "", &next)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn more_time(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("timeout", "", &next));
    };
    let page = with_next("/sign-in/code", &next);
    match web.gate.write(&visitor.caller, MoreTime { token }).await {
        Ok(()) => Ok(redirect(&page)),
        Err(OpError::Expired) => Ok(start_over("timeout", "", &next)),
        Err(OpError::Conflict(_)) => Ok(redirect(&with(&page, "notice=no-more-time"))),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn resend(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let next = next_of(&fields);
    let Some(token) = visitor.login.clone() else {
        return Ok(start_over("timeout", "", &next));
    };
    let challenged = web.gate.remote(&visitor.caller, Challenge { token }).await;
    onward_to_code(challenged, "code-sent", &next)
}

/// Lets the chosen method begin: sends the code, draws the challenge.
pub(super) async fn ask(web: &Web, visitor: &Visitor, token: Secret, next: &str) -> Answer {
    let challenged = web.gate.remote(&visitor.caller, Challenge { token }).await;
    onward_to_code(challenged, "", next)
}

fn onward_to_code(challenged: Result<Challenged, OpError>, ready: &str, next: &str) -> Answer {
    let notice = match challenged {
        Ok(Challenged::NotNeeded | Challenged::Ready) => ready,
        Ok(Challenged::TooMany { .. }) => "no-more-codes",
        Ok(Challenged::Unanswered { .. }) => "way-closed",
        Err(OpError::Expired) => return Ok(start_over("timeout", "", next)),
        Err(error) => return Err(error.into()),
    };
    let page = with_next("/sign-in/code", next);
    if notice.is_empty() {
        return Ok(redirect(&page));
    }
    Ok(redirect(&with(&page, &format!("notice={notice}"))))
}

fn with(page: &str, pair: &str) -> String {
    let sign = if page.contains('?') { '&' } else { '?' };
    format!("{page}{sign}{pair}")
}

/// Whether the box to remember this browser is ticked.
fn remember_in(fields: &Fields) -> bool {
    !fields.text("remember").is_empty()
}

async fn unanswered(web: &Web, visitor: &Visitor, text: String, tries_left: u32, fields: &Fields) -> Answer {
    let (next, username) = (next_of(fields), fields.text("username"));
    if tries_left == 0 {
        return Ok(start_over("too-many", &username, &next));
    }
    let Some(login) = find(web, visitor).await? else {
        return Ok(start_over("timeout", &username, &next));
    };
    let mut shown = view(web, login, next, None, remember_in(fields));
    shown.front.notice = Some(Notice {
        tone: "bad",
        text,
        undo: None,
    });
    page_with(StatusCode::SERVICE_UNAVAILABLE, &shown)
}

async fn wrong(web: &Web, visitor: &Visitor, tries_left: u32, fields: &Fields) -> Answer {
    let (next, username) = (next_of(fields), fields.text("username"));
    let Some(login) = find(web, visitor).await? else {
        return Ok(start_over("timeout", &username, &next));
    };
    page_with(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view(web, login, next, Some(tries_left), remember_in(fields)),
    )
}

fn view(web: &Web, login: LoginView, next: String, wrong: Option<u32>, remember: bool) -> CodePage {
    let method = login.method.unwrap_or(FactorKind::Totp);
    let mut way = Way::of(method).long(&login.code_lengths);
    let mut options = None;
    match method {
        FactorKind::WebAuthn => options = Some(login.prompt),
        FactorKind::Radius if !login.prompt.is_empty() => {
            way = Prompt::read(&login.prompt).ask(way);
        }
        _ => {}
    }
    CodePage {
        front: Front::new(web),
        username: login.username,
        next,
        way,
        options,
        addresses: login.addresses.join(" and "),
        delivery: login.delivery,
        remember_for: match login.remember {
            Remember::Off => "",
            period => period.text(),
        },
        remember,
        more_time: login.more_time,
        wrong,
        seconds_left: login.seconds_left,
        left: moment::clock(login.seconds_left),
        others: login
            .methods
            .into_iter()
            .rev()
            .filter(|other| *other != method)
            .map(Way::of)
            .collect(),
    }
}

/// Where the person goes after signing in. Who is about to run out of backup codes goes to the page that makes new ones.
fn onward(method: FactorKind, codes_left: Option<usize>, next: &str) -> Response {
    match (method, codes_left) {
        (FactorKind::BackupCode, Some(0)) => redirect("/me/security?notice=last-backup-code"),
        (FactorKind::BackupCode, Some(left @ 1..=3)) => {
            redirect(&format!("/me/security?notice=backup-codes-left&n={left}"))
        }
        _ if next.is_empty() => redirect("/"),
        _ => redirect(next),
    }
}
