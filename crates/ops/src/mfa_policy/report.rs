//! Changes of the policy that change nothing yet: each sign-in says what it would have met.

use std::time::Duration;

use portcullis_model::{
    FactorKind, LoginId, PolicyChange, Scope, Subject, SubjectKind, SystemRight, Timestamp, UserId,
};
use portcullis_store::policy_changes::{self, Both, Changed};
use portcullis_store::policy_reports::{self, Report};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx};
use uuid::Uuid;

use crate::mfa_policy::load::Looked;
use crate::mfa_policy::state::{State, check, make};
use crate::mfa_policy::{Applied, Effective};
use crate::text::for_trail;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, Write};

/// Lets a change report what it would do, for some days. It changes nothing for anybody.
pub struct ReportOnly {
    pub change: PolicyChange,
    pub summary: String,
    /// The version that was previewed.
    pub version: i64,
    /// 1 to 30.
    pub days: u32,
}

/// How many changes may report at once: each is looked at in every sign-in.
const MOST: usize = 5;

/// States of a change; the database keeps the words.
const REPORTING: &str = "reporting";
const REPORTED: &str = "reported";

impl Operation for ReportOnly {
    type Output = Applied;

    const NAME: &'static str = "policy.report_only";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Policy)
    }
}

impl Write for ReportOnly {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Applied, OpError> {
        permit.fresh(services)?;
        check(&self.change)?;
        if !(1..=30).contains(&self.days) {
            return Err(OpError::invalid("days", "must be between 1 and 30"));
        }
        let now = services.now();
        if policy_changes::version(tx).await? != self.version {
            return Err(OpError::Conflict(
                "The policy was changed after this preview. Look at the preview again.",
            ));
        }
        if MOST <= policy_changes::reporting(tx, now).await?.len() {
            return Err(OpError::Conflict(
                "Five changes report already. Apply or discard one of them first.",
            ));
        }
        // What it names must be there, as for a change that is applied.
        let before = State::load(services, tx).await?.change(&self.change)?;
        let summary = for_trail(&self.summary).into_owned();
        let changed = Changed {
            id: services.new_id(),
            version: self.version + 1,
            state: REPORTING.to_owned(),
            summary: summary.clone(),
            change: Both {
                before,
                after: self.change,
            },
            made_at: now,
            made_by: permit.who().to_owned(),
            applies_at: now + Duration::from_hours(24) * self.days,
            undone_at: None,
        };
        policy_changes::insert(tx, &changed).await?;
        permit.about(Subject {
            kind: SubjectKind::Policy,
            id: Some(changed.id),
            name: Some(format!("version {}", changed.version)),
        });
        let diff = serde_json::to_string(&changed.change).map_err(|_| OpError::Damaged)?;
        permit.wrote(diff.as_bytes());
        permit.message(format!("Report-only until {}: {summary}", changed.applies_at));
        Ok(Applied {
            id: changed.id,
            version: changed.version,
            scheduled: false,
        })
    }
}

/// Shows what a change has reported so far.
pub struct FindReport {
    pub id: Uuid,
}

#[derive(Clone, Debug)]
pub struct ReportView {
    pub id: Uuid,
    pub summary: String,
    /// Whether it still reports.
    pub reporting: bool,
    pub ends_at: Timestamp,
    /// People whose sign-in would have met something else, once for each effect.
    pub asked: i64,
    pub blocked: i64,
    pub weaker: i64,
    /// The latest of each person, by user name; at most 200.
    pub rows: Vec<ReportRow>,
    /// What to send to apply it.
    pub version: i64,
}

#[derive(Clone, Debug)]
pub struct ReportRow {
    pub id: UserId,
    pub username: String,
    /// `asked`, `blocked` or `weaker`.
    pub effect: String,
    pub used: String,
    pub asked: String,
    pub at: Timestamp,
}

const SHOWN: u16 = 200;

impl Operation for FindReport {
    type Output = ReportView;

    const NAME: &'static str = "policy.find_report";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Policy, self.id)
    }
}

impl Read for FindReport {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<ReportView, OpError> {
        let changed = policy_changes::find(snapshot, self.id)
            .await?
            .filter(|changed| matches!(changed.state.as_str(), REPORTING | REPORTED))
            .ok_or(OpError::NotFound)?;
        let counts = policy_reports::counts(snapshot, self.id).await?;
        let count = |effect: &str| {
            let found = counts.iter().find(|(word, _)| word == effect);
            found.map_or(0, |(_, count)| *count)
        };
        let rows = policy_reports::latest(snapshot, self.id, SHOWN).await?;
        Ok(ReportView {
            id: changed.id,
            summary: changed.summary,
            reporting: changed.state == REPORTING && services.now() < changed.applies_at,
            ends_at: changed.applies_at,
            asked: count(Met::ASKED),
            blocked: count(Met::BLOCKED),
            weaker: count(Met::WEAKER),
            rows: rows
                .into_iter()
                .map(|row| ReportRow {
                    id: row.user,
                    username: row.username,
                    effect: row.report.effect,
                    used: row.report.used,
                    asked: row.report.asked,
                    at: row.report.at,
                })
                .collect(),
            version: policy_changes::version(snapshot).await?,
        })
    }
}

