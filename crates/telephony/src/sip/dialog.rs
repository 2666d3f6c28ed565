//! A call that was answered, until one of the two hangs up.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sipx_sip::headers::{From as FromHeader, To};
use sipx_sip::{CSeq, HeaderName, Message, Method, Request, TransactionKey, Uri};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::agent::{Agent, Inbox};
use super::attempt::{Signal, acknowledge, refuse, thread_with};
use super::compose::{self, Established, Thread};
use super::driver::{InDialog, Reply, response};
use super::info;
use crate::media::{Direction, Offer};

pub(super) struct Dialog {
    agent: Arc<Agent>,
    /// Without the tag of the other side, as forks have others.
    first: Thread,
    thread: Thread,
    remote_tag: Vec<u8>,
    target: Uri,
    sequence: u32,
    ack: Option<Bytes>,
    offer: Arc<Offer>,
    version: u32,
    direction: Direction,
    their_sequence: Option<u32>,
    unacknowledged: Option<Unacknowledged>,
    inbox: Inbox,
}

/// A 2xx of ours that is repeated until its ACK comes (RFC 3261, section 13.3.1.4).
struct Unacknowledged {
    sequence: u32,
    response: Bytes,
    at: Instant,
    wait: Duration,
    until: Instant,
    /// The ACK must bring the description that our offer asked for.
    wants_answer: bool,
}

impl Dialog {
    pub(super) fn new(
        agent: Arc<Agent>,
        first: Thread,
        established: Established,
        sequence: u32,
        offer: Arc<Offer>,
        inbox: Inbox,
    ) -> Self {
        let thread = thread_with(&first, &established);
        Self {
            ack: acknowledge(&agent, &thread, &established.target, sequence),
            agent,
            first,
            thread,
            remote_tag: established.remote_tag,
            target: established.target,
            sequence,
            offer,
            version: 1,
            direction: Direction::Both,
            their_sequence: None,
            unacknowledged: None,
            inbox,
        }
    }

    /// Answers what comes, until the call is over.
    pub(super) async fn live(
        mut self,
        signals: mpsc::UnboundedSender<Signal>,
        mut hang_up: oneshot::Receiver<()>,
        mut replies: mpsc::UnboundedReceiver<Reply>,
    ) {
        let mut may_fork = true;
        loop {
            let repeat = self.unacknowledged.as_ref().map(|pending| pending.at);
            tokio::select! {
                _ = &mut hang_up => {
                    let uri = self.target.clone();
                    let bye = self.agent.ask(&self.thread, (Method::Bye, &uri), &mut self.sequence, &[]);
                    // Whatever comes back, the call is over.
                    let _ = bye.await;
                    return;
                }
                incoming = self.inbox.requests.recv() => {
                    let last = match incoming {
                        Some(incoming) => match self.receive(incoming) {
                            Some(signal @ (Signal::HungUp | Signal::Lost)) => Some(signal),
                            Some(signal) => {
                                let _ = signals.send(signal);
                                None
                            }
                            None => None,
                        },
                        None => Some(Signal::Lost),
                    };
                    if let Some(last) = last {
                        let _ = signals.send(last);
                        return;
                    }
                }
                reply = replies.recv(), if may_fork => match reply {
                    Some(Reply::Response(again)) if again.status.is_success() => self.answered_again(&again),
                    Some(_) => {}
                    None => may_fork = false,
                },
                () = at(repeat) => {
                    if !self.repeat() {
                        // Who never acknowledges is not there.
                        let _ = signals.send(Signal::Lost);
                        return;
                    }
                }
            }
        }
    }

    /// A repetition is acknowledged again; another phone that answered too is hung up on.
    fn answered_again(&self, again: &sipx_sip::Response) {
        let Some(established) = compose::established(again) else {
            return;
        };
        if established.remote_tag == self.remote_tag {
            if let Some(ack) = &self.ack {
                self.agent.repeat(ack.clone());
            }
        } else {
            refuse(&self.agent, &self.first, &established, self.sequence);
        }
    }

    fn receive(&mut self, incoming: InDialog) -> Option<Signal> {
        let request = &incoming.request;
        let sequence = request
            .headers
            .typed::<CSeq>()
            .and_then(Result::ok)
            .map(|cseq| cseq.sequence);
        let Some(key) = incoming.key else {
            return self.acknowledged(request, sequence?);
        };
        if !self.is_theirs(request) {
            self.respond(key, request, (481, "Call Does Not Exist"), None);
            return None;
        }
        if self
            .their_sequence
            .is_some_and(|last| sequence.is_none_or(|now| now < last))
        {
            self.respond(key, request, (500, "Out of Order"), None);
            return None;
        }
        self.their_sequence = sequence;
        if let Some(required) = request.headers.value(&HeaderName::Require) {
            let required = String::from_utf8_lossy(&required).into_owned();
            let header = Some((HeaderName::Unsupported, required));
            self.respond(key, request, (420, "Bad Extension"), header);
            return None;
        }
        match request.method {
            Method::Bye => {
                self.respond(key, request, (200, "OK"), None);
                Some(Signal::HungUp)
            }
            Method::Info => self.pressed(key, request),
            Method::Invite | Method::Update => self.renegotiate(key, request, sequence?),
            Method::Options | Method::Notify => {
                self.respond(key, request, (200, "OK"), None);
                None
            }
            _ => {
                self.respond(key, request, (405, "Method Not Allowed"), None);
                None
            }
        }
    }

