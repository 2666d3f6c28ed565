//! The calls under way: placed once each, watched by whoever asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_crypto::sha256;
use portcullis_model::{
    AgentCall, AgentReport, AgentView, CallBudget, CallOutcome, CallStep, CallTask, LONGEST_CALL,
    begun_minutes,
};
use portcullis_telephony::{
    CallReport, CallSpec, Digits, EventSink, Line, NoPin, PhoneNumber, PhoneSettings, Plan, Step, Task,
    Verifier,
};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use crate::Agent;
use crate::agent::AgentError;
use crate::person::Stored;
use crate::pin::PinOf;
use crate::store::CallRow;

/// How long a call can be asked after that is over.
const KEPT: Duration = Duration::from_mins(2);

/// How long a call may be on record before it is placed.
const BEING_PLACED: Duration = Duration::from_secs(5);

/// What is known of calls since the start of this process.
#[derive(Default)]
pub(crate) struct Desk {
    calls: Mutex<HashMap<Uuid, Arc<Under>>>,
}

/// One call.
struct Under {
    state: watch::Sender<State>,
    /// Taken by whoever hangs up first.
    cancel: Mutex<Option<oneshot::Sender<()>>>,
}

#[derive(Clone, Default)]
struct State {
    step: Option<CallStep>,
    outcome: Option<CallOutcome>,
    report: Option<AgentReport>,
}

impl Desk {
    fn find(&self, id: Uuid) -> Option<Arc<Under>> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(&id).cloned()
    }

    fn insert(&self, id: Uuid, under: Arc<Under>) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.insert(id, under);
    }

    fn remove(&self, id: Uuid) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.remove(&id);
    }
}

impl Agent {
    /// Places a call, unless it lies there already: then that is the call.
    pub(crate) fn begin(self: &Arc<Self>, call: &AgentCall, body: &[u8]) -> Result<AgentView, AgentError> {
        let settings_bytes = self.settings()?;
        let settings = PhoneSettings::parse(&settings_bytes).map_err(AgentError::Settings)?;
        let found = self.store().person(&call.person)?;
        let planned = found
            .as_ref()
            .ok_or(CallOutcome::UnknownPerson)
            .and_then(|stored| plan(stored, call, &settings));
        let countries = planned.as_ref().map_or_else(|_| Vec::new(), countries_of);
        let budget = settings.budget();
        let number = found.as_ref().map(|stored| stored.person.number.as_str());
        let row = CallRow {
            id: call.id,
            request: sha256(&[body]),
            person: found.as_ref().map_or_else(Uuid::nil, |stored| stored.id),
            number_digest: self.store().digest("number", number.unwrap_or_default())?,
            masked: found
                .as_ref()
                .map_or_else(String::new, |stored| stored.person.masked()),
            outcome: planned.as_ref().err().copied(),
            trunk: String::new(),
            seconds: 0,
            made_at: self.now(),
            country: countries.first().cloned().unwrap_or_default(),
            minutes: begun_minutes(LONGEST_CALL),
            cost: budget
                .as_ref()
                .map_or(0, |budget| budget.prices.at_most(&countries)),
            currency: budget
                .as_ref()
                .map_or_else(String::new, |budget| budget.prices.currency.clone()),
        };
        let (row, is_new) = self
            .store()
            .begin_call(row, &countries, |recent| settings.admit(recent))?;
        if is_new {
            let name = &call.person;
            match (&row.outcome, planned, found) {
                (None, Ok(spec), Some(stored)) => {
                    tracing::info!(call = %row.id, person = name, number = row.masked, "calling");
                    self.place(call, spec, &stored, &settings_bytes, budget);
                }
                (outcome, ..) => {
                    let outcome = outcome.unwrap_or(CallOutcome::Lost);
                    tracing::warn!(call = %row.id, person = name, number = row.masked, %outcome, "no call");
                }
            }
        }
        Ok(self.view(&row))
    }

