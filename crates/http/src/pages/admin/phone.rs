//! Phone calls: the trunks that connect them, whom they may reach, and how they went.

mod agent;
mod limits;
mod provider;
mod trunk;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_model::TrunkView;
use portcullis_ops::OpError;
use portcullis_ops::calls::{FindSpending, ListTrunks};
use portcullis_ops::prompts;
use portcullis_ops::settings::Connection;
use serde_json::{Value, json};

use agent::Agent;
use limits::{Limits, spent_text};
use provider::Provider;
use trunk::{TRANSPORTS, Trunk, UPKEEPS};

use super::prompts::name_of;
use super::setting::{self, Stored, text};
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Fields, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

const HERE: &str = "/admin/phone";
/// How many trunks the form has; the first that connects is used.
const TRUNKS: usize = 3;

#[derive(Template)]
#[template(path = "admin/phone.html")]
struct PhonePage {
    shell: Shell,
    errors: Errors,
    /// Whether an agent places the calls, and not the trunks.
    by_agent: bool,
    agent: Agent,
    /// Whether a provider places the calls, and not the trunks.
    by_provider: bool,
    provider: Provider,
    trunks: Vec<Trunk>,
    general: General,
    limits: Limits,
    /// What calls of the last day cost; absent where money is not counted.
    spent: Option<String>,
    revision: i64,
    is_set: bool,
    changed: Option<(Moment, String)>,
    health: Vec<TrunkView>,
    /// Those that have every prompt, with their names.
    languages: Vec<(String, String)>,
}

struct General {
    mode: String,
    countries: String,
    voip: bool,
    language: String,
    fraud_blocks: bool,
}

const MODES: [(&str, &str); 3] = [
    ("number_match", "Key in the number that the page shows"),
    ("pin", "Enter a PIN (phone agent only)"),
    ("confirm", "Press #"),
];
const HOSTS: [&str; TRUNKS] = ["t0_host", "t1_host", "t2_host"];
const PORTS: [&str; TRUNKS] = ["t0_port", "t1_port", "t2_port"];

impl General {
    fn stored(value: &Value) -> Self {
        let or = |pointer: &str, usual: &str| match text(value, pointer) {
            text if text.is_empty() => usual.to_owned(),
            text => text,
        };
        let countries = value["countries"].as_array().map_or_else(Vec::new, |countries| {
            countries.iter().filter_map(Value::as_str).collect()
        });
        Self {
            mode: or("/mode", "number_match"),
            countries: countries.join(" "),
            voip: value["voip"] == true,
            language: or("/language", "en"),
            fraud_blocks: value["fraud_blocks"] != false,
        }
    }

    fn typed(fields: &Fields) -> Self {
        Self {
            mode: fields.text("mode"),
            countries: fields.text("countries"),
            voip: !fields.text("voip").is_empty(),
            language: fields.text("language"),
            fraud_blocks: !fields.text("fraud_blocks").is_empty(),
        }
    }
}