/// Applies a change that has reported, or still does.
pub struct ApplyReport {
    pub id: Uuid,
    /// The version of the policy that was looked at.
    pub version: i64,
}

impl Operation for ApplyReport {
    type Output = ();

    const NAME: &'static str = "policy.apply_report";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Policy, self.id)
    }
}

impl Write for ApplyReport {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let changed = policy_changes::find(tx, self.id)
            .await?
            .filter(|changed| matches!(changed.state.as_str(), REPORTING | REPORTED))
            .ok_or(OpError::NotFound)?;
        if policy_changes::version(tx).await? != self.version {
            return Err(OpError::Conflict(
                "The policy was changed meanwhile. Look at the report again.",
            ));
        }
        let before = make(services, tx, permit.who(), &changed.change.after).await?;
        let change = Both {
            before,
            after: changed.change.after,
        };
        policy_changes::set_change(tx, self.id, &change).await?;
        let version = self.version + 1;
        let now = services.now();
        if policy_changes::apply_report(tx, self.id, &changed.state, version, now).await? != 1 {
            return Err(OpError::Conflict("Somebody else was first."));
        }
        permit.named(format!("version {version}"));
        let diff = serde_json::to_string(&change).map_err(|_| OpError::Damaged)?;
        permit.wrote(diff.as_bytes());
        permit.message(format!("Applied after its report: {}", changed.summary));
        Ok(())
    }
}

/// What a sign-in would have met.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Met {
    Asked(String),
    Blocked(&'static str),
    Weaker(String),
}

impl Met {
    const ASKED: &'static str = "asked";
    const BLOCKED: &'static str = "blocked";
    const WEAKER: &'static str = "weaker";

    /// Of a sign-in that was proven with `used`, or with nothing if it was kept out.
    fn of(before: &Effective, after: &Effective, used: Option<FactorKind>) -> Option<Self> {
        match (before.blocked, after.blocked) {
            (Some(_), Some(_)) => return None,
            (None, Some(blocked)) => return Some(Self::Blocked(blocked.text())),
            (Some(_), None) => return Some(Self::Weaker(after.text())),
            (None, None) => {}
        }
        let must_now_set_up = after.must_set_up && !before.must_set_up;
        if must_now_set_up || used.is_some_and(|used| !after.asked().contains(&used)) {
            return Some(Self::Asked(after.text()));
        }
        (after.weakest() < before.weakest()).then(|| Self::Weaker(after.text()))
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Asked(_) => Self::ASKED,
            Self::Blocked(_) => Self::BLOCKED,
            Self::Weaker(_) => Self::WEAKER,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Asked(text) | Self::Weaker(text) => text,
            Self::Blocked(text) => text,
        }
    }

    fn line(&self) -> String {
        match self {
            Self::Asked(methods) => format!("Would have been asked: {methods}."),
            Self::Blocked(why) => format!("Would have been blocked: {why}."),
            Self::Weaker(methods) => format!("Would have been weaker: {methods}."),
        }
    }
}

/// Puts on record what a sign-in would have met under the changes that report. It decides nothing.
pub(crate) async fn report<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    login: LoginId,
    method: Option<FactorKind>,
) -> Result<(), OpError> {
    // A pass is spent by now, and is given whatever the policy says.
    if method == Some(FactorKind::TemporaryPass) {
        return Ok(());
    }
    let now = services.now();
    let reporting = policy_changes::reporting(tx, now).await?;
    if reporting.is_empty() {
        return Ok(());
    }
    let looked = Looked::at(services, tx, user).await?;
    let before = looked.decide(None);
    for changed in reporting {
        let after = looked.decide(Some(&changed.change.after));
        let Some(met) = Met::of(&before, &after, method) else {
            continue;
        };
        let report = Report {
            change: changed.id,
            login,
            user: user.id,
            effect: met.word().to_owned(),
            used: method.map_or("", FactorKind::label).to_owned(),
            asked: met.text().to_owned(),
            at: now,
        };
        if policy_reports::insert(tx, &report).await? == 1 {
            let line = format!("{} Version {}, report-only.", met.line(), changed.version);
            let person = Subject {
                kind: SubjectKind::User,
                id: Some(user.id.0),
                name: Some(user.username.clone()),
            };
            permit.also(ReportOnly::NAME, person, line);
        }
    }
    Ok(())
}