    fn place(
        self: &Arc<Self>,
        call: &AgentCall,
        spec: CallSpec,
        stored: &Stored,
        settings: &[u8],
        budget: Option<CallBudget>,
    ) {
        let (cancel, cancelled) = oneshot::channel();
        let under = Arc::new(Under {
            state: watch::Sender::default(),
            cancel: Mutex::new(Some(cancel)),
        });
        self.desk.insert(call.id, Arc::clone(&under));
        if let Err(error) = self.refresh_prompts() {
            tracing::warn!(%error, "the own prompts cannot be read; calls say what they said before");
        }
        let backend = self.exchange.backend(settings);
        let sink = Sink {
            agent: Arc::clone(self),
            under,
            id: call.id,
            stored: stored.clone(),
            countries: [Some(&spec.number), spec.backup.as_ref()]
                .map(|number| number.and_then(PhoneNumber::country).unwrap_or_default()),
            budget,
        };
        let verifier: Box<dyn Verifier> = match call.task {
            CallTask::Pin => Box::new(PinOf {
                agent: Arc::clone(self),
                person: stored.id,
            }),
            CallTask::Confirm | CallTask::ConfirmAsSaid | CallTask::Match(_) => Box::new(NoPin),
        };
        tokio::spawn(async move {
            match backend {
                Ok(backend) => {
                    let report = backend.run(spec, &*verifier, &sink, cancelled).await;
                    // Said once more, for a backend that ended without a last word.
                    sink.decide(report.outcome.called());
                    sink.close(&report);
                }
                Err(why) => {
                    tracing::error!(why, "the trunks cannot be used");
                    sink.decide(CallOutcome::ProviderDown);
                    sink.bill("", Duration::ZERO, Line::First);
                    sink.tell(|state| state.report = Some(AgentReport::default()));
                }
            }
            tokio::time::sleep(KEPT).await;
            sink.agent.desk.remove(sink.id);
        });
    }

    /// How a call is, once that is not `seen` any more or `patience` has run out. Nothing if there is no such call.
    pub(crate) async fn news(
        &self,
        id: Uuid,
        seen: &str,
        patience: Duration,
    ) -> Result<Option<AgentView>, AgentError> {
        if let Some(under) = self.desk.find(id) {
            let mut state = under.state.subscribe();
            let is_new = |state: &State| match state.outcome {
                Some(_) => seen != CallStep::Over.word() || state.report.is_some(),
                None => state.step.unwrap_or(CallStep::Queued).word() != seen,
            };
            let _ = tokio::time::timeout(patience, state.wait_for(is_new)).await;
        }
        Ok(self.store().call(id)?.map(|row| self.view(&row)))
    }

    /// Hangs up.
    pub(crate) fn cancel(&self, id: Uuid) -> Result<Option<AgentView>, AgentError> {
        if let Some(under) = self.desk.find(id) {
            let mut cancel = under.cancel.lock().unwrap_or_else(PoisonError::into_inner);
            cancel.take();
        }
        Ok(self.store().call(id)?.map(|row| self.view(&row)))
    }

    /// Takes the yes of a call, once.
    pub(crate) fn take(&self, id: Uuid) -> Result<Option<(String, bool)>, AgentError> {
        let Some(row) = self.store().call(id)? else {
            return Ok(None);
        };
        let granted = self.store().take_grant(id, self.now())?;
        tracing::info!(call = %id, granted, "the answer was taken");
        Ok(Some((hex(&row.request), granted)))
    }

    /// The database knows how it ended; this process, how far it is.
    fn view(&self, row: &CallRow) -> AgentView {
        let state = match self.desk.find(row.id) {
            Some(under) => under.state.borrow().clone(),
            // Somebody else's question, who is about to place it.
            None if row.outcome.is_none() && self.now() < row.made_at + BEING_PLACED => State::default(),
            // Of another process, or long over.
            None => State {
                outcome: Some(CallOutcome::Lost),
                report: Some(AgentReport::default()),
                ..State::default()
            },
        };
        let outcome = row.outcome.or(state.outcome);
        let step = match outcome {
            Some(_) => CallStep::Over,
            None => state.step.unwrap_or(CallStep::Queued),
        };
        AgentView {
            request: hex(&row.request),
            step: step.word().to_owned(),
            outcome: outcome.map(|outcome| outcome.word().to_owned()),
            report: state.report,
        }
    }
}

/// Hears how a call goes, and puts on record how it ends.
struct Sink {
    agent: Arc<Agent>,
    under: Arc<Under>,
    id: Uuid,
    stored: Stored,
    /// Of the first number, and of the second one.
    countries: [String; 2],
    /// When the call was asked for.
    budget: Option<CallBudget>,
}

impl Sink {
    fn tell(&self, change: impl FnOnce(&mut State)) {
        self.under.state.send_modify(change);
    }

