//! A phone call as a second step: the settings, the numbers, and the bridge to whatever places calls.

mod agent;
mod enrolment;
mod spec;

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_model::{
    Answer, Asking, CallBudget, CallHooks, CallNews, CallOutcome, CallPrompts, CallReport, CallRequest,
    CallStep, Challenge, Chance, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof,
    RecentCalls, SecondFactor, Secret, SettingsProblem, Shown, Telephone, TrunkView, Username, Verdict,
};
use portcullis_telephony::{
    CurrentPrompts, Exchange, NoPin, Outcome, PhoneAgent, PhoneBackend, PhoneMode, PhoneNumber,
    PhoneSettings, Step, VoiceHooks,
};
use tokio::sync::oneshot;

use agent::Agents;
use enrolment::{CalledAt, PhoneEnrolment};
use spec::{OwnCall, Spec};

/// Calls people, and lets in who does what the call asks of them. What comes of a call is the engine's to keep and to
/// judge; here is only what a call is.
pub struct Phone {
    line: Line,
    agents: Agents,
    hooks: Arc<VoiceHooks>,
    prompts: CurrentPrompts,
}

/// What places the calls that no agent places.
enum Line {
    /// The trunks or the provider of the settings.
    Own(Exchange),
    Fixed(Arc<dyn PhoneBackend>),
}

impl Phone {
    /// `hooks` is how a provider reaches this node: `https://vault.example:7272`.
    pub fn new(chance: Arc<dyn Chance>, hooks: &str) -> Self {
        let hooks = Arc::new(VoiceHooks::new(hooks));
        let exchange = Exchange::new(Arc::clone(&chance)).reached_at(Arc::clone(&hooks));
        Self {
            prompts: exchange.prompts().clone(),
            line: Line::Own(exchange),
            agents: Agents::new(chance),
            hooks,
        }
    }

    /// Places every call through `backend`, whatever the trunks.
    pub fn over(backend: Arc<dyn PhoneBackend>, chance: Arc<dyn Chance>) -> Self {
        Self {
            line: Line::Fixed(backend),
            agents: Agents::new(chance),
            hooks: Arc::new(VoiceHooks::new("")),
            prompts: CurrentPrompts::default(),
        }
    }

    fn backend(&self, settings: &[u8]) -> Result<Arc<dyn PhoneBackend>, String> {
        match &self.line {
            Line::Fixed(backend) => Ok(Arc::clone(backend)),
            Line::Own(exchange) => exchange.backend(settings),
        }
    }

    /// The agent is asked before it is told to call, so that the page can say where it will ring.
    async fn challenge_by_agent(
        &self,
        settings: &PhoneSettings,
        agent: &PhoneAgent,
        enrolments: Vec<PhoneEnrolment>,
        chance: &dyn Chance,
    ) -> Result<Challenge, FactorError> {
        let name = enrolments.into_iter().find_map(|enrolment| match enrolment {
            PhoneEnrolment::Agent(name) => Some(name),
            PhoneEnrolment::Number(_) => None,
        });
        let name = name.ok_or(FactorError::DamagedEnrolment)?;
        let person = self.agents.person(agent, &name).await?;
        let refused = if !person.is_known {
            Some(CallOutcome::UnknownPerson)
        } else if person.is_blocked {
            Some(CallOutcome::Blocked)
        } else if settings.mode == PhoneMode::Pin && !person.has_pin {
            Some(CallOutcome::Unchecked)
        } else {
            None
        };
        let masked = if person.is_known {
            person.masked
        } else {
            PhoneEnrolment::Agent(name.clone()).masked()
        };
        let spec = Spec::by_agent(settings, &name, chance);
        let number = Secret::new(format!("agent:{name}"));
        challenge_of(&spec, number, masked, Vec::new(), refused)
    }
}

fn challenge_of(
    spec: &Spec,
    number: Secret,
    masked: String,
    countries: Vec<String>,
    refused: Option<CallOutcome>,
) -> Result<Challenge, FactorError> {
    Ok(Challenge {
        call: Some(Box::new(CallRequest {
            task: spec.task().clone(),
            number,
            masked,
            countries,
            refused,
            spec: spec.to_secret()?,
        })),
        ..Challenge::default()
    })
}