/// Who places the calls.
enum Way<'a> {
    Agent(&'a Agent),
    Provider(&'a Provider),
    Trunks(&'a [Trunk]),
}

fn value(way: &Way<'_>, general: &General, limits: &Limits, fields: &Fields) -> Result<Value, OpError> {
    let mut errors = Errors::default();
    let mut list = Vec::new();
    let trunks = match way {
        Way::Trunks(trunks) => *trunks,
        Way::Agent(_) | Way::Provider(_) => &[],
    };
    for (index, trunk) in trunks.iter().enumerate() {
        if trunk.host.is_empty() && trunk.username.is_empty() {
            continue;
        }
        if trunk.host.is_empty() {
            errors.add(HOSTS[index], "must not be empty");
        }
        let port = match trunk.port.as_str() {
            "" => None,
            port => Some(setting::number(&mut errors, PORTS[index], port)),
        };
        list.push(trunk.value(fields, index, port));
    }
    let (limits, prices) = limits.value(&mut errors);
    if errors.any() {
        return Err(OpError::Invalid(errors.0));
    }
    let countries: Vec<String> = general
        .countries
        .split([' ', ',', ';'])
        .filter(|country| !country.is_empty())
        .map(str::to_uppercase)
        .collect();
    let mut value = json!({
        "mode": general.mode,
        "language": general.language,
        "fraud_blocks": general.fraud_blocks,
        "limits": limits,
        "prices": prices,
    });
    match way {
        Way::Agent(agent) => {
            value["agent"] = agent.value(fields);
            // It counts its own money.
            value["prices"] = Value::Null;
            return Ok(value);
        }
        Way::Provider(provider) => value["provider"] = provider.value(fields),
        Way::Trunks(_) => value["trunks"] = list.into(),
    }
    value["countries"] = countries.into();
    value["voip"] = general.voip.into();
    Ok(value)
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let mut shown = look(&web, &who).await?;
    shown.shell = shown.shell.with(&notice);
    page(&shown)
}

pub(super) async fn save(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let trunks: Vec<Trunk> = (0..TRUNKS).map(|index| Trunk::typed(fields, index)).collect();
    let general = General::typed(fields);
    let limits = Limits::typed(fields);
    let agent = Agent::typed(fields);
    let provider = Provider::typed(fields);
    let way = match fields.text("way").as_str() {
        "agent" => Way::Agent(&agent),
        "provider" => Way::Provider(&provider),
        _ => Way::Trunks(&trunks),
    };
    let (by_agent, by_provider) = (matches!(way, Way::Agent(_)), matches!(way, Way::Provider(_)));
    let result = match value(&way, &general, &limits, fields) {
        Ok(value) => setting::put(&web, &posted.who, Connection::Phone, value, fields).await,
        Err(error) => Err(error),
    };
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/phone?notice=phone-saved")),
        Err(errors) => {
            let mut shown = look(&web, &posted.who).await?;
            for (known, typed) in shown.trunks.iter_mut().zip(trunks) {
                *known = Trunk {
                    has_password: known.has_password,
                    ..typed
                };
            }
            let agent = Agent {
                has_password: shown.agent.has_password,
                ..agent
            };
            let shown = PhonePage {
                errors,
                by_agent,
                agent,
                by_provider,
                provider: provider.knowing(&shown.provider),
                general,
                limits,
                ..shown
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

pub(super) async fn remove(State(web): State<Web>, posted: Posted) -> Answer {
    let result = setting::put(&web, &posted.who, Connection::Phone, Value::Null, &posted.fields).await;
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/phone?notice=phone-removed")),
        Err(errors) => {
            let shown = PhonePage {
                errors,
                ..look(&web, &posted.who).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

async fn look(web: &Web, who: &SignedIn) -> Answer<PhonePage> {
    let Stored {
        value,
        revision,
        changed,
    } = setting::find(web, who, Connection::Phone).await?;
    let now = web.gate.now();
    let mut trunks: Vec<Trunk> = value["trunks"]
        .as_array()
        .map(|trunks| trunks.iter().map(Trunk::stored).collect())
        .unwrap_or_default();
    trunks.resize_with(TRUNKS, Trunk::empty);
    Ok(PhonePage {
        health: web.gate.read(&who.caller, ListTrunks).await?,
        languages: languages(web, who).await?,
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        by_agent: value["agent"].is_object(),
        agent: Agent::stored(&value["agent"]),
        by_provider: value["provider"].is_object(),
        provider: Provider::stored(&value["provider"]),
        trunks,
        general: General::stored(&value),
        limits: Limits::stored(&value),
        spent: web
            .gate
            .read(&who.caller, FindSpending)
            .await?
            .as_ref()
            .map(spent_text),
        revision,
        is_set: !value.is_null(),
        changed: changed.map(|(at, by)| (Moment::new(at, now), by)),
    })
}

/// Those that calls can be in.
async fn languages(web: &Web, who: &SignedIn) -> Answer<Vec<(String, String)>> {
    let found = web.gate.read(&who.caller, prompts::List).await?;
    let whole = found.into_iter().filter(|found| found.is_whole);
    Ok(whole
        .map(|found| (found.language.clone(), name_of(&found.language)))
        .collect())
}
