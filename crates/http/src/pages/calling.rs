//! How a phone call looks to whoever waits for it, wherever it is waited for.

use portcullis_model::{CallOutcome, CallStep, CallTask};
use portcullis_ops::calls::CallView;

/// What the page says of a call.
pub(crate) struct Calling {
    pub masked: String,
    /// What the person has to do; absent where nothing is waited for.
    pub task: Option<CallTask>,
    pub steps: Vec<Row>,
    /// What happens, in words.
    pub text: String,
    /// `under_way`, `granted` or `over`.
    pub state: &'static str,
}

/// One line of the steps.
pub(crate) struct Row {
    pub label: &'static str,
    /// `done`, `now` or `later`.
    pub state: &'static str,
}

const LABELS: [&str; 3] = ["Calling", "Ringing", "Answered"];

impl Calling {
    pub(crate) fn of(call: CallView) -> Self {
        let state = match call.outcome {
            None => "under_way",
            Some(CallOutcome::Granted) => "granted",
            Some(_) => "over",
        };
        let at = match call.step {
            CallStep::Queued | CallStep::Calling => 0,
            CallStep::Ringing => 1,
            CallStep::Answered | CallStep::Waiting => 2,
            CallStep::Over => LABELS.len(),
        };
        let steps = LABELS.into_iter().enumerate().map(|(place, label)| Row {
            label,
            state: match place.cmp(&at) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "now",
                std::cmp::Ordering::Greater => "later",
            },
        });
        let text = match call.outcome {
            Some(outcome) => told(outcome).to_owned(),
            None => under_way(call.step, call.task.as_ref()),
        };
        Self {
            masked: call.masked,
            steps: if call.outcome.is_none() {
                steps.collect()
            } else {
                Vec::new()
            },
            task: call.task,
            text,
            state,
        }
    }

    pub(crate) fn is_under_way(&self) -> bool {
        self.state == "under_way"
    }

    pub(crate) fn is_granted(&self) -> bool {
        self.state == "granted"
    }
}

/// Whether a page waits for a call that is under way.
pub(crate) fn is_under_way(call: Option<&Calling>) -> bool {
    call.is_some_and(Calling::is_under_way)
}

fn under_way(step: CallStep, task: Option<&CallTask>) -> String {
    match step {
        CallStep::Queued | CallStep::Calling => "Calling…".to_owned(),
        CallStep::Ringing => "Ringing… Answer your phone.".to_owned(),
        CallStep::Answered => "Answered. Listen to what the voice says.".to_owned(),
        CallStep::Waiting | CallStep::Over => match task {
            Some(CallTask::Match(digits)) => format!("Answered. Key in {digits} now, then #."),
            Some(CallTask::Pin) => "Answered. Enter your PIN now, then #.".to_owned(),
            Some(CallTask::ConfirmAsSaid) => {
                "Answered. Press the digit that the voice names, then #.".to_owned()
            }
            Some(CallTask::Confirm) | None => "Answered. Press # now.".to_owned(),
        },
    }
}

/// What came of a call, and what to do. Nothing here tells more than the person on the phone knows.
pub(crate) fn told(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Granted => "Confirmed.",
        CallOutcome::Fraud | CallOutcome::FraudBlocked => {
            "Somebody on the phone said that this wasn't you. We told your administrators."
        }
        CallOutcome::WrongKeys => "That wasn't right. Call again, and key in what you are asked for.",
        CallOutcome::Locked => "Too many wrong PINs. Wait a quarter of an hour, or try another way.",
        CallOutcome::Unchecked => "You have no PIN for phone calls. Ask an administrator for one.",
        CallOutcome::UnknownPerson => "Nobody has entered your phone number. Ask an administrator.",
        CallOutcome::NoInput => "Nobody pressed a key. Call again, or try another way.",
        CallOutcome::Voicemail => "We reached voicemail, so we hung up.",
        CallOutcome::HungUp => "The call ended before it was confirmed. Call again.",
        CallOutcome::Lost => "The call was cut off. Call again, or try another way.",
        CallOutcome::TimedOut => "The call was not confirmed in time. Call again.",
        CallOutcome::Cancelled => "The call was ended.",
        CallOutcome::Busy => "The line is busy. Wait a moment, then call again.",
        CallOutcome::NoAnswer => "No answer. Call again, or try another way.",
        CallOutcome::Declined => "The call was declined. Call again, or try another way.",
        CallOutcome::AlreadyCalling => {
            "A call to this number is under way. Wait until it has ended, then call again."
        }
        CallOutcome::OverLimit => "Too many calls. Wait ten minutes, or try another way.",
        // Waiting would not help: the money of a day comes back after a day.
        CallOutcome::OverBudget => {
            "We can't place more calls at the moment. Try another way, or ask an administrator."
        }
        CallOutcome::Blocked => "Too many calls came to nothing. Try another way, or wait half an hour.",
        CallOutcome::InvalidNumber
        | CallOutcome::Forwarded
        | CallOutcome::RefusedCountry
        | CallOutcome::RefusedKind
        | CallOutcome::RefusedExtension => "We can't call this number. Ask an administrator to check it.",
        CallOutcome::ProviderDown
        | CallOutcome::ProviderRefused
        | CallOutcome::Unencrypted
        | CallOutcome::Unsuitable => {
            "The phone service isn't answering. Try another way, or try again in a minute."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(step: CallStep, outcome: Option<CallOutcome>) -> Calling {
        Calling::of(CallView {
            step,
            outcome,
            masked: "+1 ••• ••• ••00".to_owned(),
            task: outcome.is_none().then(|| CallTask::Match("471".to_owned())),
        })
    }

    #[test]
    fn the_page_says_where_the_call_is_and_what_to_press() {
        let ringing = of(CallStep::Ringing, None);
        let states: Vec<&str> = ringing.steps.iter().map(|row| row.state).collect();
        assert_eq!(states, ["done", "now", "later"]);
        assert!(ringing.is_under_way());
        assert_eq!(
            of(CallStep::Waiting, None).text,
            "Answered. Key in 471 now, then #."
        );
    }

    #[test]
    fn only_a_grant_goes_on() {
        assert!(of(CallStep::Over, Some(CallOutcome::Granted)).is_granted());
        for outcome in [
            CallOutcome::Busy,
            CallOutcome::HungUp,
            CallOutcome::TimedOut,
            CallOutcome::Lost,
        ] {
            let call = of(CallStep::Over, Some(outcome));
            assert!(!call.is_granted() && !call.is_under_way(), "{outcome}");
        }
    }
}