#[async_trait]
impl SecondFactor for Phone {
    fn kind(&self) -> FactorKind {
        FactorKind::Phone
    }

    fn check(&self, settings: &[u8]) -> Result<(), SettingsProblem> {
        let settings = PhoneSettings::parse(settings)?;
        settings.check_language(&self.prompts.now())?;
        match &settings.agent {
            None => settings.check_direct(),
            Some(_) if !settings.trunks.is_empty() || settings.provider.is_some() => Err(SettingsProblem {
                field: "trunks",
                problem: "and a provider must not be set beside an agent".to_owned(),
            }),
            Some(_) if settings.prices.is_some() => Err(SettingsProblem {
                field: "prices",
                problem: "are set on the host of the agent: `portcullis phone-agent limits`".to_owned(),
            }),
            Some(agent) => {
                agent::check(agent)?;
                settings.check_limits()
            }
        }
    }

    /// The number as it was typed, if the settings allow calls to it; where an agent has the numbers, the name under which
    /// it knows the person.
    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        let settings = read(newcomer.settings)?;
        let enrolment = if settings.agent.is_some() {
            let name = newcomer.details.trim();
            if name.is_empty() || LONGEST_NAME < name.chars().count() || name.chars().any(char::is_control) {
                return Err(FactorError::Details(
                    "must be the name under which the phone agent knows the person".to_owned(),
                ));
            }
            PhoneEnrolment::Agent(name.to_owned())
        } else {
            let number = PhoneNumber::parse(newcomer.details)
                .map_err(|error| FactorError::Details(error.to_string()))?;
            settings
                .policy()
                .check(&number)
                .map_err(|refusal| FactorError::Details(spec::refusal_text(refusal).to_owned()))?;
            PhoneEnrolment::of(number)
        };
        let shown = Shown::Number(enrolment.masked());
        Ok(Enrolment {
            private: enrolment.into_bytes()?,
            shown,
        })
    }

    fn show(&self, _person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        Ok(Shown::Number(PhoneEnrolment::parse(enrolment)?.masked()))
    }

    fn challenges(&self) -> bool {
        true
    }

    /// The first number is called, and the second one where the first is not reached.
    async fn challenge(&self, asking: &Asking<'_>) -> Result<Challenge, FactorError> {
        let settings = read(asking.settings)?;
        let mut enrolments = Vec::new();
        for enrolment in asking.enrolments {
            enrolments.push(PhoneEnrolment::parse(enrolment)?);
        }
        if let Some(agent) = &settings.agent {
            return self
                .challenge_by_agent(&settings, agent, enrolments, asking.chance)
                .await;
        }
        let mut numbers = enrolments.into_iter().filter_map(|enrolment| match enrolment {
            PhoneEnrolment::Number(at) => Some(at),
            PhoneEnrolment::Agent(_) => None,
        });
        let Some(first) = numbers.next() else {
            return Err(FactorError::DamagedEnrolment);
        };
        let policy = settings.policy();
        let refused = policy.check(&first.number).err();
        let backup: Option<CalledAt> = numbers.find(|second| policy.check(&second.number).is_ok());
        let mut countries: Vec<String> = [Some(&first), backup.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|called| called.number.country())
            .collect();
        countries.dedup();
        let spec = Spec::Trunks(OwnCall::new(&settings, &first, backup.as_ref(), asking.chance));
        challenge_of(
            &spec,
            Secret::new(first.number.e164()),
            first.number.masked(),
            countries,
            refused.map(|refusal| Outcome::Refused(refusal).called()),
        )
    }

    /// An answer is never typed: it is a key on the phone.
    async fn verify(&self, _proof: &Proof<'_>, _answer: &Answer) -> Result<Verdict, FactorError> {
        Ok(Verdict::Reject)
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        let enrolment = PhoneEnrolment::parse(enrolment)?;
        Ok(FactorSummary {
            number: Some(enrolment.masked()),
            by_agent: matches!(enrolment, PhoneEnrolment::Agent(_)),
            ..FactorSummary::default()
        })
    }
}

#[async_trait]
impl Telephone for Phone {
    fn admit(&self, settings: &[u8], recent: &RecentCalls) -> Result<(), CallOutcome> {
        let settings = PhoneSettings::parse(settings).map_err(|_| CallOutcome::ProviderDown)?;
        settings.admit(recent)
    }

