//! The log of phone calls, filtered and exported.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use portcullis_model::{CallFilter, CallOutcome, LoggedCall, PageSize, Timestamp, amount_text, decimal_text};
use portcullis_ops::calls::{Export, List};

use crate::answer::{Answer, page};
use crate::moment::Moment;
use crate::next_path::encode;
use crate::pages::audit::moment_of;
use crate::pages::calling::told;
use crate::session::SignedIn;
use crate::shell::Shell;
use crate::{Web, csv};

const HERE: &str = "/admin/phone/calls";

pub(super) fn router() -> Router<Web> {
    Router::new()
        .route("/admin/phone/calls", get(show))
        .route("/admin/phone/calls/csv", get(download))
}

/// The filter as it stands in the address; what is left empty does not filter.
struct Asked {
    who: String,
    outcome: String,
    since: String,
    until: String,
}

impl Asked {
    fn of(query: &BTreeMap<String, String>) -> Self {
        let text = |name| {
            let value = query.get(name).map(|value| value.trim().to_owned());
            value.unwrap_or_default()
        };
        Self {
            who: text("who"),
            outcome: text("outcome"),
            since: text("since"),
            until: text("until"),
        }
    }

    fn filter(&self) -> CallFilter {
        CallFilter {
            who: self.who.clone(),
            outcome: self.outcome.parse().ok(),
            since: moment_of(&self.since),
            until: moment_of(&self.until),
        }
    }

    fn any(&self) -> bool {
        [&self.who, &self.outcome, &self.since, &self.until]
            .iter()
            .any(|value| !value.is_empty())
    }

    /// The address of `path` with this filter, and where its page begins.
    fn address(&self, path: &str, before: &str) -> String {
        let pairs = [
            ("who", self.who.as_str()),
            ("outcome", &self.outcome),
            ("since", &self.since),
            ("until", &self.until),
            ("before", before),
        ];
        let pairs: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if pairs.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", pairs.join("&"))
    }
}

#[derive(Template)]
#[template(path = "admin/calls.html")]
struct CallsPage {
    shell: Shell,
    asked: Asked,
    outcomes: [CallOutcome; 29],
    calls: Vec<Row>,
    first: bool,
    next: Option<String>,
}

/// One call, ready to be read.
struct Row {
    view: LoggedCall,
    at: Moment,
    exact: String,
}

impl Row {
    fn of(view: LoggedCall, now: Timestamp) -> Self {
        Self {
            at: Moment::new(view.made_at, now),
            exact: view.made_at.to_string(),
            view,
        }
    }

    fn purpose(&self) -> &'static str {
        purpose(&self.view)
    }

    /// Empty where money was not counted.
    fn cost(&self) -> String {
        if self.view.currency.is_empty() {
            return String::new();
        }
        amount_text(self.view.cost, &self.view.currency)
    }

    fn tone(&self) -> &'static str {
        match self.view.outcome {
            Some(CallOutcome::Granted) => "ok",
            Some(outcome) if outcome.is_fraud() => "bad",
            _ => "",
        }
    }

    fn outcome(&self) -> String {
        self.view.outcome.map_or_else(|| "under way".to_owned(), label)
    }

    fn hint(&self) -> &'static str {
        self.view.outcome.map_or("", told)
    }
}

impl CallsPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn label(outcome: &CallOutcome) -> String {
        label(*outcome)
    }
}

/// How a call ended, in the words of the API.
fn label(outcome: CallOutcome) -> String {
    outcome.word().replace('_', " ")
}

fn purpose(call: &LoggedCall) -> &'static str {
    match call.purpose.as_str() {
        "sign_in" => "Sign-in",
        "session" => "Confirmation",
        "enrolment" => "New number",
        _ => "Test",
    }
}

async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer {
    let asked = Asked::of(&query);
    let before = query.get("before").cloned();
    let first = before.is_none();
    let operation = List {
        filter: asked.filter(),
        before,
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    let now = web.gate.now();
    page(&CallsPage {
        shell: Shell::new(&web, &who, "/admin/phone"),
        outcomes: CallOutcome::ALL,
        calls: found.items.into_iter().map(|view| Row::of(view, now)).collect(),
        first,
        next: found.next.map(|before| asked.address(HERE, &before)),
        asked,
    })
}

const COLUMNS: [&str; 12] = [
    "Time",
    "Person",
    "Number",
    "Country",
    "For",
    "Asked from",
    "Result",
    "Trunk",
    "Seconds",
    "Cost",
    "Currency",
    "Id",
];

/// Everything that fits, as a file.
async fn download(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer {
    let asked = Asked::of(&query);
    let export = Export {
        filter: asked.filter(),
    };
    let calls = web.gate.read(&who.caller, export).await;
    csv::file(
        calls.map(|calls| table(&calls)),
        "phone-calls.csv",
        asked.address(HERE, ""),
    )
}

/// Calls as comma-separated values.
pub(crate) fn table(calls: &[LoggedCall]) -> String {
    let mut text = csv::line(&COLUMNS);
    for call in calls {
        let cost = match call.currency.as_str() {
            "" => String::new(),
            currency => decimal_text(call.cost, currency),
        };
        text += &csv::line(&[
            &call.made_at.to_string(),
            &call.username,
            &call.masked,
            &call.country,
            purpose(call),
            &call.address,
            &call.outcome.map(label).unwrap_or_default(),
            &call.trunk,
            &call.seconds.to_string(),
            &cost,
            &call.currency,
            &call.id.to_string(),
        ]);
    }
    text
}
