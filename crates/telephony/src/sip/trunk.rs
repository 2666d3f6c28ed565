//! A trunk: connected when it is needed, registered if it wants that, and asked now and then whether it is well.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_model::Chance;
use sipx_sip::headers::Contact;
use sipx_sip::{HeaderName, Method, Response};

use super::agent::{Agent, Unanswered};
use super::attempt::Failure;
use super::compose;
use super::driver::Counts;
use super::settings::{TrunkProblem, TrunkSettings, Upkeep};
use crate::trust::certificate_problem;

/// Between two questions whether the trunk is well.
const CHECK: Duration = Duration::from_mins(1);
/// After a registration that failed.
const RETRY: Duration = Duration::from_secs(10);
/// How long a registration is asked for.
const EXPIRES: Duration = Duration::from_mins(5);

/// How a trunk is, for the administrators.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrunkHealth {
    pub name: String,
    pub state: TrunkState,
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum TrunkState {
    /// Nobody asked yet.
    #[default]
    Unknown,
    Well,
    /// Answers, but does not accept our password, or us.
    Refuses(u16),
    Silent,
    /// No connection, and why not.
    Unreachable(String),
}

impl TrunkState {
    /// Says what to do as well, where that is known.
    pub(crate) fn unreachable(why: &str) -> Self {
        Self::Unreachable(match certificate_problem(why) {
            Some(problem) => format!("{problem} ({why})"),
            None => why.to_owned(),
        })
    }

    /// Whether it is well, as far as that is known, and what administrators read where it is not.
    pub fn told(self) -> (Option<bool>, String) {
        match self {
            Self::Unknown => (None, String::new()),
            Self::Well => (Some(true), String::new()),
            Self::Refuses(code) => (
                Some(false),
                format!("It does not accept us (it says {code}). Check the user name and the password."),
            ),
            Self::Silent => (Some(false), "It does not answer.".to_owned()),
            Self::Unreachable(why) => (Some(false), format!("It cannot be reached: {why}")),
        }
    }
}

pub(crate) struct Trunk {
    pub(crate) settings: Arc<TrunkSettings>,
    chance: Arc<dyn Chance>,
    agent: tokio::sync::Mutex<Option<Arc<Agent>>>,
    state: Mutex<TrunkState>,
}

impl Trunk {
    pub(crate) fn new(settings: TrunkSettings, chance: Arc<dyn Chance>) -> Result<Self, TrunkProblem> {
        settings.check()?;
        Ok(Self {
            settings: Arc::new(settings),
            chance,
            agent: tokio::sync::Mutex::new(None),
            state: Mutex::default(),
        })
    }

    /// The connection, made anew if there is none. Fails at once where that is known, and otherwise in the time
    /// that a trunk may be silent.
    pub(crate) async fn agent(&self) -> Option<Arc<Agent>> {
        let mut agent = self.agent.lock().await;
        if let Some(alive) = agent.as_ref().filter(|agent| !agent.is_lost()) {
            return Some(Arc::clone(alive));
        }
        let connect = Agent::connect(Arc::clone(&self.settings), Arc::clone(&self.chance));
        *agent = match tokio::time::timeout(self.settings.first_response, connect).await {
            Ok(Ok(connected)) => Some(Arc::new(connected)),
            Ok(Err(error)) => {
                self.note(TrunkState::unreachable(&error.to_string()));
                None
            }
            Err(_) => {
                self.note(TrunkState::Silent);
                None
            }
        };
        agent.clone()
    }

    pub(crate) fn health(&self) -> TrunkHealth {
        TrunkHealth {
            name: self.settings.name.clone(),
            state: self.state.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Whether it was silent or away when it was last tried.
    pub(crate) fn is_ill(&self) -> bool {
        matches!(
            self.health().state,
            TrunkState::Silent | TrunkState::Unreachable(_)
        )
    }

    /// It answered a call.
    pub(crate) fn praise(&self) {
        self.note(TrunkState::Well);
    }

    /// It left a call without an answer.
    pub(crate) fn blame(&self, failure: Failure) {
        self.note(match failure {
            Failure::Silent => TrunkState::Silent,
            _ => TrunkState::Unreachable("the connection was lost".to_owned()),
        });
    }

    /// What is alive on the connection there is.
    pub(crate) async fn counts(&self) -> Counts {
        let agent = self.agent.lock().await.clone();
        match agent {
            Some(agent) if !agent.is_lost() => agent.count().await,
            _ => Counts::default(),
        }
    }

    /// Keeps the trunk registered or its health known, for as long as there is something to do.
    pub(crate) async fn maintain(&self) {
        let mut sequence = 0;
        loop {
            let pause = match self.settings.upkeep {
                Upkeep::None => return,
                Upkeep::Ask => {
                    self.ask_whether_well().await;
                    CHECK
                }
                Upkeep::Register => self
                    .register(&mut sequence)
                    .await
                    .map_or(RETRY, |granted| granted / 2),
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Registers and says for how long.
    pub(crate) async fn register(&self, sequence: &mut u32) -> Option<Duration> {
        let agent = self.agent().await?;
        let address = format!("sip:{}@{}", self.settings.user, self.settings.domain());
        let uri = compose::uri(&format!("sip:{}", self.settings.domain()))?;
        let thread = agent.thread(&address);
        let expires = [(HeaderName::Expires, EXPIRES.as_secs().to_string())];
        let answer = agent
            .ask(&thread, (Method::Register, &uri), sequence, &expires)
            .await;
        let is_well = self.note_answer(&answer);
        let response = answer.ok().filter(|_| is_well)?;
        Some(granted(&response).clamp(Duration::from_secs(30), EXPIRES))
    }

    async fn ask_whether_well(&self) {
        let Some(agent) = self.agent().await else { return };
        let address = format!("sip:{}", self.settings.domain());
        let Some(uri) = compose::uri(&address) else { return };
        let thread = agent.thread(&address);
        let answer = agent.ask(&thread, (Method::Options, &uri), &mut 0, &[]).await;
        // Whatever it answers, it is there. Many trunks know no OPTIONS.
        match answer {
            Ok(response) if response.status.code() != 503 => self.note(TrunkState::Well),
            other => {
                self.note_answer(&other);
            }
        }
    }

    fn note_answer(&self, answer: &Result<Response, Unanswered>) -> bool {
        let state = match answer {
            Ok(response) if response.status.is_success() => TrunkState::Well,
            Ok(response) => TrunkState::Refuses(response.status.code()),
            Err(Unanswered::Credentials) => TrunkState::Refuses(401),
            Err(Unanswered::Silent) => TrunkState::Silent,
            Err(Unanswered::Lost) => TrunkState::Unreachable("the connection was lost".to_owned()),
        };
        let is_well = state == TrunkState::Well;
        self.note(state);
        is_well
    }

    fn note(&self, state: TrunkState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// For how long the registrar says, in the contact or for all.
fn granted(response: &Response) -> Duration {
    let contact = response.headers.typed::<Contact>().and_then(Result::ok);
    let in_contact = contact.and_then(|contact| seconds(contact.param("expires")?));
    let for_all = || seconds(&response.headers.value(&HeaderName::Expires)?);
    in_contact.or_else(for_all).unwrap_or(EXPIRES)
}

fn seconds(text: &[u8]) -> Option<Duration> {
    let seconds = std::str::from_utf8(text).ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
