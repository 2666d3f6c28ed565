use std::sync::Arc;
use std::time::Duration;

use portcullis_model::CallHook;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::Shared;
use super::client::NewCall;
use super::hooks::{Addresses, Heard, Registered};
use super::twiml::NOTHING;
use super::webhook::{Expected, Status, Webhook, read};
use crate::{CallSpec, Extension, NotReached, PhoneNumber, Prompts, Timings, TrunkState};

/// The event of the first request, and the number of the answer that it asks for.
const ANSWERED: &str = "answered";
const STATUS: &str = "status";

/// What the call hears of its line.
pub(super) enum FromLine {
    Status(Status),
    /// The provider asks what to do. The answer is expected; dropping it refuses the request.
    Asks {
        /// 0 when the call was answered, then the number that the last answer gave.
        step: u32,
        webhook: Webhook,
        answer: oneshot::Sender<String>,
    },
    /// A request was not believed.
    Refused,
}

/// A line that is being dialled or spoken on. Dropping it hangs up.
pub(super) struct Line {
    pub(super) news: mpsc::UnboundedReceiver<FromLine>,
    pub(super) addresses: Addresses,
}

impl Line {
    pub(super) fn dial(
        shared: &Arc<Shared>,
        prompts: &Arc<Prompts>,
        number: &PhoneNumber,
        call: &CallSpec,
    ) -> Self {
        let timings = &call.plan.timings;
        let (registered, heard) = shared.hooks.open(shared.chance.as_ref(), prompts, &call.language);
        let addresses = registered.addresses();
        let (out, news) = mpsc::unbounded_channel();
        let extension = number
            .extension()
            .map(|extension| send_digits(extension, timings));
        if extension == Some(None) {
            let _ = out.send(FromLine::Status(Status::NotReached(NotReached::InvalidNumber)));
            return Self { news, addresses };
        }
        let call = NewCall {
            to: number.e164(),
            answered: addresses.of_event(ANSWERED),
            status: addresses.of_event(STATUS),
            ring: timings.ring,
            longest: timings.overall,
            extension: extension.flatten(),
        };
        let conduct = Conduct {
            shared: Arc::clone(shared),
            addresses: addresses.clone(),
            registered,
            out,
        };
        tokio::spawn(conduct.run(call, heard));
        Self { news, addresses }
    }
}

/// What is dialled after the answer with its pauses, as the provider writes it; nothing if it does not fit there.
fn send_digits(extension: &Extension, timings: &Timings) -> Option<String> {
    const MOST: usize = 32;

    // `w` is half a second, `W` a whole one. Not every provider knows the second.
    [("w", 500), ("W", 1000)].into_iter().find_map(|(sign, millis)| {
        let waits =
            |time: Duration| sign.repeat(usize::try_from(time.as_millis().div_ceil(millis)).unwrap_or(MOST));
        let dialled = extension.as_str().replace(',', &waits(Duration::from_secs(2)));
        let signs = format!(
            "{}{dialled}{}",
            waits(timings.before_extension),
            waits(timings.after_extension)
        );
        (signs.len() <= MOST).then_some(signs)
    })
}

struct Conduct {
    shared: Arc<Shared>,
    addresses: Addresses,
    registered: Registered,
    out: mpsc::UnboundedSender<FromLine>,
}

impl Conduct {
    /// Stays with the call until it is over or nobody wants it any more. Only then is it hung up.
    async fn run(self, call: NewCall, mut heard: mpsc::Receiver<Heard>) {
        // To its end also if the call is given up meanwhile: a call that was placed must be hung up. What the provider
        // says before its answer is here waits in the queue.
        let placed = self.shared.client.place(&call).await;
        let sid = match placed {
            Ok(sid) => sid,
            Err(failure) => {
                self.shared.note(failure.state());
                self.tell(Status::NotReached(failure.reason()));
                return;
            }
        };
        let left = self.listen(&sid, call.ring, &mut heard).await;
        let Self {
            shared, registered, ..
        } = self;
        // Nothing that the provider says counts from here on.
        drop(registered);
        let states: &[&str] = match left {
            Left::Over => return,
            Left::Connected => &["completed"],
            // The first does nothing to a call that was answered in this moment.
            Left::Unanswered => &["canceled", "completed"],
        };
        if !shared.client.hang_up(&sid, states).await {
            tracing::warn!("the provider of phone calls did not hang up; its own limit ends the call");
        }
    }

