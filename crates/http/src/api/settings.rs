use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{DialogueLine, Peer, Rehearsal, Speaker, TrunkView};
use portcullis_ops::OpError;
use portcullis_ops::calls::{FindSpending, ListTrunks, Spending};
use portcullis_ops::mail::{LetterView, List as ListLetters};
use portcullis_ops::settings::{Connection, Find, ListPeers, Put, RehearseMail, SettingView};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::document::Problems;
use super::shapes::List;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(find, put, remove))
        .routes(routes!(rehearse))
        .routes(routes!(servers))
        .routes(routes!(trunks))
        .routes(routes!(spending))
        .routes(routes!(letters))
}

/// What this product is connected to, without its secrets.
#[derive(Default, Serialize, ToSchema)]
struct Setting {
    /// Null if nothing is set. A secret that is set reads as `true`.
    #[schema(value_type = Option<Object>, example = json!({
        "host": "mail.corp.example", "port": 587, "security": "starttls",
        "username": "portcullis", "password": true, "from_address": "portcullis@corp.example"
    }))]
    value: Option<Value>,
    /// Send it with the next change; 0 if nothing is set.
    revision: i64,
    /// RFC 3339, UTC.
    changed_at: Option<String>,
    changed_by: Option<String>,
}

impl From<SettingView> for Setting {
    fn from(view: SettingView) -> Self {
        Self {
            value: Some(view.value),
            revision: view.revision,
            changed_at: Some(view.changed_at.to_string()),
            changed_by: Some(view.changed_by),
        }
    }
}

/// A setting to put in place of the one that was looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSetting {
    /// All fields. A secret that is absent or empty stays as it was, as long as it goes to the same host.
    #[schema(value_type = Object, example = json!({
        "host": "mail.corp.example", "port": 587, "security": "starttls",
        "username": "portcullis", "password": "…", "from_address": "portcullis@corp.example"
    }))]
    value: Map<String, Value>,
    /// The one that was looked at; 0 if nothing was set.
    #[schema(example = 3)]
    revision: u32,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LookedAt {
    /// The one that was looked at; 0 if nothing was set.
    revision: u32,
}

/// Mail settings to try, which need not be stored yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailTest {
    /// As in `PUT /api/v2/settings/mail`.
    #[schema(value_type = Object, example = json!({
        "host": "mail.corp.example", "port": 587, "security": "starttls", "from_address": "portcullis@corp.example"
    }))]
    value: Map<String, Value>,
    /// Where the test letter goes.
    #[schema(example = "d.okafor@corp.example")]
    to: String,
}

/// How a test letter went.
#[derive(Serialize, ToSchema)]
struct MailTestResult {
    /// Whether the server took the letter.
    taken: bool,
    /// What is wrong and what to do; null if the server took the letter.
    problem: Option<String>,
    /// What was said, without secrets.
    dialogue: Vec<Said>,
}

/// One line of a conversation with a server.
#[derive(Serialize, ToSchema)]
struct Said {
    /// `us`, `server`, or `note` for what happened between the lines.
    speaker: &'static str,
    #[schema(example = "250 2.0.0 Ok: queued")]
    text: String,
}

impl From<DialogueLine> for Said {
    fn from(line: DialogueLine) -> Self {
        Self {
            speaker: match line.speaker {
                Speaker::Us => "us",
                Speaker::Server => "server",
                Speaker::Note => "note",
            },
            text: line.text,
        }
    }
}

impl From<Rehearsal> for MailTestResult {
    fn from(rehearsal: Rehearsal) -> Self {
        Self {
            taken: rehearsal.problem.is_none(),
            problem: rehearsal.problem,
            dialogue: rehearsal.lines.into_iter().map(Said::from).collect(),
        }
    }
}

/// A letter on its way out; never what it says.
#[derive(Serialize, ToSchema)]
struct OutgoingLetter {
    subject: String,
    /// `waiting`, `sent` or `failed`.
    state: String,
    attempts: u32,
    /// Why it did not leave, as the mail server said it.
    problem: String,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC; null while it waits.
    finished_at: Option<String>,
}

