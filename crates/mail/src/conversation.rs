use std::future::Future;
use std::io::ErrorKind;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Starttls};
use lettre::transport::smtp::extension::{Extension, MailParameter, ServerInfo};
use lettre::transport::smtp::response::Response;
use portcullis_model::LeftOut;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::failure::{Cause, Failure, Step};
use crate::message::Message;
use crate::settings::Security;
use crate::setup::Setup;
use crate::tls;
use crate::transcript::Transcript;
use crate::wire::Wire;

/// However patient the settings are: by then another process may take the letter up.
const LONGEST: Duration = Duration::from_secs(85);
/// How many steps may each take as long as the settings allow.
const SLOW_STEPS: u32 = 4;
const GOODBYE: Duration = Duration::from_secs(2);
/// No mechanism has more questions.
const MOST_QUESTIONS: usize = 3;

/// A greeted connection.
struct Conversation<'a> {
    connection: AsyncSmtpConnection,
    server: ServerInfo,
    patience: Duration,
    transcript: &'a Transcript,
}

/// What the server took.
pub(crate) struct Taken {
    pub(crate) reply: String,
    pub(crate) left_out: Vec<LeftOut>,
}

/// Hands over one letter on a connection of its own.
pub(crate) async fn hand_over(
    message: &Message,
    setup: &Setup,
    transcript: &Transcript,
) -> Result<Taken, Failure> {
    let mut conversation = None;
    let talk = async {
        let wire = connect(setup, transcript).await?;
        let conversation = conversation.insert(Conversation::begin(setup, &wire, transcript).await?);
        conversation.secure(setup, &wire).await?;
        conversation.deliver(message).await
    };
    let result = match timeout(LONGEST.min(setup.patience * SLOW_STEPS), talk).await {
        Ok(result) => result,
        Err(_) => Err(Failure::new(Step::Conversation, Cause::TimedOut)),
    };
    if let Some(mut conversation) = conversation
        && result.as_ref().map_or_else(Failure::is_polite, |_| true)
    {
        // By now nothing depends on the answer.
        let _ = timeout(GOODBYE, conversation.command(Step::Conversation, Quit)).await;
    }
    result
}

