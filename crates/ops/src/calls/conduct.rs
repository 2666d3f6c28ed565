//! The job that places calls: one task for each.

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{CallNews, CallOutcome, CallReport, CallStep};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Close, Decide, Due, Note, Take, Taken};
use crate::{Gate, OpError};

/// How often a call says that it lives, and hears whether it is still wanted.
const PULSE: Duration = Duration::from_secs(1);

/// Takes the calls that wait and begins to place them; answers how many.
pub async fn place_due(gate: &Gate) -> Result<u32, OpError> {
    let caller = gate.job("calls");
    let mut taken = 0;
    while gate.read(&caller, Due).await? {
        let Some(call) = gate.write(&caller, Take).await? else {
            break;
        };
        tokio::spawn(conduct(gate.clone(), call));
        taken += 1;
    }
    Ok(taken)
}

/// Hangs up when it is dropped.
struct Placed(JoinHandle<CallReport>);

impl Drop for Placed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Stays with a call to its end. Whatever goes wrong here ends it without a grant.
async fn conduct(gate: Gate, call: Taken) {
    let id = call.id;
    let caller = gate.job("calls");
    let (tell, mut news) = mpsc::unbounded_channel();
    let telephone = Arc::clone(gate.telephone());
    let mut placed = Placed(tokio::spawn(async move {
        let tell = move |news| {
            // Nobody listens to a call that is given up.
            let _ = tell.send(news);
        };
        telephone.place(&call.settings, &call.spec, &tell).await
    }));
    let mut pulse = tokio::time::interval(PULSE);
    let mut decided = false;
    let began = gate.now();
    let mut answered = None;
    let report = loop {
        let step = tokio::select! {
            biased;
            Some(news) = news.recv() => match news {
                CallNews::Reached(step) => {
                    if matches!(step, CallStep::Answered | CallStep::Waiting) {
                        answered.get_or_insert_with(|| gate.now());
                    }
                    Some(step)
                }
                CallNews::Decided(outcome) => {
                    decided = gate.write(&caller, Decide { id, outcome }).await.is_ok();
                    continue;
                }
            },
            report = &mut placed.0 => break report.ok(),
            _ = pulse.tick(), if !decided => None,
        };
        if decided {
            continue;
        }
        // What cannot be put on record must not go on.
        if !matches!(note(&gate, &caller, id, step).await, Ok(true)) {
            break None;
        }
    };
    drop(placed);
    let now = gate.now();
    // Of a call that was given up, this is all that is known; it was paid for up to here.
    let report = report.unwrap_or_else(|| CallReport {
        outcome: CallOutcome::Lost,
        trunk: None,
        lasted: now.since(began),
        connected: answered.map_or(Duration::ZERO, |answered| now.since(answered)),
        country: None,
        key_source: None,
        used_backup: false,
        strangers: 0,
    });
    if !decided {
        let outcome = report.outcome;
        // If it is not taken down now, the silence of this call will be.
        let _ = gate.write(&caller, Decide { id, outcome }).await;
    }
    let _ = gate.write(&caller, Close { id, report }).await;
}

async fn note(
    gate: &Gate,
    caller: &portcullis_model::Caller,
    id: uuid::Uuid,
    step: Option<CallStep>,
) -> Result<bool, OpError> {
    gate.write(caller, Note { id, step }).await
}
