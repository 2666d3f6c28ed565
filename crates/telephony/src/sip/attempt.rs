//! One attempt to reach a number through one trunk.

use std::sync::Arc;

use sipx_sip::{HeaderName, Method, Request, Response, Uri};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::agent::{Agent, Inbox};
use super::compose::{self, Draft, Established, Thread};
use super::dialog::Dialog;
use super::digest::Authorizations;
use super::driver::Reply;
use crate::Key;
use crate::media::{Description, Direction, Offer, Unusable};

/// What an attempt and the call after it have to tell.
#[derive(Debug)]
pub(crate) enum Signal {
    Ringing,
    /// The call goes to another number than the one we dialled.
    Diverted,
    Answered(Box<Description>),
    /// Last.
    Failed(Failure),
    Key(Key),
    /// The other side speaks from elsewhere, or holds the call.
    Moved(Box<Description>),
    /// Last.
    HungUp,
    /// The connection is gone, so nobody knows. Last.
    Lost,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Failure {
    Status(u16),
    /// No response in time.
    Silent,
    Lost,
    Credentials,
    Unusable(Unusable),
}

/// Calls `callee`. Dropping the sender that belongs to `hang_up` ends the attempt or the call, whatever it takes.
pub(crate) fn begin(
    agent: Arc<Agent>,
    callee: &str,
    offer: Arc<Offer>,
    signals: mpsc::UnboundedSender<Signal>,
    hang_up: oneshot::Receiver<()>,
) {
    let Some(uri) = compose::uri(callee) else {
        let _ = signals.send(Signal::Failed(Failure::Status(404)));
        return;
    };
    let thread = agent.thread(callee);
    let attempt = Attempt {
        inbox: agent.listen(&thread),
        agent,
        uri,
        thread,
        offer,
        signals,
        hang_up,
    };
    tokio::spawn(attempt.run());
}

struct Attempt {
    agent: Arc<Agent>,
    uri: Uri,
    thread: Thread,
    offer: Arc<Offer>,
    signals: mpsc::UnboundedSender<Signal>,
    hang_up: oneshot::Receiver<()>,
    inbox: Inbox,
}

/// How one INVITE ended.
enum Ended {
    Challenged(Box<Response>),
    Answered(Box<Response>),
    /// Given up, by us.
    Cancelled,
    Failed(Failure),
}

impl Attempt {
    async fn run(mut self) {
        let mut authorizations = Authorizations::default();
        let mut sequence = 1;
        loop {
            let Some((request, branch)) = self.invite(sequence, &authorizations) else {
                return self.fail(Failure::Status(400));
            };
            let mut replies = self.agent.send(request);
            match self.follow(&mut replies, sequence, &branch).await {
                Ended::Answered(response) => return self.answered(&response, sequence, replies).await,
                Ended::Challenged(response) => {
                    let asked = ("INVITE", self.uri.to_string());
                    let token = self.agent.token();
                    let settings = &self.agent.settings;
                    let met = authorizations.answer(&response, settings, (asked.0, &asked.1), &token);
                    if met.is_err() {
                        return self.fail(Failure::Credentials);
                    }
                    sequence += 1;
                }
                Ended::Failed(failure) => return self.fail(failure),
                Ended::Cancelled => return,
            }
        }
    }

    fn fail(&self, failure: Failure) {
        let _ = self.signals.send(Signal::Failed(failure));
    }

    fn invite(&self, sequence: u32, authorizations: &Authorizations) -> Option<(Request, String)> {
        let branch = self.agent.branch();
        let body = self.offer.to_text(1, Direction::Both);
        let draft = Draft {
            method: Method::Invite,
            uri: &self.uri,
            sequence,
            branch: &branch,
            more: authorizations.headers(),
            body: Some(&body),
        };
        let request = self.agent.sender().write(&self.thread, &draft)?;
        Some((request, branch))
    }

