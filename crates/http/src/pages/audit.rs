use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use portcullis_model::{Outcome, PageSize, Timestamp};
use portcullis_ops::audit::{AuditFilter, AuditView, List, Verified, Verify};

use crate::Web;
use crate::answer::{Answer, page};
use crate::moment::Moment;
use crate::next_path::encode;
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/audit", get(show))
        .route("/audit/verify", get(verify))
}

/// One line of the trail, ready to be read.
pub(crate) struct Entry {
    pub seq: i64,
    pub at: Moment,
    pub exact: String,
    pub operation: String,
    pub actor_kind: String,
    pub actor: String,
    pub door: String,
    pub address: String,
    pub request: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub subject: String,
    pub outcome: Outcome,
    pub reason: String,
    pub message: String,
    pub hash: String,
}

impl Entry {
    pub(crate) fn all(entries: Vec<AuditView>, now: Timestamp) -> Vec<Self> {
        entries.into_iter().map(|entry| Self::of(entry, now)).collect()
    }

    /// The actor's name, or what kind of actor it is.
    pub(crate) fn who(&self) -> &str {
        if self.actor.is_empty() {
            &self.actor_kind
        } else {
            &self.actor
        }
    }

    fn of(entry: AuditView, now: Timestamp) -> Self {
        Self {
            seq: entry.seq,
            at: Moment::new(entry.at, now),
            exact: entry.at.to_string(),
            operation: entry.operation,
            actor_kind: entry.actor_kind,
            actor: entry.actor,
            door: entry.door,
            address: entry.address,
            request: entry.request,
            subject_kind: entry.subject_kind,
            subject_id: entry.subject_id.map(|id| id.to_string()).unwrap_or_default(),
            subject: entry.subject,
            outcome: entry.outcome,
            reason: entry.reason,
            message: entry.message,
            hash: entry.hash,
        }
    }
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    shell: Shell,
    asked: Asked,
    outcomes: [Outcome; 4],
    entries: Vec<Entry>,
    first: bool,
    next: Option<String>,
    verified: Option<Verified>,
}

/// The filters of the page as they stand in the address; a field that is left empty does not filter.
#[derive(Default)]
struct Asked {
    who: String,
    operation: String,
    subject: String,
    outcome: String,
    since: String,
    until: String,
}

impl Asked {
    fn of(query: &BTreeMap<String, String>) -> Self {
        let text = |name: &str| {
            query
                .get(name)
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        Self {
            who: text("who"),
            operation: text("operation"),
            subject: text("subject"),
            outcome: text("outcome"),
            since: text("since"),
            until: text("until"),
        }
    }

    fn filter(&self) -> AuditFilter {
        AuditFilter {
            who: self.who.clone(),
            operation: self.operation.clone(),
            subject: self.subject.parse().ok(),
            outcome: self.outcome.parse().ok(),
            since: moment_of(&self.since),
            until: moment_of(&self.until),
        }
    }

    fn any(&self) -> bool {
        self.pairs().iter().any(|(_, value)| !value.is_empty())
    }

    fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("who", &self.who),
            ("operation", &self.operation),
            ("subject", &self.subject),
            ("outcome", &self.outcome),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    fn address(&self, before: &str) -> String {
        let filters = self.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = [("before", before)]
            .into_iter()
            .chain(filters)
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        format!("/audit?{}", pairs.join("&"))
    }
}

/// Reads what a `datetime-local` field sends, `2026-11-21T03:05`, as UTC; or a whole RFC 3339 moment.
pub(crate) fn moment_of(text: &str) -> Option<Timestamp> {
    let moment = match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment,
        Err(_) => text
            .parse::<jiff::civil::DateTime>()
            .ok()?
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()?
            .timestamp(),
    };
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

async fn show(
    State(web): State<Web>,
    who: SignedIn,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer {
    render(&web, &who, &query, None).await
}

async fn verify(State(web): State<Web>, who: SignedIn) -> Answer {
    let verified = web.gate.read(&who.caller, Verify { checkpoint: None }).await?;
    render(&web, &who, &BTreeMap::new(), Some(verified)).await
}

async fn render(
    web: &Web,
    who: &SignedIn,
    query: &BTreeMap<String, String>,
    verified: Option<Verified>,
) -> Answer {
    let asked = Asked::of(query);
    let before = query.get("before").and_then(|text| text.parse().ok());
    let operation = List {
        filter: asked.filter(),
        before,
        size: PageSize::DEFAULT,
    };
    let found = web.gate.read(&who.caller, operation).await?;
    page(&AuditPage {
        shell: Shell::new(web, who, "/audit"),
        outcomes: [Outcome::Succeed, Outcome::Deny, Outcome::Fail, Outcome::Start],
        entries: Entry::all(found.items, web.gate.now()),
        first: before.is_none(),
        next: found.next.map(|before| asked.address(&before)),
        asked,
        verified,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_forms_and_programs_write_it() {
        let expected = Timestamp::from_micros(1_795_230_300_000_000);

        assert_eq!(moment_of("2026-11-21T03:05"), Some(expected));
        assert_eq!(moment_of("2026-11-21T03:05:00Z"), Some(expected));
        assert_eq!(moment_of("yesterday"), None);
    }

    #[test]
    fn filters_survive_in_the_address_of_the_next_page() {
        let query = [("who", "d.okafor"), ("outcome", "deny")];
        let query = query
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();

        let asked = Asked::of(&query);

        assert_eq!(asked.address("42"), "/audit?before=42&who=d.okafor&outcome=deny");
        assert_eq!(asked.filter().outcome, Some(Outcome::Deny));
    }
}
