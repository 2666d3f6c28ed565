use std::net::SocketAddr;
use std::time::Duration;

use portcullis_model::{Chance, Timestamp};
use tokio::net::lookup_host;
use tokio::time::timeout;
use tracing::warn;

use super::exchange::{Failure, Judge};
use super::outcomes::Outcomes;
use super::radsec;
use super::reply::{MessageAuthenticator, Reply};
use super::request::{Question, Request};
use super::settings::{RadiusServer, RadiusSettings, RadiusTransport};
use super::udp::{self, Refusal};

/// How many addresses of one name are tried.
const MOST_ADDRESSES: usize = 4;

/// The longest that somebody waits before they learn that no server answers. A page has 30 seconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(25);

/// Where it is noted what became of a question.
pub(super) struct Log<'a> {
    pub(super) outcomes: &'a Outcomes,
    pub(super) at: Timestamp,
}

/// Asks `servers` in their order; gives the first reply and whose it is. If none answers, says how each failed.
pub(super) async fn ask<'a>(
    servers: &[&'a RadiusServer],
    settings: &RadiusSettings,
    question: &Question<'_>,
    chance: &dyn Chance,
    log: &Log<'_>,
) -> Result<(Reply, &'a RadiusServer), String> {
    // Names that have several addresses, or none for a long time, are not reckoned with in the settings.
    let found = timeout(PATIENCE, ask_in_order(servers, settings, question, chance, log)).await;
    found.unwrap_or_else(|_| {
        let why = format!("no RADIUS server gave a reply within {PATIENCE:?}");
        warn!("{why}");
        Err(why)
    })
}

async fn ask_in_order<'a>(
    servers: &[&'a RadiusServer],
    settings: &RadiusSettings,
    question: &Question<'_>,
    chance: &dyn Chance,
    log: &Log<'_>,
) -> Result<(Reply, &'a RadiusServer), String> {
    let mut failures = Vec::new();
    for (index, server) in servers.iter().enumerate() {
        let refusal = if index + 1 == servers.len() {
            Refusal::WaitAnyway
        } else {
            Refusal::MoveOn
        };
        match ask_server(server, settings, question, refusal, chance).await {
            Ok(reply) => {
                log.outcomes.answered(&server.name(), log.at);
                return Ok((reply, server));
            }
            Err(failure) => {
                let name = server.name();
                warn!(
                    radius.server = %name,
                    radius.failure = %failure,
                    "the RADIUS server {name} gave no reply: {failure}"
                );
                failures.push(format!("{name}: {failure}"));
                log.outcomes.failed(&name, log.at, failure.to_string());
            }
        }
    }
    Err(failures.join("; "))
}

async fn ask_server(
    server: &RadiusServer,
    settings: &RadiusSettings,
    question: &Question<'_>,
    refusal: Refusal,
    chance: &dyn Chance,
) -> Result<Reply, Failure> {
    let addresses = resolve(server, settings).await?;
    let mut failure = Failure::NoAddress;
    for (index, address) in addresses.iter().enumerate() {
        let refusal = if index + 1 == addresses.len() {
            refusal
        } else {
            Refusal::MoveOn
        };
        match ask_address(*address, server, settings, question, refusal, chance).await {
            Ok(reply) => return Ok(reply),
            Err(last) => failure = last,
        }
    }
    Err(failure)
}

async fn ask_address(
    address: SocketAddr,
    server: &RadiusServer,
    settings: &RadiusSettings,
    question: &Question<'_>,
    refusal: Refusal,
    chance: &dyn Chance,
) -> Result<Reply, Failure> {
    let secret = match &server.transport {
        RadiusTransport::Udp { secret } => secret.expose().as_bytes(),
        RadiusTransport::RadSec(_) => radsec::SECRET,
    };
    let judge = Judge {
        request: Request::draw(question, secret, chance),
        secret,
        rule: if settings.require_message_authenticator {
            MessageAuthenticator::Required
        } else {
            MessageAuthenticator::Optional
        },
    };
    match &server.transport {
        RadiusTransport::Udp { .. } => {
            udp::exchange(address, &judge, settings.tries, settings.time_out, refusal).await
        }
        RadiusTransport::RadSec(rad_sec) => {
            let time_out = settings.time_out * u32::from(settings.tries);
            radsec::exchange(address, &judge, rad_sec, time_out).await
        }
    }
}

async fn resolve(server: &RadiusServer, settings: &RadiusSettings) -> Result<Vec<SocketAddr>, Failure> {
    let lookup = lookup_host((server.host.as_str(), server.port));
    match timeout(settings.time_out, lookup).await {
        Ok(addresses) => Ok(addresses?.take(MOST_ADDRESSES).collect()),
        Err(_) => Err(Failure::NoAddress),
    }
}
