//! The task that owns a connection, its transactions and their timers.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use sipx_sip::transaction::Dispatch;
use sipx_sip::{
    HeaderName, Message, Method, Output, Request, Response, ResponseBuilder, StatusCode, Timers,
    TransactionKey, TransactionLayer, TuEvent,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::timetable::Timetable;
use super::wire::{Incoming, Wire};

/// What calls want of the connection.
pub(super) enum Command {
    Request {
        request: Box<Request>,
        replies: mpsc::UnboundedSender<Reply>,
    },
    /// Sends an ACK, or a response once more.
    Raw(Bytes),
    Respond {
        key: TransactionKey,
        response: Box<Response>,
    },
    /// Requests of this call go there.
    Listen {
        call: Vec<u8>,
        inbox: mpsc::UnboundedSender<InDialog>,
    },
    Forget {
        call: Vec<u8>,
    },
    Count(oneshot::Sender<Counts>),
}

/// What became of a request.
#[derive(Debug)]
pub(super) enum Reply {
    Response(Box<Response>),
    /// Nobody answered.
    Timeout,
    /// It could not be delivered.
    Lost,
}

/// A request within a call. An ACK has no transaction to answer.
pub(super) struct InDialog {
    pub(super) key: Option<TransactionKey>,
    pub(super) request: Box<Request>,
}

/// What is alive, so that a test can see that nothing stays.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    pub client_transactions: usize,
    pub server_transactions: usize,
    pub timers: usize,
    pub calls: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.client_transactions += other.client_transactions;
        self.server_transactions += other.server_transactions;
        self.timers += other.timers;
        self.calls += other.calls;
    }
}

pub(super) struct Driver {
    wire: Wire,
    layer: TransactionLayer,
    replies: HashMap<TransactionKey, mpsc::UnboundedSender<Reply>>,
    calls: HashMap<Vec<u8>, mpsc::UnboundedSender<InDialog>>,
    timetable: Timetable,
}

impl Driver {
    pub(super) fn new(wire: Wire, round_trip: Duration) -> Self {
        let timers = Timers {
            t1: round_trip,
            t2: 8 * round_trip,
            t4: 10 * round_trip,
        };
        Self {
            wire,
            layer: TransactionLayer::new(timers),
            replies: HashMap::new(),
            calls: HashMap::new(),
            timetable: Timetable::default(),
        }
    }

    /// Runs until nobody has commands any more, or the connection is lost.
    pub(super) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        loop {
            let next = self.timetable.next();
            tokio::select! {
                command = commands.recv() => match command {
                    Some(command) => self.obey(command),
                    None => return,
                },
                incoming = self.wire.incoming.recv() => match incoming {
                    Some(Incoming::Message(message)) => self.receive(*message),
                    Some(Incoming::Refused) => self.fail(),
                    None => {
                        commands.close();
                        self.fail();
                        return;
                    }
                },
                () = until(next) => {
                    if let Some((key, timer)) = self.timetable.take() {
                        let outputs = self.layer.on_timer(&key, timer);
                        self.perform(&key, outputs);
                    }
                }
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Request { request, replies } => {
                let Some((key, outputs)) = self.layer.send_request(*request, self.wire.reliability) else {
                    let _ = replies.send(Reply::Lost);
                    return;
                };
                self.replies.insert(key.clone(), replies);
                self.perform(&key, outputs);
            }
            Command::Raw(bytes) => self.send(bytes),
            Command::Respond { key, response } => {
                let outputs = self.layer.send_response(&key, *response);
                self.perform(&key, outputs);
            }
            Command::Listen { call, inbox } => {
                self.calls.insert(call, inbox);
            }
            Command::Forget { call } => {
                self.calls.remove(&call);
            }
            Command::Count(answer) => {
                let (client_transactions, server_transactions) = self.layer.len();
                let _ = answer.send(Counts {
                    client_transactions,
                    server_transactions,
                    timers: self.timetable.len(),
                    calls: self.calls.len(),
                });
            }
        }
    }

