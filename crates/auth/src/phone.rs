//! A phone call as a second step: the settings, the numbers, and the bridge to whatever places calls.

mod backend;
mod enrolment;
mod settings;
mod spec;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portcullis_model::{
    Answer, Asking, CallHooks, CallNews, CallOutcome, CallReport, CallRequest, CallStep, Challenge, Chance,
    Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof, RecentCalls, SecondFactor, Secret,
    SettingsProblem, Shown, Telephone, TrunkView, Username, Verdict,
};
use portcullis_telephony::{NoPin, Outcome, PhoneBackend, PhoneNumber, Step, TrunkState, VoiceHooks};
use tokio::sync::oneshot;

use backend::Started;
use enrolment::PhoneEnrolment;
pub use settings::{PhoneMode, PhoneSettings, PhoneTransport, PhoneTrunk, PhoneUpkeep};
use spec::Spec;

/// Calls people, and lets in who does what the call asks of them. What comes of a call is the engine's to keep and to
/// judge; here is only what a call is.
pub struct Phone {
    line: Line,
    hooks: Arc<VoiceHooks>,
}

/// What places the calls.
enum Line {
    /// By SIP, through the trunks of the settings. Started with the first call and again when they change.
    Sip {
        chance: Arc<dyn Chance>,
        started: Mutex<Option<Started>>,
    },
    Fixed(Arc<dyn PhoneBackend>),
}

impl Phone {
    /// `hooks` is how a provider reaches this node: `https://vault.example:7272`.
    pub fn new(chance: Arc<dyn Chance>, hooks: &str) -> Self {
        Self {
            hooks: Arc::new(VoiceHooks::new(hooks)),
            line: Line::Sip {
                chance,
                started: Mutex::default(),
            },
        }
    }

    /// Places every call through `backend`, whatever the trunks.
    pub fn over(backend: Arc<dyn PhoneBackend>) -> Self {
        Self {
            hooks: Arc::new(VoiceHooks::new("")),
            line: Line::Fixed(backend),
        }
    }

    fn backend(&self, settings: &[u8]) -> Result<Arc<dyn PhoneBackend>, String> {
        match &self.line {
            Line::Fixed(backend) => Ok(Arc::clone(backend)),
            Line::Sip { chance, started } => backend::of(started, settings, chance),
        }
    }
}

#[async_trait]
impl SecondFactor for Phone {
    fn kind(&self) -> FactorKind {
        FactorKind::Phone
    }

    fn check(&self, settings: &[u8]) -> Result<(), SettingsProblem> {
        PhoneSettings::parse(settings)?.check()
    }

