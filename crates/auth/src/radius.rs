//! RADIUS (RFC 2865), which the servers of hardware tokens speak: passes on what the person types and what they ask.

mod attribute;
mod conversation;
mod digest;
mod enrolment;
mod exchange;
#[cfg(test)]
mod forge;
mod mschap;
mod outcomes;
mod packet;
mod password;
mod prompt;
mod radsec;
mod reply;
mod request;
mod servers;
mod settings;
mod tls;
mod udp;

use async_trait::async_trait;
use portcullis_model::{
    Answer, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Peer, Proof, SecondFactor,
    SettingsProblem, Shown, Username, Verdict,
};

use conversation::Conversation;
pub use enrolment::{InvalidRadiusUsername, RadiusEnrolment};
use outcomes::Outcomes;
pub use packet::RadiusPacketError;
use password::is_sendable;
use reply::Reply;
pub use reply::read_unverified_radius_reply;
use request::Question;
use servers::Log;
pub use settings::{
    RadSec, RadSecIdentity, RadiusProblem, RadiusProtocol, RadiusServer, RadiusSettings, RadiusSettingsError,
    RadiusTransport,
};

/// What the person reads, whatever the reason.
const UNREACHABLE: &str = "The RADIUS server did not answer.";

/// Passcodes and passwords that a RADIUS server judges, and the questions that it asks.
#[derive(Default)]
pub struct Radius {
    outcomes: Outcomes,
}

#[async_trait]
impl SecondFactor for Radius {
    fn kind(&self) -> FactorKind {
        FactorKind::Radius
    }

    fn check(&self, settings: &[u8]) -> Result<(), SettingsProblem> {
        let Err(error) = RadiusSettings::parse(settings) else {
            return Ok(());
        };
        let first = error.problems.into_iter().next();
        Err(
            first.map_or_else(SettingsProblem::default, |problem| SettingsProblem {
                field: field_of(&problem.field),
                problem: problem.problem.to_owned(),
            }),
        )
    }

    /// The person has the same name on the RADIUS servers, until an administrator writes another
    /// [`RadiusEnrolment`].
    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        read_settings(newcomer.settings)?;
        let enrolment = RadiusEnrolment::new(newcomer.username.to_string())
            .map_err(|error| FactorError::Settings(error.to_string()))?;
        Ok(Enrolment {
            private: enrolment.to_bytes()?,
            shown: Shown::Nothing,
        })
    }

    fn show(&self, _person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        RadiusEnrolment::parse(enrolment).map(|_| Shown::Nothing)
    }

    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let enrolment = RadiusEnrolment::parse(proof.enrolment)?;
        let settings = read_settings(proof.settings)?;
        if !is_sendable(&answer.code) {
            return Ok(Verdict::Reject);
        }
        let conversation = match proof.challenge.private.as_slice() {
            [] => None,
            private => match Conversation::parse(private) {
                Some(conversation) if conversation.username == enrolment.username() => Some(conversation),
                _ => return Ok(Verdict::Reject),
            },
        };
        let question = Question {
            username: enrolment.username(),
            answer: &answer.code,
            nas_identifier: &settings.nas_identifier,
            // The answer to a question travels in User-Password, whatever the first one travelled in.
            protocol: conversation
                .as_ref()
                .map_or(settings.protocol, |_| RadiusProtocol::Pap),
            state: conversation
                .as_ref()
                .and_then(|conversation| conversation.state.as_ref())
                .map(|state| &state.0[..]),
        };
        // State means nothing to any server but the one that sent it.
        let servers: Vec<&RadiusServer> = settings
            .servers
            .iter()
            .filter(|server| {
                conversation
                    .as_ref()
                    .is_none_or(|conversation| conversation.server == server.name())
            })
            .collect();
        let log = Log {
            outcomes: &self.outcomes,
            at: answer.at,
        };
        let (reply, server) = servers::ask(&servers, &settings, &question, proof.chance, &log)
            .await
            .map_err(|why| FactorError::Unreachable {
                text: UNREACHABLE,
                why,
            })?;
        match reply {
            Reply::Accept => Ok(Verdict::Accept { enrolment: None }),
            Reply::Reject => Ok(Verdict::Reject),
            Reply::Challenge(question) => {
                Conversation::ask(server.name(), enrolment.username(), question).map(Verdict::Ask)
            }
        }
    }

    fn peers(&self, settings: &[u8]) -> Vec<Peer> {
        let servers = read_settings(settings).map(|settings| settings.servers);
        servers
            .unwrap_or_default()
            .iter()
            .map(|server| self.outcomes.of(&server.name()))
            .collect()
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        RadiusEnrolment::parse(enrolment).map(|_| FactorSummary::default())
    }
}

fn read_settings(bytes: &[u8]) -> Result<RadiusSettings, FactorError> {
    if bytes.is_empty() {
        return Err(FactorError::Settings("no RADIUS server is entered".to_owned()));
    }
    RadiusSettings::parse(bytes).map_err(|error| FactorError::Settings(error.to_string()))
}

/// The field of the form that `servers.0.host` and the like stand for.
fn field_of(path: &str) -> &'static str {
    const FIELDS: [&str; 10] = [
        "host",
        "port",
        "secret",
        "ca",
        "server_name",
        "time_out_ms",
        "tries",
        "nas_identifier",
        "protocol",
        "servers",
    ];
    let last = path.rsplit('.').next().unwrap_or_default();
    FIELDS
        .into_iter()
        .find(|field| *field == last)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
