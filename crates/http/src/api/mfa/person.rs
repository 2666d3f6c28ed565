use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use portcullis_model::{EmailChoice, FactorKind, UserId};
use portcullis_ops::factors::{IssuePass, Reset, SetPhone};
use portcullis_ops::mfa_policy::{Explain, Explained, Reason};
use portcullis_ops::users::SetEmails;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::requirement::Grace;
use crate::Web;
use crate::answer::Answer;
use crate::api::body::Body;
use crate::api::document::Problems;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(explain))
        .routes(routes!(reset))
        .routes(routes!(issue_pass))
        .routes(routes!(set_phone))
        .routes(routes!(set_emails))
}

/// What one person must prove, and why.
#[derive(Serialize, ToSchema)]
struct Explanation {
    username: String,
    /// The methods that the policy allows, the weakest first.
    #[schema(example = json!(["email", "totp"]))]
    methods: Vec<&'static str>,
    /// Those of them that the person can use now.
    #[schema(example = json!(["totp"]))]
    usable: Vec<&'static str>,
    /// Allowed methods that the person could set up themselves.
    to_set_up: Vec<&'static str>,
    /// Whether one of them must be set up at sign-in.
    must_set_up: bool,
    /// Whether that can be put off.
    may_skip: bool,
    grace: Grace,
    code_seconds: u32,
    email_seconds: u32,
    retries: u32,
    /// For how long a browser may be remembered: `off`, `12h`, `7d` or `30d`.
    remember: &'static str,
    /// Switched off after too many wrong codes, or after a call that was reported as not wanted, until somebody resets it.
    switched_off: Vec<&'static str>,
    /// Where they are called: numbers, masked, and names at a phone agent.
    #[schema(example = json!(["+1 ••• ••• ••00 (ext. 292)"]))]
    phones: Vec<String>,
    /// What led here, in the order in which it was looked at.
    #[schema(example = json!(["Inherits from Finance."]))]
    reasons: Vec<String>,
    /// Why the person cannot sign in at all; null if they can.
    blocked: Option<&'static str>,
    /// "Use group authentication settings for this user".
    uses_group_settings: bool,
}

fn words(kinds: &[FactorKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.word()).collect()
}

impl From<Explained> for Explanation {
    fn from(explained: Explained) -> Self {
        let effective = explained.effective;
        Self {
            username: explained.username,
            methods: words(&effective.methods),
            usable: words(&effective.usable),
            to_set_up: words(&effective.to_set_up),
            must_set_up: effective.must_set_up,
            may_skip: effective.may_skip,
            grace: effective.grace.into(),
            code_seconds: effective.code_seconds,
            email_seconds: effective.email_seconds,
            retries: effective.retries,
            remember: effective.remember.word(),
            switched_off: words(&effective.switched_off),
            phones: explained.phones,
            reasons: effective.reasons.iter().map(Reason::text).collect(),
            blocked: effective.blocked.map(portcullis_ops::mfa_policy::Blocked::text),
            uses_group_settings: explained.setting.uses_group_settings,
        }
    }
}

/// What to take away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetMethod {
    /// `backup_code`, `phone`, `temporary_pass`, `totp` or `web_authn`.
    #[schema(value_type = String, example = "totp")]
    method: FactorKind,
    /// Recorded.
    #[serde(default)]
    #[schema(example = "Lost phone, INC-2041")]
    reason: String,
}

/// How many were taken away.
#[derive(Serialize, ToSchema)]
struct Removed {
    removed: u64,
}

/// A pass to issue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPass {
    /// 5 to 60.
    #[schema(example = 30)]
    minutes: u32,
    /// Recorded; must not be empty.
    #[schema(example = "Left the key at home, INC-2042")]
    reason: String,
}

/// A pass that works once in place of the second step; told once.
#[derive(Serialize, ToSchema)]
struct Pass {
    #[schema(format = Password)]
    pass: String,
    /// RFC 3339, UTC.
    ends_at: String,
}

/// Where a person's codes go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Emails {
    /// Empty for none.
    #[schema(example = "d.okafor@corp.example")]
    email: String,
    /// Empty for none.
    #[schema(example = "dayo@home.example")]
    email2: String,
    /// `first`, `second` or `both`; null or absent to leave it as it is.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "first")]
    choice: Option<EmailChoice>,
}

/// Say what a person must prove, and why
#[utoipa::path(get, path = "/api/v2/users/{id}/mfa", tag = "Second step", params(("id" = Uuid, Path)),
    responses((status = OK, body = Explanation), Problems))]
async fn explain(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
) -> Answer<Json<Explanation>> {
    let operation = Explain { id: UserId(id) };
    Ok(Json(web.gate.read(&program.caller, operation).await?.into()))
}

/// Take away what a person has set up of one kind, and end their sessions
#[utoipa::path(post, path = "/api/v2/users/{id}/mfa/reset", tag = "Second step", params(("id" = Uuid, Path)),
    request_body = ResetMethod, responses((status = OK, body = Removed), Problems))]
async fn reset(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(asked): Body<ResetMethod>,
) -> Answer<Json<Removed>> {
    let operation = Reset {
        id: UserId(id),
        method: asked.method,
        reason: asked.reason,
    };
    let removed = web.gate.write(&program.caller, operation).await?;
    Ok(Json(Removed { removed }))
}

/// Give a person a pass that works once in place of their second step
#[utoipa::path(post, path = "/api/v2/users/{id}/mfa/pass", tag = "Second step", params(("id" = Uuid, Path)),
    request_body = NewPass, responses((status = CREATED, body = Pass), Problems))]
async fn issue_pass(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(new): Body<NewPass>,
) -> Answer {
    let operation = IssuePass {
        id: UserId(id),
        minutes: new.minutes,
        reason: new.reason,
    };
    let issued = web.gate.write(&program.caller, operation).await?;
    let shape = Pass {
        pass: issued.pass.expose().to_owned(),
        ends_at: issued.ends_at.to_string(),
    };
    Ok((StatusCode::CREATED, Json(shape)).into_response())
}

/// A phone number to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNumber {
    /// Country code, number and extension, or E.164. Where a phone agent keeps the numbers: the name under which it knows
    /// the person.
    #[schema(example = "1 9259249500 292")]
    number: String,
    /// Recorded; must not be empty.
    #[schema(example = "From the staff directory")]
    reason: String,
}

/// Set the phone number that a person is called at, in place of those they have
#[utoipa::path(put, path = "/api/v2/users/{id}/mfa/phone", tag = "Second step", params(("id" = Uuid, Path)),
    request_body = NewNumber, responses((status = NO_CONTENT), Problems))]
async fn set_phone(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(new): Body<NewNumber>,
) -> Answer<StatusCode> {
    let operation = SetPhone {
        id: UserId(id),
        number: new.number,
        reason: new.reason,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set where a person's codes go; the addresses of before are told
#[utoipa::path(put, path = "/api/v2/users/{id}/emails", tag = "Second step", params(("id" = Uuid, Path)),
    request_body = Emails, responses((status = NO_CONTENT), Problems))]
async fn set_emails(
    State(web): State<Web>,
    program: Program,
    Path(id): Path<Uuid>,
    Body(emails): Body<Emails>,
) -> Answer<StatusCode> {
    let operation = SetEmails {
        id: UserId(id),
        email: emails.email,
        email2: emails.email2,
        choice: emails.choice,
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}