impl From<LetterView> for OutgoingLetter {
    fn from(view: LetterView) -> Self {
        Self {
            subject: view.subject,
            state: view.state,
            attempts: view.attempts,
            problem: view.problem,
            created_at: view.created_at.to_string(),
            finished_at: view.finished_at.map(|at| at.to_string()),
        }
    }
}

/// What became of the last question to a RADIUS server, as the node that answers knows it since it started.
#[derive(Serialize, ToSchema)]
struct RadiusServerState {
    #[schema(example = "udp:radius.corp.example:1812")]
    name: String,
    /// RFC 3339, UTC; null if it never answered.
    answered_at: Option<String>,
    /// RFC 3339, UTC; null if it answered the last question.
    silent_since: Option<String>,
    /// How the last question failed.
    problem: Option<String>,
}

impl From<Peer> for RadiusServerState {
    fn from(peer: Peer) -> Self {
        let (silent_since, problem) = peer.silent.unzip();
        Self {
            name: peer.name,
            answered_at: peer.answered_at.map(|at| at.to_string()),
            silent_since: silent_since.map(|at| at.to_string()),
            problem,
        }
    }
}

fn connection(word: &str) -> Result<Connection, OpError> {
    Connection::ALL
        .into_iter()
        .find(|connection| connection.word() == word)
        .ok_or(OpError::NotFound)
}

/// Show a connection, `mail`, `phone` or `radius`, without its secrets
#[utoipa::path(get, path = "/api/v2/settings/{connection}", tag = "Settings",
    params(("connection" = String, Path, description = "`mail`, `phone` or `radius`")),
    responses((status = OK, body = Setting), Problems))]
async fn find(State(web): State<Web>, program: Program, Path(word): Path<String>) -> Answer<Json<Setting>> {
    let operation = Find {
        connection: connection(&word)?,
    };
    let found = web.gate.read(&program.caller, operation).await?;
    Ok(Json(found.map(Setting::from).unwrap_or_default()))
}

/// Set a connection, for every node at once
#[utoipa::path(put, path = "/api/v2/settings/{connection}", tag = "Settings",
    params(("connection" = String, Path, description = "`mail`, `phone` or `radius`")),
    request_body(content = NewSetting, examples(
        ("mail" = (value = json!({ "revision": 0, "value": {
            "host": "mail.corp.example", "port": 587, "security": "starttls",
            "username": "portcullis", "password": "…", "from_address": "portcullis@corp.example"
        }}))),
        ("radius" = (value = json!({ "revision": 0, "value": {
            "servers": [{ "host": "radius.corp.example", "port": 1812, "transport": { "udp": { "secret": "…" } } }],
            "protocol": "pap"
        }}))),
        ("phone" = (value = json!({ "revision": 0, "value": {
            "trunks": [{
                "host": "sip.corp.example", "transport": "tls", "srtp": true, "username": "portcullis", "password": "…"
            }],
            "mode": "number_match", "countries": ["US", "DE"]
        }}))),
        ("phone through a provider" = (value = json!({ "revision": 0, "value": {
            "provider": {
                "base_url": "https://api.twilio.com", "account_sid": "AC…", "auth_token": "…",
                "caller_id": "+19259249500", "proxy": { "url": "socks5h://proxy.corp.example:1080" }
            },
            "mode": "number_match", "countries": ["US", "DE"]
        }})))
    )),
    responses((status = NO_CONTENT), Problems))]
async fn put(
    State(web): State<Web>,
    program: Program,
    Path(word): Path<String>,
    Body(new): Body<NewSetting>,
) -> Answer<StatusCode> {
    let operation = Put {
        connection: connection(&word)?,
        value: Value::Object(new.value),
        revision: new.revision.into(),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a connection away, with its secrets
#[utoipa::path(delete, path = "/api/v2/settings/{connection}", tag = "Settings",
    params(("connection" = String, Path, description = "`mail`, `phone` or `radius`"), LookedAt),
    responses((status = NO_CONTENT), Problems))]