    /// An agent counts its own money.
    fn budget(&self, settings: &[u8]) -> Option<CallBudget> {
        let settings = PhoneSettings::parse(settings).ok()?;
        if settings.agent.is_some() {
            return None;
        }
        settings.budget()
    }

    async fn place(
        &self,
        settings: &[u8],
        spec: &Secret,
        news: &(dyn Fn(CallNews) + Send + Sync),
    ) -> CallReport {
        let call = match Spec::parse(spec) {
            Ok(Spec::Agent(call)) => return self.agents.place(settings, &call, news).await,
            Ok(Spec::Trunks(call)) => call.call(),
            Err(error) => Err(error),
        };
        let (backend, call) = match (self.backend(settings), call) {
            (Ok(backend), Ok(call)) => (backend, call),
            (Err(why), _) => {
                tracing::warn!(why, "the phone trunks cannot be used");
                return failed(CallOutcome::ProviderDown);
            }
            (_, Err(_)) => return failed(CallOutcome::Lost),
        };
        let countries =
            [Some(&call.number), call.backup.as_ref()].map(|number| number.and_then(PhoneNumber::country));
        // Kept to the end: a dropped one would cancel the call.
        let (_keep, cancel) = oneshot::channel();
        let report = backend.run(call, &NoPin, &Listener(news), cancel).await;
        let [first, backup] = countries;
        let used_backup = report.line == portcullis_telephony::Line::Backup;
        CallReport {
            outcome: report.outcome.called(),
            trunk: report.trunk,
            lasted: report.lasted,
            connected: report.connected,
            country: if used_backup { backup } else { first },
            key_source: report.key_source.map(portcullis_telephony::KeySource::word),
            used_backup,
            strangers: report.voice.refused,
        }
    }

    fn hooks(&self) -> Arc<dyn CallHooks> {
        Arc::clone(&self.hooks) as Arc<dyn CallHooks>
    }

    fn prompts(&self) -> Arc<dyn CallPrompts> {
        Arc::new(self.prompts.clone())
    }

    fn trunks(&self, settings: &[u8]) -> Vec<TrunkView> {
        if let Some(agent) = read(settings).ok().and_then(|settings| settings.agent) {
            return vec![self.agents.view(&agent)];
        }
        match self.backend(settings) {
            Ok(backend) => backend.health().into_iter().map(view).collect(),
            Err(problem) => vec![TrunkView {
                name: "Trunks".to_owned(),
                is_well: Some(false),
                problem,
            }],
        }
    }
}

/// Passes on what a call tells.
struct Listener<'a>(&'a (dyn Fn(CallNews) + Send + Sync));

impl portcullis_telephony::EventSink for Listener<'_> {
    fn reached(&self, step: Step) {
        (self.0)(match step {
            Step::Queued | Step::Dialing => CallNews::Reached(CallStep::Calling),
            Step::Ringing => CallNews::Reached(CallStep::Ringing),
            Step::Answered => CallNews::Reached(CallStep::Answered),
            Step::Waiting => CallNews::Reached(CallStep::Waiting),
            Step::Finished(outcome) => CallNews::Decided(outcome.called()),
        });
    }
}

fn failed(outcome: CallOutcome) -> CallReport {
    CallReport {
        outcome,
        trunk: None,
        lasted: std::time::Duration::ZERO,
        connected: std::time::Duration::ZERO,
        country: None,
        key_source: None,
        used_backup: false,
        strangers: 0,
    }
}

fn view(trunk: portcullis_telephony::TrunkHealth) -> TrunkView {
    let (is_well, problem) = trunk.state.told();
    TrunkView {
        name: trunk.name,
        is_well,
        problem,
    }
}

/// In characters.
const LONGEST_NAME: usize = 100;

fn read(settings: &[u8]) -> Result<PhoneSettings, FactorError> {
    if settings.is_empty() {
        return Err(FactorError::Settings("no phone trunk is entered".to_owned()));
    }
    PhoneSettings::parse(settings).map_err(|error| FactorError::Settings(error.problem))
}

#[cfg(test)]
mod tests;
