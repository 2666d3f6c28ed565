//! One call of an agent, from the question to the last word.

use std::sync::Arc;
use std::time::Duration;

use portcullis_crypto::sha256;
use portcullis_model::{AgentCall, AgentReport, AgentView, CallNews, CallOutcome, CallReport, CallStep};
use tokio::time::sleep;
use uuid::Uuid;

use super::link::{Link, LinkError};

/// No call lasts longer; the agent ends it before.
const LONGEST: Duration = Duration::from_secs(150);
/// How long the last words of a call are waited for.
const FAREWELL: Duration = Duration::from_secs(8);
/// Between a question that was not answered and the same once more.
const PAUSE: Duration = Duration::from_millis(300);
/// How many questions in a row may remain without an answer.
const SILENCES: u32 = 3;

/// Hangs up when it is dropped before the call is over.
struct Placed {
    link: Arc<Link>,
    id: Uuid,
    is_over: bool,
}

impl Drop for Placed {
    fn drop(&mut self) {
        if !self.is_over {
            let (link, id) = (Arc::clone(&self.link), self.id);
            tokio::spawn(async move { link.cancel(id).await });
        }
    }
}

pub(super) async fn place(
    link: &Arc<Link>,
    call: &AgentCall,
    news: &(dyn Fn(CallNews) + Send + Sync),
) -> CallReport {
    let Ok(body) = serde_json::to_vec(call) else {
        return super::super::failed(CallOutcome::Lost);
    };
    let mut placed = Placed {
        link: Arc::clone(link),
        id: call.id,
        is_over: false,
    };
    let watched = Watched {
        link,
        call,
        request: data_encoding::HEXLOWER.encode(&sha256(&[&body])),
        body,
    };
    let outcome = match tokio::time::timeout(LONGEST, watched.outcome(news)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => error.outcome(),
        Err(_) => CallOutcome::TimedOut,
    };
    news(CallNews::Decided(outcome));
    let report = tokio::time::timeout(FAREWELL, watched.report()).await;
    placed.is_over = report.is_ok();
    told(outcome, report.unwrap_or_default())
}

struct Watched<'a> {
    link: &'a Link,
    call: &'a AgentCall,
    body: Vec<u8>,
    /// Its digest, which every answer must know.
    request: String,
}

impl Watched<'_> {
    /// What the person did. A yes is taken before it is told, and only once.
    async fn outcome(&self, news: &(dyn Fn(CallNews) + Send + Sync)) -> Result<CallOutcome, LinkError> {
        let mut seen = String::new();
        let mut silences = 0;
        loop {
            let view = match self.look(&seen).await {
                Err(error) if error.is_passing() && silences < SILENCES => {
                    silences += 1;
                    sleep(PAUSE).await;
                    continue;
                }
                view => view?,
            };
            silences = 0;
            if view.request != self.request {
                // Another call lies under this id there.
                return Ok(CallOutcome::Lost);
            }
            match view.outcome.as_deref().map(str::parse) {
                None => {}
                Some(Ok(CallOutcome::Granted)) => return self.take().await,
                Some(Ok(outcome)) => return Ok(outcome),
                Some(Err(_)) => return Ok(CallOutcome::Lost),
            }
            if view.step != seen {
                if let Ok(
                    step @ (CallStep::Calling | CallStep::Ringing | CallStep::Answered | CallStep::Waiting),
                ) = view.step.parse()
                {
                    news(CallNews::Reached(step));
                }
                seen = view.step;
            }
        }
    }

    /// The first question places the call; asked again, it is the same call.
    async fn look(&self, seen: &str) -> Result<AgentView, LinkError> {
        if seen.is_empty() {
            self.link.call(&self.body).await
        } else {
            self.link.news(self.call, seen).await
        }
    }

    async fn take(&self) -> Result<CallOutcome, LinkError> {
        let grant = self.link.take(self.call).await?;
        let is_ours = grant.id == self.call.id && grant.request == self.request;
        Ok(if is_ours && grant.granted {
            CallOutcome::Granted
        } else {
            CallOutcome::Lost
        })
    }

    /// Waits until nobody is on the line any more.
    async fn report(&self) -> AgentReport {
        loop {
            match self.link.news(self.call, CallStep::Over.word()).await {
                Ok(AgentView {
                    report: Some(report), ..
                }) => return report,
                Ok(_) => {}
                Err(error) if error.is_passing() => {}
                Err(_) => return AgentReport::default(),
            }
            sleep(PAUSE).await;
        }
    }
}

fn told(outcome: CallOutcome, report: AgentReport) -> CallReport {
    CallReport {
        outcome,
        trunk: report.trunk.map(|trunk| format!("{trunk} of the agent")),
        lasted: Duration::from_secs(report.lasted_seconds),
        connected: Duration::from_secs(report.connected_seconds),
        country: None,
        key_source: match report.key_source.as_deref() {
            Some("event") => Some("event"),
            Some("info") => Some("info"),
            Some("in-band") => Some("in-band"),
            _ => None,
        },
        used_backup: report.used_backup,
        strangers: report.strangers,
    }
}
