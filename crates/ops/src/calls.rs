//! Phone calls of second steps: asked for in the transaction that needs them, placed by a job of one node, and taken as
//! a proof at most once.
//!
//! ```text
//! queued ─claimed by one node─► calling ─► ringing ─► answered ─► waiting ─► over: granted ─spent once─► proof
//!    └────────────────────────────┴───────────┴──────────┴───────────┴─────► over: anything else
//! ```
//! A node says every second that it lives. A call whose node is silent is lost, and nothing can grant it any more.

mod close;
mod conduct;
mod costs;
mod decide;
mod due;
mod export;
mod find_spending;
mod list;
mod list_trunks;
mod note;
mod take;

pub use close::Close;
pub use conduct::place_due;
pub use decide::Decide;
pub use due::Due;
pub use export::Export;
pub use find_spending::{FindSpending, Spending};
pub use list::List;
pub use list_trunks::ListTrunks;
pub use note::Note;
pub use take::{Take, Taken};

use std::time::Duration;

use portcullis_crypto::hmac_sha256;
use portcullis_model::{
    CallOutcome, CallRequest, CallStep, CallTask, FactorId, FewCalls, RecentCalls, SessionId, Timestamp,
    UserId,
};
use portcullis_store::calls::{self, Call};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, users};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::settings::{self, Connection};
use crate::vault::SealedKind;
use crate::{OpError, Permit, Services};
use costs::AtMost;

/// After how long a node that says nothing counts as dead.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a grant can be taken.
const GRANT: Duration = Duration::from_mins(1);
/// How long calls in a row that came to nothing keep the next one away.
const PAUSE: Duration = Duration::from_mins(30);

/// How long the step lasts that a call is placed for: longer than any call.
pub(crate) const TIME: Duration = Duration::from_mins(2);

/// What a call is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    Enrolment,
    Session,
    SignIn,
    Test,
}

impl Purpose {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::Session => "session",
            Self::SignIn => "sign_in",
            Self::Test => "test",
        }
    }
}

/// Whom a call is for, and what hangs on it.
pub(crate) struct Wanted<'a> {
    pub(crate) owner: Uuid,
    pub(crate) purpose: Purpose,
    pub(crate) user: &'a User,
    pub(crate) factor: FactorId,
    pub(crate) address: &'a str,
    pub(crate) settings: &'a [u8],
}

/// What waits sealed until the call is decided.
#[derive(Deserialize, Serialize)]
struct Waiting {
    spec: String,
    task: CallTask,
}

/// A call as the page that waits for it shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CallView {
    pub step: CallStep,
    /// How it ended; absent before.
    pub outcome: Option<CallOutcome>,
    pub masked: String,
    /// What the person has to do; absent where nothing is waited for.
    pub task: Option<CallTask>,
}