impl<'a> Conversation<'a> {
    async fn begin(setup: &Setup, wire: &Wire, transcript: &'a Transcript) -> Result<Self, Failure> {
        if setup.security == Security::Tls {
            encrypt(wire, setup).await?;
        }
        let client_id = setup.client_id();
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), &client_id);
        let connection = timed(setup.patience, Step::Greet, transcript, greeted).await?;
        Ok(Self {
            server: connection.server_info().clone(),
            connection,
            patience: setup.patience,
            transcript,
        })
    }

    /// Encrypts and signs in as the settings want it.
    async fn secure(&mut self, setup: &Setup, wire: &Wire) -> Result<(), Failure> {
        if setup.security == Security::StartTls {
            self.start_tls(setup, wire).await?;
        }
        match &setup.login {
            Some(login) => self.sign_in(&login.credentials()).await,
            None => Ok(()),
        }
    }

    async fn start_tls(&mut self, setup: &Setup, wire: &Wire) -> Result<(), Failure> {
        if !self.server.supports_feature(Extension::StartTls) {
            return Err(Failure::new(Step::StartTls, Cause::NotOffered));
        }
        self.command(Step::StartTls, Starttls).await?;
        if !self.transcript.is_settled() {
            return Err(Failure::new(Step::StartTls, Cause::Smuggled));
        }
        encrypt(wire, setup).await?;
        // What the server has said of itself in clear counts for nothing.
        let hello = self.command(Step::Greet, Ehlo::new(setup.client_id())).await?;
        self.server = ServerInfo::from_response(&hello)
            .map_err(|error| Failure::of_smtp(Step::Greet, &error, self.transcript))?;
        Ok(())
    }

    async fn sign_in(&mut self, credentials: &Credentials) -> Result<(), Failure> {
        let Some(mechanism) = self.server.get_auth_mechanism(DEFAULT_MECHANISMS) else {
            return Err(Failure::new(Step::SignIn, Cause::NotOffered));
        };
        let transcript = self.transcript;
        let failed = |error: SmtpError| Failure::of_smtp(Step::SignIn, &error, transcript);
        let begin = Auth::new(mechanism, credentials.clone(), None).map_err(failed)?;
        let mut reply = self.command(Step::SignIn, begin).await?;
        for _ in 0..MOST_QUESTIONS {
            if !reply.has_code(334) {
                break;
            }
            let answer = Auth::new_from_response(mechanism, credentials.clone(), &reply).map_err(failed)?;
            reply = self.command(Step::SignIn, answer).await?;
        }
        if reply.has_code(334) {
            return Err(Failure::new(Step::SignIn, Cause::Garbled));
        }
        Ok(())
    }

    /// Recipients that the server does not want are left out, unless nobody remains.
    async fn deliver(&mut self, message: &Message) -> Result<Taken, Failure> {
        let mut parameters = Vec::new();
        if message.is_international() {
            if !self.server.supports_feature(Extension::SmtpUtfEight) {
                return Err(Failure::new(Step::Recipient, Cause::NotOffered));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.command(Step::Sender, Mail::new(Some(message.from.clone()), parameters))
            .await?;
        let left_out = self.name_recipients(&message.to).await?;
        let ready = self.command(Step::Content, Data).await?;
        if !ready.has_code(354) {
            return Err(Failure::new(Step::Content, Cause::Garbled));
        }
        let transcript = self.transcript;
        let handed = self.connection.message(&message.bytes);
        let reply = timed(self.patience, Step::Content, transcript, handed).await?;
        let words: Vec<_> = reply.message().collect();
        Ok(Taken {
            reply: transcript.clean(&format!("{} {}", reply.code(), words.join(" "))),
            left_out,
        })
    }

    async fn name_recipients(&mut self, recipients: &[Address]) -> Result<Vec<LeftOut>, Failure> {
        let mut refusals = Vec::new();
        for recipient in recipients {
            let named = self.command(Step::Recipient, Rcpt::new(recipient.clone(), Vec::new()));
            match named.await {
                Ok(_) => {}
                // 421 says goodbye to all of us.
                Err(failure) if matches!(failure.cause, Cause::Reply { code, .. } if code != 421) => {
                    refusals.push((recipient, failure));
                }
                Err(failure) => return Err(failure),
            }
        }
        if refusals.len() == recipients.len() {
            return Err(mildest(refusals.into_iter().map(|(_, failure)| failure)));
        }
        let left_out = refusals.into_iter().map(|(recipient, failure)| LeftOut {
            to: recipient.to_string(),
            error: failure.to_error(),
        });
        Ok(left_out.collect())
    }

    async fn command(&mut self, step: Step, command: impl std::fmt::Display) -> Result<Response, Failure> {
        let transcript = self.transcript;
        timed(self.patience, step, transcript, self.connection.command(command)).await
    }
}

async fn connect(setup: &Setup, transcript: &Transcript) -> Result<Wire, Failure> {
    let found = timeout(setup.patience, lookup_host((setup.host.as_str(), setup.port))).await;
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(Failure::of_io(Step::Lookup, &error)),
        Err(_) => return Err(Failure::new(Step::Lookup, Cause::TimedOut)),
    };
    let mut last = Failure::new(
        Step::Lookup,
        Cause::Io(ErrorKind::NotFound, "the name has no address".to_owned()),
    );
    for address in addresses {
        transcript.note(&format!("connecting to {} at {address}", setup.host));
        let connected = timeout(setup.patience, TcpStream::connect(address)).await;
        last = match connected.map(|stream| Wire::new(stream?, transcript.clone())) {
            Ok(Ok(wire)) => return Ok(wire),
            Ok(Err(error)) => Failure::of_io(Step::Connect, &error),
            Err(_) => Failure::new(Step::Connect, Cause::TimedOut),
        };
    }
    Err(last)
}

async fn encrypt(wire: &Wire, setup: &Setup) -> Result<(), Failure> {
    let connector = tls::connector(setup)
        .map_err(|error| Failure::new(Step::Encrypt, Cause::Handshake(error.to_string())))?;
    match timeout(setup.patience, wire.encrypt(connector, setup.server_name.clone())).await {
        Ok(done) => done.map_err(|error| Failure::of_io(Step::Encrypt, &error)),
        Err(_) => Err(Failure::new(Step::Encrypt, Cause::TimedOut)),
    }
}

async fn timed<T>(
    patience: Duration,
    step: Step,
    transcript: &Transcript,
    work: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Failure> {
    match timeout(patience, work).await {
        Ok(done) => done.map_err(|error| Failure::of_smtp(step, &error, transcript)),
        Err(_) => Err(Failure::new(step, Cause::TimedOut)),
    }
}

/// Of several refusals, one that may be withdrawn later counts more than one for good.
fn mildest(failures: impl Iterator<Item = Failure>) -> Failure {
    let code = |failure: &Failure| match failure.cause {
        Cause::Reply { code, .. } => code,
        _ => 0,
    };
    let mildest = failures.min_by_key(code);
    mildest.unwrap_or_else(|| Failure::new(Step::Write, Cause::Unfit("the letter has no recipient")))
}