    /// Passes on what is believed, and says how the call was left.
    async fn listen(&self, sid: &str, patience: Duration, heard: &mut mpsc::Receiver<Heard>) -> Left {
        // monotonic: how long the provider says nothing
        let first_word = Instant::now() + patience;
        let mut is_known = false;
        let mut left = Left::Unanswered;
        loop {
            let next = tokio::select! {
                biased;
                () = self.out.closed() => return left,
                next = heard.recv() => next,
                () = tokio::time::sleep_until(first_word), if !is_known => {
                    self.shared.note(TrunkState::Unreachable("its webhooks do not come in".to_owned()));
                    self.tell(Status::NotReached(NotReached::ProviderDown));
                    return left;
                }
            };
            let Some(Heard { hook, answer }) = next else {
                return left;
            };
            let Some((event, webhook)) = self.believe(sid, &hook) else {
                let _ = self.out.send(FromLine::Refused);
                continue;
            };
            if !is_known {
                is_known = true;
                self.shared.note(TrunkState::Well);
            }
            if webhook.status == Status::InProgress {
                left = Left::Connected;
            }
            match event {
                Event::Status => {
                    let _ = answer.send(NOTHING.to_owned());
                    self.tell(webhook.status);
                    if matches!(webhook.status, Status::Completed | Status::NotReached(_)) {
                        return Left::Over;
                    }
                }
                Event::Asks(step) => {
                    let _ = self.out.send(FromLine::Asks {
                        step,
                        webhook,
                        answer,
                    });
                }
            }
        }
    }

    fn believe(&self, sid: &str, hook: &CallHook) -> Option<(Event, Webhook)> {
        let event = Event::of(&hook.event)?;
        let expected = Expected {
            auth_token: &self.shared.settings.auth_token,
            account: &self.shared.settings.account,
            call: sid,
            url: self.addresses.parse(&hook.event)?,
        };
        match read(hook, &expected) {
            // Nobody hears a question on a line that is not connected.
            Ok(webhook) if matches!(event, Event::Asks(_)) && webhook.status != Status::InProgress => None,
            Ok(webhook) => Some((event, webhook)),
            Err(doubt) => {
                tracing::warn!(why = %doubt, "a webhook of a phone call is not believed");
                None
            }
        }
    }

    fn tell(&self, status: Status) {
        // Nobody listens to a line that is given up.
        let _ = self.out.send(FromLine::Status(status));
    }
}

/// How a call was when it was given up.
enum Left {
    Unanswered,
    Connected,
    /// The provider has ended it.
    Over,
}

#[derive(Clone, Copy)]
enum Event {
    Status,
    Asks(u32),
}

impl Event {
    /// Reads the last part of an address that we gave the provider, in the one way that we write it.
    fn of(name: &str) -> Option<Self> {
        match name {
            STATUS => Some(Self::Status),
            ANSWERED => Some(Self::Asks(0)),
            number => {
                let step: u32 = number.parse().ok()?;
                (step != 0 && step.to_string() == number).then_some(Self::Asks(step))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_has_its_pauses_and_fits_the_field_of_the_provider() {
        let mut timings = Timings::default();
        let signs = |text: &str, timings: &Timings| send_digits(&Extension::new(text).unwrap(), timings);

        assert_eq!(signs("292", &timings).unwrap(), "wwww292wwww");
        assert_eq!(signs("2,9#", &timings).unwrap(), "wwww2wwww9#wwww");
        assert_eq!(signs("12345678901234567890", &timings).unwrap().len(), 28);
        assert_eq!(signs("1,2,3,4,5,6", &timings).unwrap(), "WW1WW2WW3WW4WW5WW6WW");
        assert_eq!(signs("1,,,,,,,,,,,,,,,,,,,", &timings), None);
        timings.before_extension = Duration::from_secs(30);
        assert_eq!(signs("292", &timings), None);
    }
}