    /// Waits for the end of an INVITE. Who gives up still waits: the answer may be on its way.
    async fn follow(
        &mut self,
        replies: &mut mpsc::UnboundedReceiver<Reply>,
        sequence: u32,
        branch: &str,
    ) -> Ended {
        let settings = Arc::clone(&self.agent.settings);
        // monotonic: how long the trunk is silent
        let mut until = Instant::now() + settings.first_response;
        let (mut is_heard, mut gives_up, mut is_cancelled) = (false, false, false);
        loop {
            if gives_up && is_heard && !is_cancelled {
                is_cancelled = true;
                self.cancel(sequence, branch);
            }
            tokio::select! {
                reply = replies.recv() => match reply {
                    Some(Reply::Response(response)) if response.status.is_provisional() => {
                        is_heard = true;
                        self.progress(&response);
                    }
                    Some(Reply::Response(response)) if response.status.is_success() => {
                        if gives_up {
                            self.refuse(&response, sequence);
                            return Ended::Cancelled;
                        }
                        return Ended::Answered(response);
                    }
                    _ if gives_up => return Ended::Cancelled,
                    Some(Reply::Response(response)) => {
                        return match response.status.code() {
                            401 | 407 => Ended::Challenged(response),
                            status => Ended::Failed(Failure::Status(status)),
                        };
                    }
                    Some(Reply::Timeout) => return Ended::Failed(Failure::Silent),
                    Some(Reply::Lost) | None => return Ended::Failed(Failure::Lost),
                },
                _ = &mut self.hang_up, if !gives_up => {
                    gives_up = true;
                    // monotonic: 64·T1, after which no answer comes any more
                    until = Instant::now() + 64 * settings.round_trip;
                }
                () = tokio::time::sleep_until(until), if gives_up || !is_heard => {
                    if gives_up {
                        return Ended::Cancelled;
                    }
                    // The next trunk's turn; what this one says now comes too late.
                    self.fail(Failure::Silent);
                    gives_up = true;
                    until += 64 * settings.round_trip;
                }
            }
        }
    }

    fn progress(&self, response: &Response) {
        let is_diverted = response.status.code() == 181
            || [
                HeaderName::HistoryInfo,
                HeaderName::parse(&bytes::Bytes::from_static(b"Diversion")),
            ]
            .iter()
            .any(|name| response.headers.get(name).is_some());
        if is_diverted {
            let _ = self.signals.send(Signal::Diverted);
        }
        if 100 < response.status.code() {
            let _ = self.signals.send(Signal::Ringing);
        }
    }

    /// RFC 3261, section 9.1: the same branch and number, and no tag.
    fn cancel(&self, sequence: u32, branch: &str) {
        let draft = Draft {
            method: Method::Cancel,
            uri: &self.uri,
            sequence,
            branch,
            more: &[],
            body: None,
        };
        if let Some(request) = self.agent.sender().write(&self.thread, &draft) {
            drop(self.agent.send(request));
        }
    }

    /// Takes note of an answer nobody wants any more, and hangs up.
    fn refuse(&self, response: &Response, sequence: u32) {
        if let Some(established) = compose::established(response) {
            refuse(&self.agent, &self.thread, &established, sequence);
        }
    }

    async fn answered(self, response: &Response, sequence: u32, replies: mpsc::UnboundedReceiver<Reply>) {
        let Some(established) = compose::established(response) else {
            return self.fail(Failure::Unusable(Unusable::Unsuitable));
        };
        let description = match self.offer.match_with(response.body()) {
            Ok(description) => description,
            Err(unusable) => {
                refuse(&self.agent, &self.thread, &established, sequence);
                return self.fail(Failure::Unusable(unusable));
            }
        };
        let (signals, hang_up) = (self.signals.clone(), self.hang_up);
        let dialog = Dialog::new(
            self.agent,
            self.thread,
            established,
            sequence,
            self.offer,
            self.inbox,
        );
        let _ = self.signals.send(Signal::Answered(Box::new(description)));
        dialog.live(signals, hang_up, replies).await;
    }
}

/// Acknowledges an answer and ends its call at once.
pub(super) fn refuse(agent: &Arc<Agent>, thread: &Thread, established: &Established, sequence: u32) {
    let thread = thread_with(thread, established);
    acknowledge(agent, &thread, &established.target, sequence);
    let (agent, target) = (Arc::clone(agent), established.target.clone());
    tokio::spawn(async move {
        let _ = agent
            .ask(&thread, (Method::Bye, &target), &mut sequence.clone(), &[])
            .await;
    });
}

/// The thread of a call that was answered.
pub(super) fn thread_with(thread: &Thread, established: &Established) -> Thread {
    let tag = String::from_utf8_lossy(&established.remote_tag);
    Thread {
        to: format!("{};tag={tag}", thread.to),
        routes: established.routes.clone(),
        ..thread.clone()
    }
}

/// Sends the ACK of a 2xx and returns it, as it is sent again for each repetition.
pub(super) fn acknowledge(
    agent: &Agent,
    thread: &Thread,
    target: &Uri,
    sequence: u32,
) -> Option<bytes::Bytes> {
    let draft = Draft {
        method: Method::Ack,
        uri: target,
        sequence,
        branch: &agent.branch(),
        more: &[],
        body: None,
    };
    let request = agent.sender().write(thread, &draft)?;
    Some(agent.send_raw(&sipx_sip::Message::Request(request)))
}