    fn receive(&mut self, message: Message) {
        match self.layer.receive(message, self.wire.reliability) {
            Dispatch::Matched { key, outputs } | Dispatch::Created { key, outputs } => {
                self.perform(&key, outputs);
            }
            Dispatch::Unmatched(message) => {
                if let Message::Request(request) = *message
                    && request.method == Method::Ack
                {
                    self.hand_over(None, Box::new(request));
                }
            }
        }
    }

    /// All who wait for an answer get none.
    fn fail(&mut self) {
        let waiting: Vec<TransactionKey> = self.replies.keys().cloned().collect();
        for key in waiting {
            let outputs = self.layer.on_transport_error(&key);
            self.perform(&key, outputs);
        }
    }

    fn perform(&mut self, key: &TransactionKey, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(message) => self.send(message.to_bytes()),
                Output::SetTimer { timer, after } => {
                    // monotonic: the timers of transactions
                    self.timetable.set(key, timer, Instant::now() + after);
                }
                Output::ClearTimer(timer) => self.timetable.clear(key, timer),
                Output::ToTu(event) => self.tell(key, *event),
                Output::Terminated(_) => {
                    self.replies.remove(key);
                    self.timetable.forget(key);
                }
                _ => {}
            }
        }
    }

    fn tell(&mut self, key: &TransactionKey, event: TuEvent) {
        let reply = match event {
            TuEvent::Response(response) => Reply::Response(response),
            TuEvent::Timeout => Reply::Timeout,
            TuEvent::TransportError => Reply::Lost,
            TuEvent::Request(request) => return self.hand_over(Some(key.clone()), request),
            TuEvent::Ack(request) => return self.hand_over(None, request),
            _ => return,
        };
        if let Some(replies) = self.replies.get(key) {
            let _ = replies.send(reply);
        }
    }

    /// To the call it belongs to. Nobody calls us: what belongs to no call is refused.
    fn hand_over(&mut self, key: Option<TransactionKey>, request: Box<Request>) {
        let call = request.headers.value(&HeaderName::CallId).map(|id| id.to_vec());
        let inbox = call.and_then(|call| self.calls.get(&call));
        let (key, request) = match inbox {
            Some(inbox) => match inbox.send(InDialog { key, request }) {
                Ok(()) => return,
                Err(mpsc::error::SendError(back)) => (back.key, back.request),
            },
            None => (key, request),
        };
        let Some(key) = key else { return };
        let (status, reason) = match request.method {
            Method::Options => (200, "OK"),
            Method::Invite if !has_tag(&request) => (403, "Forbidden"),
            Method::Invite
            | Method::Bye
            | Method::Cancel
            | Method::Info
            | Method::Update
            | Method::Notify => (481, "Call Does Not Exist"),
            _ => (405, "Method Not Allowed"),
        };
        if let Some(response) = response(&request, status, reason) {
            let outputs = self.layer.send_response(&key, response.build());
            self.perform(&key, outputs);
        } else {
            // It lacks what an answer repeats.
            self.layer.abandon(&key);
            self.timetable.forget(&key);
        }
    }

    fn send(&self, bytes: Bytes) {
        // A connection that is gone closes the other channel too, which is where it is noticed.
        let _ = self.wire.outgoing.send(bytes);
    }
}

/// Begins a response; nothing if the request has not even what a response repeats.
pub(super) fn response(request: &Request, status: u16, reason: &'static str) -> Option<ResponseBuilder> {
    let builder = ResponseBuilder::to_request(request, StatusCode::new(status)?, reason).ok()?;
    match request.method {
        Method::Options | Method::Invite => builder.header(HeaderName::Allow, super::compose::ALLOW).ok(),
        _ => Some(builder),
    }
}

fn has_tag(request: &Request) -> bool {
    let to = request.headers.typed::<sipx_sip::headers::To>();
    to.is_some_and(|to| to.is_ok_and(|to| to.tag().is_some()))
}

async fn until(next: Option<Instant>) {
    match next {
        Some(next) => tokio::time::sleep_until(next).await,
        None => std::future::pending().await,
    }
}