    /// The number as it was typed, if the settings allow calls to it.
    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        let settings = read(newcomer.settings)?;
        let number =
            PhoneNumber::parse(newcomer.details).map_err(|error| FactorError::Details(error.to_string()))?;
        settings
            .policy()
            .check(&number)
            .map_err(|refusal| FactorError::Details(spec::refusal_text(refusal).to_owned()))?;
        let shown = Shown::Number(number.masked());
        Ok(Enrolment {
            private: PhoneEnrolment::of(&number).to_bytes()?,
            shown,
        })
    }

    fn show(&self, _person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        Ok(Shown::Number(PhoneEnrolment::parse(enrolment)?.number.masked()))
    }

    fn challenges(&self) -> bool {
        true
    }

    /// The first number is called, and the second one where the first is not reached.
    async fn challenge(&self, asking: &Asking<'_>) -> Result<Challenge, FactorError> {
        let settings = read(asking.settings)?;
        let mut numbers = Vec::new();
        for enrolment in asking.enrolments {
            numbers.push(PhoneEnrolment::parse(enrolment)?);
        }
        let mut numbers = numbers.into_iter();
        let Some(first) = numbers.next() else {
            return Err(FactorError::DamagedEnrolment);
        };
        let policy = settings.policy();
        let refused = policy.check(&first.number).err();
        let backup = numbers.find(|second| policy.check(&second.number).is_ok());
        let spec = Spec::new(&settings, &first, backup.as_ref(), asking.chance);
        Ok(Challenge {
            public: spec.digits.clone().unwrap_or_default(),
            call: Some(Box::new(CallRequest {
                number: Secret::new(first.number.e164()),
                masked: first.number.masked(),
                refused: refused.map(|refusal| outcome_of(Outcome::Refused(refusal))),
                spec: spec.to_secret()?,
            })),
            ..Challenge::default()
        })
    }

    /// An answer is never typed: it is a key on the phone.
    async fn verify(&self, _proof: &Proof<'_>, _answer: &Answer) -> Result<Verdict, FactorError> {
        Ok(Verdict::Reject)
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        Ok(FactorSummary {
            number: Some(PhoneEnrolment::parse(enrolment)?.number.masked()),
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

    async fn place(
        &self,
        settings: &[u8],
        spec: &Secret,
        news: &(dyn Fn(CallNews) + Send + Sync),
    ) -> CallReport {
        let spec = Spec::parse(spec).and_then(Spec::call);
        let (backend, call) = match (self.backend(settings), spec) {
            (Ok(backend), Ok(call)) => (backend, call),
            (Err(why), _) => {
                tracing::warn!(why, "the phone trunks cannot be used");
                return failed(CallOutcome::ProviderDown);
            }
            (_, Err(_)) => return failed(CallOutcome::Lost),
        };
        // Kept to the end: a dropped one would cancel the call.
        let (_keep, cancel) = oneshot::channel();
        let report = backend.run(call, &NoPin, &Listener(news), cancel).await;
        CallReport {
            outcome: outcome_of(report.outcome),
            trunk: report.trunk,
            lasted: report.lasted,
            connected: report.connected,
            key_source: report.key_source.map(portcullis_telephony::KeySource::word),
            used_backup: report.line == portcullis_telephony::Line::Backup,
            strangers: report.voice.refused,
        }
    }

    fn hooks(&self) -> Arc<dyn CallHooks> {
        Arc::clone(&self.hooks) as Arc<dyn CallHooks>
    }

    fn trunks(&self, settings: &[u8]) -> Vec<TrunkView> {
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
            Step::Finished(outcome) => CallNews::Decided(outcome_of(outcome)),
        });
    }
}

/// The same outcome in the words of the engine. What has no word there is no yes.
fn outcome_of(outcome: Outcome) -> CallOutcome {
    match outcome {
        Outcome::Granted(_) => CallOutcome::Granted,
        Outcome::Fraud { block: true } => CallOutcome::FraudBlocked,
        other => match other.word().parse() {
            Ok(CallOutcome::Granted) | Err(_) => CallOutcome::Lost,
            Ok(outcome) => outcome,
        },
    }
}

fn failed(outcome: CallOutcome) -> CallReport {
    CallReport {
        outcome,
        trunk: None,
        lasted: std::time::Duration::ZERO,
        connected: std::time::Duration::ZERO,
        key_source: None,
        used_backup: false,
        strangers: 0,
    }
}

fn view(trunk: portcullis_telephony::TrunkHealth) -> TrunkView {
    let (is_well, problem) = match trunk.state {
        TrunkState::Unknown => (None, String::new()),
        TrunkState::Well => (Some(true), String::new()),
        TrunkState::Refuses(code) => (
            Some(false),
            format!("It does not accept us: SIP {code}. Check the user name and the password."),
        ),
        TrunkState::Silent => (Some(false), "It does not answer.".to_owned()),
        TrunkState::Unreachable(why) => (Some(false), format!("It cannot be reached: {why}")),
    };
    TrunkView {
        name: trunk.name,
        is_well,
        problem,
    }
}

fn read(settings: &[u8]) -> Result<PhoneSettings, FactorError> {
    if settings.is_empty() {
        return Err(FactorError::Settings("no phone trunk is entered".to_owned()));
    }
    PhoneSettings::parse(settings).map_err(|error| FactorError::Settings(error.problem))
}

#[cfg(test)]
mod tests;