/// Queues a call. One that is under way for the same owner stays the only one; one that must not be placed is kept with
/// the reason.
pub(crate) async fn begin<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    wanted: &Wanted<'_>,
    request: &CallRequest,
) -> Result<(), OpError> {
    users::hold(tx, wanted.user.id).await?;
    let now = services.now();
    if let Some(call) = calls::latest(tx, wanted.owner).await?
        && call.is_open()
        && now < call.seen_at + SILENCE
    {
        return Ok(());
    }
    calls::cancel(tx, wanted.owner, now).await?;
    // What is counted over all people must not grow while it is looked at.
    settings::hold(tx, Connection::Phone).await?;
    let digest = digest_of(services, request)?;
    let budget = services.telephone.budget(wanted.settings);
    let at_most = AtMost::of(budget.as_ref(), &request.countries);
    let refused = if request.refused.is_some() {
        request.refused
    } else {
        let recent = RecentCalls {
            cost: at_most.cost,
            ..recent(tx, wanted.user.id, &digest, now).await?
        };
        let recent = spent_lately(tx, recent, &request.countries, &at_most.currency, now).await?;
        services.telephone.admit(wanted.settings, &recent).err()
    };
    let state = refused.map_or(CallStep::Queued.word(), |_| calls::REFUSED);
    let call = Call {
        id: services.new_id(),
        owner: wanted.owner,
        purpose: wanted.purpose.word().to_owned(),
        user: wanted.user.id,
        factor: wanted.factor,
        number_digest: digest.to_vec(),
        masked: request.masked.clone(),
        address: wanted.address.to_owned(),
        state: state.to_owned(),
        outcome: refused,
        trunk: String::new(),
        made_at: now,
        seen_at: now,
        decided_at: refused.map(|_| now),
        spent_at: None,
        seconds: 0,
        country: at_most.country,
        minutes: refused.map_or(at_most.minutes, |_| 0),
        cost: refused.map_or(at_most.cost, |_| 0),
        currency: at_most.currency,
    };
    calls::insert(tx, &call).await?;
    if let Some(refused) = refused {
        permit.refused();
        let mut text = format!("No phone call to {}: {refused}.", call.masked);
        if refused == CallOutcome::OverBudget
            && let Some(budget) = budget
            && let Some(told) = costs::watch(services, tx, &call, &budget, at_most.cost).await?
        {
            text = format!("{text} {told}");
        }
        permit.message(text);
        return Ok(());
    }
    let waiting = Waiting {
        spec: request.spec.expose().to_owned(),
        task: request.task.clone(),
    };
    let bytes = zeroize::Zeroizing::new(serde_json::to_vec(&waiting).map_err(|_| OpError::Damaged)?);
    services
        .vault
        .seal_value(services, tx, SealedKind::Call, call.id, &bytes)
        .await?;
    permit.message(format!("A phone call to {} was asked for.", call.masked));
    services.rung.notify_one();
    Ok(())
}

/// Tells calls to the same number from others, without keeping the number.
fn digest_of(services: &Services, request: &CallRequest) -> Result<[u8; 32], OpError> {
    let (_, key) = services
        .vault
        .newest(portcullis_crypto::Purpose::PasswordPepper)?;
    let number = request.number.expose().as_bytes();
    Ok(hmac_sha256(key.expose(), &[b"phone number", number]))
}

async fn recent(tx: &Tx, user: UserId, digest: &[u8; 32], now: Timestamp) -> Result<RecentCalls, OpError> {
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let (minute, ten, day) = (
        now - Duration::from_mins(1),
        now - Duration::from_mins(10),
        now - Duration::from_hours(24),
    );
    let open = calls::open(tx, now - SILENCE).await?;
    let outcomes = calls::outcomes(tx, user, now - PAUSE).await?;
    let failures = outcomes
        .iter()
        .take_while(|outcome| **outcome != CallOutcome::Granted)
        .filter(|outcome| outcome.is_failure())
        .count();
    Ok(RecentCalls {
        person: FewCalls {
            is_calling: open.iter().any(|call| call.user == user),
            in_ten_minutes: number(calls::count_of_user(tx, user, ten).await?),
            in_a_day: number(calls::count_of_user(tx, user, day).await?),
        },
        number: FewCalls {
            is_calling: open.iter().any(|call| call.number_digest == digest),
            in_ten_minutes: number(calls::count_of_number(tx, digest, ten).await?),
            in_a_day: number(calls::count_of_number(tx, digest, day).await?),
        },
        in_a_minute: number(calls::count(tx, minute).await?),
        in_a_day: number(calls::count(tx, day).await?),
        at_once: u32::try_from(open.len()).unwrap_or(u32::MAX),
        failures_in_a_row: u32::try_from(failures).unwrap_or(u32::MAX),
        ..RecentCalls::default()
    })
}