async fn remove(
    State(web): State<Web>,
    program: Program,
    Path(word): Path<String>,
    Query(looked_at): Query<LookedAt>,
) -> Answer<StatusCode> {
    let operation = Put {
        connection: connection(&word)?,
        value: Value::Null,
        revision: looked_at.revision.into(),
    };
    web.gate.write(&program.caller, operation).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test letter and show the conversation with the server
#[utoipa::path(post, path = "/api/v2/settings/mail/test", tag = "Settings", request_body = MailTest,
    responses((status = OK, body = MailTestResult), Problems))]
async fn rehearse(
    State(web): State<Web>,
    program: Program,
    Body(test): Body<MailTest>,
) -> Answer<Json<MailTestResult>> {
    let operation = RehearseMail {
        value: Value::Object(test.value),
        to: test.to,
    };
    Ok(Json(web.gate.remote(&program.caller, operation).await?.into()))
}

/// Tell of each RADIUS server when it last answered this node
#[utoipa::path(get, path = "/api/v2/settings/radius/servers", tag = "Settings",
    responses((status = OK, body = List<RadiusServerState>), Problems))]
async fn servers(State(web): State<Web>, program: Program) -> Answer<Json<List<RadiusServerState>>> {
    let found = web.gate.read(&program.caller, ListPeers).await?;
    Ok(List::whole(found, RadiusServerState::from))
}

/// How a phone trunk is, as the node that answers knows it.
#[derive(Serialize, ToSchema)]
struct PhoneTrunkState {
    #[schema(example = "sip.corp.example")]
    name: String,
    /// Null as long as nobody asked.
    well: Option<bool>,
    problem: String,
}

impl From<TrunkView> for PhoneTrunkState {
    fn from(trunk: TrunkView) -> Self {
        Self {
            name: trunk.name,
            well: trunk.is_well,
            problem: trunk.problem,
        }
    }
}

/// Tell of each phone trunk how it is
#[utoipa::path(get, path = "/api/v2/settings/phone/trunks", tag = "Settings",
    responses((status = OK, body = List<PhoneTrunkState>), Problems))]
async fn trunks(State(web): State<Web>, program: Program) -> Answer<Json<List<PhoneTrunkState>>> {
    let found = web.gate.read(&program.caller, ListTrunks).await?;
    Ok(List::whole(found, PhoneTrunkState::from))
}

/// What phone calls of the last 24 hours cost, in the smallest unit of the currency.
#[derive(Default, Serialize, ToSchema)]
struct PhoneSpending {
    /// As in ISO 4217; null where money is not counted.
    #[schema(example = "EUR")]
    currency: Option<String>,
    /// Calls under way count at their most.
    #[schema(example = 320)]
    spent: u64,
    /// How much a day may cost; null where money is not counted.
    #[schema(example = 5000)]
    budget_of_a_day: Option<u64>,
}

impl From<Spending> for PhoneSpending {
    fn from(spending: Spending) -> Self {
        Self {
            currency: Some(spending.prices.currency),
            spent: spending.spent,
            budget_of_a_day: Some(spending.of_a_day),
        }
    }
}

/// Tell what phone calls of the last 24 hours cost
#[utoipa::path(get, path = "/api/v2/settings/phone/spending", tag = "Settings",
    responses((status = OK, body = PhoneSpending), Problems))]
async fn spending(State(web): State<Web>, program: Program) -> Answer<Json<PhoneSpending>> {
    let found = web.gate.read(&program.caller, FindSpending).await?;
    Ok(Json(
        found.map_or_else(PhoneSpending::default, PhoneSpending::from),
    ))
}

/// List the latest letters and what became of them
#[utoipa::path(get, path = "/api/v2/mail", tag = "Settings",
    responses((status = OK, body = List<OutgoingLetter>), Problems))]
async fn letters(State(web): State<Web>, program: Program) -> Answer<Json<List<OutgoingLetter>>> {
    Ok(List::whole(
        web.gate.read(&program.caller, ListLetters).await?,
        OutgoingLetter::from,
    ))
}
