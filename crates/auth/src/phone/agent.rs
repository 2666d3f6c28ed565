//! Calls by a phone agent on another host, which keeps the numbers and the PINs.

mod link;
mod watch;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use portcullis_model::{
    AgentCall, AgentHealth, AgentPerson, CallNews, CallReport, Chance, FactorError, SettingsProblem,
    TrunkView,
};
use portcullis_telephony::{PhoneAgent, PhoneSettings};

pub(super) use link::check;
use link::{Link, LinkError};

/// What the person reads, whatever the reason.
const UNREACHABLE: &str = "The phone agent did not answer.";
/// After how long a look at the settings asks an agent again whether it is well.
const STALE: Duration = Duration::from_secs(10);

/// The agent of the settings in use.
pub(super) struct Agents {
    chance: Arc<dyn Chance>,
    known: Mutex<Option<Known>>,
}

struct Known {
    settings: PhoneAgent,
    link: Arc<Link>,
    asked: Option<Instant>,
}

impl Agents {
    pub(super) fn new(chance: Arc<dyn Chance>) -> Self {
        Self {
            chance,
            known: Mutex::default(),
        }
    }

    /// Asks once more after a failure that may have passed, such as a connection that broke while nobody used it.
    pub(super) async fn person(&self, agent: &PhoneAgent, name: &str) -> Result<AgentPerson, FactorError> {
        let link = self.link(agent).map_err(|error| unreachable(&error))?;
        let mut answered = link.person(name).await;
        if answered.as_ref().is_err_and(LinkError::is_passing) {
            answered = link.person(name).await;
        }
        answered.map_err(|error| unreachable(&error))
    }

    /// Has the call placed, and stays with it to its end. Whoever drops the future hangs up.
    pub(super) async fn place(
        &self,
        settings: &[u8],
        call: &AgentCall,
        news: &(dyn Fn(CallNews) + Send + Sync),
    ) -> CallReport {
        let agent = PhoneSettings::parse(settings)
            .ok()
            .and_then(|settings| settings.agent);
        let link = match agent.as_ref().map(|agent| self.link(agent)) {
            Some(Ok(link)) => link,
            Some(Err(why)) => {
                tracing::warn!(%why, "the phone agent cannot be used");
                return super::failed(why.outcome());
            }
            // The settings changed between the question and the call.
            None => return super::failed(portcullis_model::CallOutcome::Lost),
        };
        watch::place(&link, call, news).await
    }

    /// How the agent is, as this node knows it. Asks it in the background if that is long ago.
    pub(super) fn view(&self, agent: &PhoneAgent) -> TrunkView {
        let name = format!("Phone agent at {}", agent.url);
        let link = match self.link(agent) {
            Ok(link) => link,
            Err(error) => {
                return TrunkView {
                    name,
                    is_well: Some(false),
                    problem: sentence(&error.to_string()),
                };
            }
        };
        if self.is_stale() {
            let link = Arc::clone(&link);
            tokio::spawn(async move { link.health().await });
        }
        let (is_well, problem) = match link.latest() {
            None => (None, String::new()),
            Some(Ok(health)) => told(&health),
            Some(Err(problem)) => (Some(false), sentence(&problem)),
        };
        TrunkView {
            name,
            is_well,
            problem,
        }
    }

    fn is_stale(&self) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.as_mut() else {
            return false;
        };
        // monotonic: how long ago the agent was asked
        let now = Instant::now();
        let stale = known.asked.is_none_or(|asked| asked + STALE <= now);
        if stale {
            known.asked = Some(now);
        }
        stale
    }

    /// The link of these settings; a changed setting makes another, which the next question takes.
    fn link(&self, agent: &PhoneAgent) -> Result<Arc<Link>, LinkError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.settings == *agent) {
            return Ok(Arc::clone(&known.link));
        }
        let link = Arc::new(Link::open(agent, Arc::clone(&self.chance))?);
        *known = Some(Known {
            settings: agent.clone(),
            link: Arc::clone(&link),
            asked: None,
        });
        Ok(link)
    }
}

/// What is wrong, as people read it on a page.
fn sentence(problem: &str) -> String {
    let mut letters = problem.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// An agent is as well as its trunks.
fn told(health: &AgentHealth) -> (Option<bool>, String) {
    let troubles: Vec<String> = health
        .trunks
        .iter()
        .filter(|trunk| trunk.is_well == Some(false))
        .map(|trunk| format!("{}: {}", trunk.name, trunk.problem))
        .collect();
    if health.trunks.is_empty() {
        return (
            Some(false),
            "It has no trunk yet. Set one up on its host.".to_owned(),
        );
    }
    (Some(troubles.len() < health.trunks.len()), troubles.join(" "))
}

fn unreachable(error: &LinkError) -> FactorError {
    FactorError::Unreachable {
        text: UNREACHABLE,
        why: error.to_string(),
    }
}

pub(super) type Checked = Result<(), SettingsProblem>;