/// Adds what went to the countries of a call, and what was spent.
async fn spent_lately(
    tx: &Tx,
    recent: RecentCalls,
    countries: &[String],
    currency: &str,
    now: Timestamp,
) -> Result<RecentCalls, OpError> {
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let since = now - costs::DAY;
    let (mut placed, mut minutes) = (0, 0);
    for country in countries {
        placed = placed.max(calls::count_to_country(tx, country, since).await?);
        minutes = minutes.max(calls::minutes_to_country(tx, country, since).await?);
    }
    Ok(RecentCalls {
        to_the_country_in_a_day: number(placed),
        minutes_to_the_country_in_a_day: number(minutes),
        spent_in_a_day: calls::spent(tx, currency, since).await?,
        ..recent
    })
}

/// The latest call of an owner for this purpose, as its page shows it.
pub(crate) async fn view(
    services: &Services,
    snapshot: &Snapshot,
    owner: Uuid,
    purpose: Purpose,
) -> Result<Option<CallView>, OpError> {
    let Some(call) = latest(snapshot, owner, purpose).await? else {
        return Ok(None);
    };
    let now = services.now();
    let outcome = match call.outcome {
        None if call.seen_at + SILENCE <= now => Some(CallOutcome::Lost),
        Some(CallOutcome::Granted) if !is_grant(&call, call.user, now) => Some(CallOutcome::TimedOut),
        outcome => outcome,
    };
    let task = if outcome.is_none() {
        waiting(services, snapshot, call.id)
            .await?
            .map(|waiting| waiting.task)
    } else {
        None
    };
    Ok(Some(CallView {
        step: call.step(),
        outcome,
        masked: call.masked,
        task,
    }))
}

/// The latest call of an owner, if it is for this purpose.
pub(crate) async fn latest(
    snapshot: &Snapshot,
    owner: Uuid,
    purpose: Purpose,
) -> Result<Option<Call>, OpError> {
    Ok(calls::latest(snapshot, owner)
        .await?
        .filter(|call| call.purpose == purpose.word()))
}

/// Whether somebody on the phone said that this session was not them.
pub(crate) async fn is_reported(snapshot: &Snapshot, session: SessionId) -> Result<bool, OpError> {
    let call = latest(snapshot, session.0, Purpose::Session).await?;
    Ok(call
        .and_then(|call| call.outcome)
        .is_some_and(CallOutcome::is_fraud))
}

/// Whether a call is a yes that can still be taken, for this person.
pub(crate) fn is_grant(call: &Call, user: UserId, now: Timestamp) -> bool {
    call.user == user
        && call.outcome == Some(CallOutcome::Granted)
        && call.spent_at.is_none()
        && call.decided_at.is_some_and(|at| at <= now && now < at + GRANT)
}

/// Takes the grant of a call, once. Answers `false` if there is none any more.
pub(crate) async fn spend(services: &Services, tx: &Tx, call: &Call) -> Result<bool, OpError> {
    let now = services.now();
    Ok(calls::spend(tx, call.id, call.owner, call.user, now - GRANT, now).await? == 1)
}

/// Gives up what an owner has under way; whoever places it hangs up.
pub(crate) async fn cancel(services: &Services, tx: &Tx, owner: Uuid) -> Result<(), OpError> {
    calls::cancel(tx, owner, services.now()).await?;
    Ok(())
}

async fn waiting(services: &Services, snapshot: &Snapshot, id: Uuid) -> Result<Option<Waiting>, OpError> {
    let bytes = services.vault.open_value(snapshot, SealedKind::Call, id).await?;
    bytes
        .map(|bytes| serde_json::from_slice(&bytes).map_err(|_| OpError::Damaged))
        .transpose()
}

/// In the trail: what a call was for.
fn told(call: &Call) -> String {
    let purpose = match call.purpose.as_str() {
        "sign_in" => "a sign-in",
        "session" => "a confirmation",
        "enrolment" => "a new number",
        _ => "a test",
    };
    format!("Phone call to {} for {purpose}", call.masked)
}
