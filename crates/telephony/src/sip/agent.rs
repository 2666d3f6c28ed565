use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use portcullis_model::Chance;
use sipx_sip::{HeaderName, Message, Method, Request, Response, TransactionKey, Uri};
use tokio::sync::{mpsc, oneshot};

use super::compose::{Draft, Sender, Thread};
use super::digest::Authorizations;
use super::driver::{Command, Counts, Driver, InDialog, Reply};
use super::settings::TrunkSettings;
use super::wire::Wire;

/// One connection to a trunk, shared by its calls. It ends when the last of them lets go.
pub(crate) struct Agent {
    pub(super) settings: Arc<TrunkSettings>,
    pub(super) local: SocketAddr,
    chance: Arc<dyn Chance>,
    commands: mpsc::UnboundedSender<Command>,
}

/// A request got no answer one could use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unanswered {
    Silent,
    Lost,
    /// Our password is not accepted.
    Credentials,
}

/// Requests of a call come in here for as long as this lives.
pub(super) struct Inbox {
    call: Vec<u8>,
    commands: mpsc::UnboundedSender<Command>,
    pub(super) requests: mpsc::UnboundedReceiver<InDialog>,
}

impl Agent {
    pub(super) async fn connect(settings: Arc<TrunkSettings>, chance: Arc<dyn Chance>) -> io::Result<Self> {
        let wire = Wire::connect(&settings).await?;
        Ok(Self::on(wire, settings, chance))
    }

    pub(super) fn on(wire: Wire, settings: Arc<TrunkSettings>, chance: Arc<dyn Chance>) -> Self {
        let local = wire.local;
        let (commands, orders) = mpsc::unbounded_channel();
        tokio::spawn(Driver::new(wire, settings.round_trip).run(orders));
        Self {
            settings,
            local,
            chance,
            commands,
        }
    }

    pub(crate) fn local_ip(&self) -> std::net::IpAddr {
        self.local.ip()
    }

    pub(super) fn is_lost(&self) -> bool {
        self.commands.is_closed()
    }

    pub(super) fn sender(&self) -> Sender<'_> {
        Sender {
            settings: &self.settings,
            local: self.local,
        }
    }

    /// A word that nobody guesses: a tag, a part of an id.
    pub(super) fn token(&self) -> String {
        HEXLOWER.encode(&self.chance.bytes::<10>())
    }

    pub(super) fn branch(&self) -> String {
        format!("z9hG4bK{}", self.token())
    }

    /// Begins something that has a call id of its own.
    pub(super) fn thread(&self, to: &str) -> Thread {
        Thread {
            call: self.token() + &self.token(),
            local_tag: self.token(),
            to: format!("<{to}>"),
            routes: Vec::new(),
        }
    }

    pub(super) fn send(&self, request: Request) -> mpsc::UnboundedReceiver<Reply> {
        let (replies, receiver) = mpsc::unbounded_channel();
        let request = Box::new(request);
        // Where nobody takes it, the receiver is closed at once, which reads as lost.
        let _ = self.commands.send(Command::Request { request, replies });
        receiver
    }

    /// Sends a message that belongs to no transaction.
    pub(super) fn send_raw(&self, message: &Message) -> Bytes {
        let bytes = message.to_bytes();
        self.repeat(bytes.clone());
        bytes
    }

    pub(super) fn repeat(&self, bytes: Bytes) {
        let _ = self.commands.send(Command::Raw(bytes));
    }

    pub(super) fn respond(&self, key: TransactionKey, response: Response) {
        let response = Box::new(response);
        let _ = self.commands.send(Command::Respond { key, response });
    }

    pub(super) fn listen(&self, thread: &Thread) -> Inbox {
        let (inbox, requests) = mpsc::unbounded_channel();
        let call = thread.call.clone().into_bytes();
        let _ = self.commands.send(Command::Listen {
            call: call.clone(),
            inbox,
        });
        Inbox {
            call,
            commands: self.commands.clone(),
            requests,
        }
    }

    pub(super) async fn count(&self) -> Counts {
        let (answer, counts) = oneshot::channel();
        let _ = self.commands.send(Command::Count(answer));
        counts.await.unwrap_or_default()
    }

    /// Sends a request other than INVITE until there is a final response, meeting challenges on the way.
    pub(super) async fn ask(
        &self,
        thread: &Thread,
        (method, uri): (Method, &Uri),
        sequence: &mut u32,
        more: &[(HeaderName, String)],
    ) -> Result<Response, Unanswered> {
        let mut authorizations = Authorizations::default();
        loop {
            *sequence += 1;
            let mut headers = more.to_vec();
            headers.extend_from_slice(authorizations.headers());
            let draft = Draft {
                method: method.clone(),
                uri,
                sequence: *sequence,
                branch: &self.branch(),
                more: &headers,
                body: None,
            };
            let request = self.sender().write(thread, &draft).ok_or(Unanswered::Lost)?;
            let response = final_response(self.send(request)).await?;
            if !matches!(response.status.code(), 401 | 407) {
                return Ok(response);
            }
            let method = String::from_utf8_lossy(method.as_bytes());
            let asked = (method.as_ref(), uri.to_string());
            authorizations
                .answer(&response, &self.settings, (asked.0, &asked.1), &self.token())
                .map_err(|_| Unanswered::Credentials)?;
        }
    }
}

async fn final_response(mut replies: mpsc::UnboundedReceiver<Reply>) -> Result<Response, Unanswered> {
    loop {
        match replies.recv().await {
            Some(Reply::Response(response)) if response.status.is_provisional() => {}
            Some(Reply::Response(response)) => return Ok(*response),
            Some(Reply::Timeout) => return Err(Unanswered::Silent),
            Some(Reply::Lost) | None => return Err(Unanswered::Lost),
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let call = std::mem::take(&mut self.call);
        let _ = self.commands.send(Command::Forget { call });
    }
}