    fn is_theirs(&self, request: &Request) -> bool {
        let from = request.headers.typed::<FromHeader>().and_then(Result::ok);
        let to = request.headers.typed::<To>().and_then(Result::ok);
        let ours = self.thread.local_tag.as_bytes();
        from.is_some_and(|from| from.tag() == Some(&self.remote_tag))
            && to.is_some_and(|to| to.tag() == Some(ours))
    }

    fn pressed(&self, key: TransactionKey, request: &Request) -> Option<Signal> {
        let content_type = request.headers.value(&HeaderName::ContentType);
        let content_type = content_type.as_deref().map(String::from_utf8_lossy);
        let Ok(pressed) = info::key_of(content_type.as_deref(), request.body()) else {
            self.respond(key, request, (415, "Unsupported Media Type"), None);
            return None;
        };
        self.respond(key, request, (200, "OK"), None);
        pressed.map(Signal::Key)
    }

    /// A session refresh, a hold, or a voice that moves. What does not fit the first agreement is refused.
    fn renegotiate(&mut self, key: TransactionKey, request: &Request, sequence: u32) -> Option<Signal> {
        let is_invite = request.method == Method::Invite;
        if is_invite && self.unacknowledged.is_some() {
            self.respond(key, request, (491, "Request Pending"), None);
            return None;
        }
        if let Some(Ok(contact)) = request.headers.typed::<sipx_sip::headers::Contact>() {
            self.target = contact.uri.clone();
        }
        if request.body().is_empty() {
            let body = is_invite.then(|| {
                self.version += 1;
                self.offer.to_text(self.version, Direction::Both)
            });
            self.accept(key, request, sequence, body);
            return None;
        }
        let Ok(description) = self.offer.match_with(request.body()) else {
            self.respond(key, request, (488, "Not Acceptable Here"), None);
            return None;
        };
        self.version += 1;
        self.direction = description.direction;
        let body = self.offer.to_text(self.version, self.direction.mirrored());
        self.accept(key, request, sequence, Some(body));
        Some(Signal::Moved(Box::new(description)))
    }

    fn accept(&mut self, key: TransactionKey, request: &Request, sequence: u32, body: Option<String>) {
        let contact = self.agent.sender().contact();
        let Some(mut builder) = response(request, 200, "OK")
            .and_then(|builder| builder.header(HeaderName::Contact, contact).ok())
        else {
            return;
        };
        if let Some(body) = body {
            let Ok(typed) = builder.header(HeaderName::ContentType, "application/sdp") else {
                return;
            };
            builder = typed.body(body.into_bytes());
        }
        let response = builder.build();
        if request.method == Method::Invite {
            let wait = self.agent.settings.round_trip;
            // monotonic: the repetitions of our answer
            let now = Instant::now();
            self.unacknowledged = Some(Unacknowledged {
                sequence,
                response: Message::Response(response.clone()).to_bytes(),
                at: now + wait,
                wait,
                until: now + 64 * wait,
                wants_answer: request.body().is_empty(),
            });
        }
        self.agent.respond(key, response);
    }

    fn acknowledged(&mut self, ack: &Request, sequence: u32) -> Option<Signal> {
        if !self.is_theirs(ack) {
            return None;
        }
        let pending = self
            .unacknowledged
            .take_if(|pending| pending.sequence == sequence)?;
        if !pending.wants_answer {
            return None;
        }
        let description = self.offer.match_with(ack.body()).ok()?;
        self.direction = description.direction;
        Some(Signal::Moved(Box::new(description)))
    }

    /// Says no when it was repeated long enough.
    fn repeat(&mut self) -> bool {
        let Some(pending) = &mut self.unacknowledged else {
            return true;
        };
        if pending.until <= pending.at {
            return false;
        }
        self.agent.repeat(pending.response.clone());
        pending.wait = (2 * pending.wait).min(8 * self.agent.settings.round_trip);
        pending.at += pending.wait;
        true
    }

    fn respond(
        &self,
        key: TransactionKey,
        request: &Request,
        (status, reason): (u16, &'static str),
        more: Option<(HeaderName, String)>,
    ) {
        let Some(mut builder) = response(request, status, reason) else {
            return;
        };
        if let Some((name, value)) = more {
            let Ok(with) = builder.header(name, value) else {
                return;
            };
            builder = with;
        }
        self.agent.respond(key, builder.build());
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