    /// On record before anybody hears of it. What cannot be put on record is no yes.
    fn decide(&self, outcome: CallOutcome) {
        let decided = self.agent.store().decide_call(self.id, outcome, self.agent.now());
        let outcome = match decided {
            Ok(true) => outcome,
            Ok(false) => return,
            Err(error) => {
                tracing::error!(call = %self.id, %error, "the end of a call could not be put on record");
                CallOutcome::Lost
            }
        };
        let person = &self.stored.person;
        tracing::info!(call = %self.id, person = person.name, number = person.masked(), %outcome, "decided");
        if outcome == CallOutcome::FraudBlocked {
            let blocked = self
                .agent
                .block(self.stored.id, "reported on the phone that a call was not wanted");
            if let Err(error) = blocked {
                tracing::error!(%error, "a person could not be blocked");
            }
        }
        self.tell(|state| {
            state.step = Some(CallStep::Over);
            state.outcome = Some(outcome);
        });
    }

    /// Answers to which country it went, and what it cost in words.
    fn bill(&self, trunk: &str, connected: Duration, line: Line) -> (&str, String) {
        let [first, backup] = &self.countries;
        let country = match line {
            Line::First => first,
            Line::Backup => backup,
        };
        let cost = self
            .agent
            .bill(self.id, trunk, connected, country, self.budget.as_ref());
        (country, cost)
    }

    fn close(&self, report: &CallReport) {
        let trunk = report.trunk.clone().unwrap_or_default();
        let seconds = report.connected.as_secs();
        let (country, cost) = self.bill(&trunk, report.connected, report.line);
        let strangers = report.voice.refused;
        tracing::info!(call = %self.id, trunk, seconds, country, cost, strangers, "hung up");
        self.tell(|state| {
            state.report = Some(AgentReport {
                trunk: report.trunk.clone(),
                lasted_seconds: report.lasted.as_secs(),
                connected_seconds: seconds,
                key_source: report.key_source.map(|source| source.word().to_owned()),
                used_backup: report.line == Line::Backup,
                strangers: report.voice.refused,
            });
        });
    }
}

impl EventSink for Sink {
    fn reached(&self, step: Step) {
        match step {
            Step::Queued | Step::Dialing => self.tell(|state| state.step = Some(CallStep::Calling)),
            Step::Ringing => self.tell(|state| state.step = Some(CallStep::Ringing)),
            Step::Answered => self.tell(|state| state.step = Some(CallStep::Answered)),
            Step::Waiting => self.tell(|state| state.step = Some(CallStep::Waiting)),
            Step::Finished(outcome) => self.decide(outcome.called()),
        }
    }
}

/// Where a call may ring, the first number first.
fn countries_of(spec: &CallSpec) -> Vec<String> {
    let numbers = [Some(&spec.number), spec.backup.as_ref()].into_iter().flatten();
    let mut countries: Vec<String> = numbers.filter_map(PhoneNumber::country).collect();
    countries.dedup();
    countries
}

/// The call to one person, or why they are not called.
fn plan(stored: &Stored, call: &AgentCall, settings: &PhoneSettings) -> Result<CallSpec, CallOutcome> {
    let person = &stored.person;
    if person.blocked.is_some() {
        return Err(CallOutcome::Blocked);
    }
    let task = match &call.task {
        CallTask::Confirm => Task::Confirm,
        // Only a provider's voice names a digit, and no provider reaches an agent.
        CallTask::ConfirmAsSaid => return Err(CallOutcome::Lost),
        CallTask::Match(digits) => Task::Match(Digits::parse(digits).ok_or(CallOutcome::Lost)?),
        CallTask::Pin if person.has_pin() => Task::Pin,
        CallTask::Pin => return Err(CallOutcome::Unchecked),
    };
    let policy = settings.policy();
    let number = PhoneNumber::parse(&person.number).map_err(|_| CallOutcome::InvalidNumber)?;
    policy
        .check(&number)
        .map_err(|refusal| portcullis_telephony::Outcome::Refused(refusal).called())?;
    let backup = person
        .backup
        .as_deref()
        .and_then(|backup| PhoneNumber::parse(backup).ok())
        .filter(|backup| policy.check(backup).is_ok());
    let mut plan = Plan::new(task);
    plan.extension = number.extension().cloned();
    plan.backup_extension = backup.as_ref().and_then(|backup| backup.extension().cloned());
    plan.has_backup = backup.is_some();
    plan.timings.before_extension = person.before();
    plan.timings.after_extension = person.after();
    plan.fraud_blocks = call.fraud_blocks;
    Ok(CallSpec {
        number,
        backup,
        plan,
        language: person.language.clone().unwrap_or_else(|| call.language.clone()),
    })
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
