//! What an administrator sets, and what can be wrong with it.

mod check;

use std::fmt;
use std::time::Duration;

use portcullis_model::Secret;
use serde::{Deserialize, Serialize, Serializer};

/// What an administrator sets for RADIUS. Kept by the engine as JSON, sealed, for it holds shared secrets.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RadiusSettings {
    /// Asked in this order until one answers.
    pub servers: Vec<RadiusServer>,
    /// How the first answer travels. The answer to a server's question always travels as PAP (RFC 2865 §4.4).
    #[serde(default)]
    pub protocol: RadiusProtocol,
    /// How long to wait after each try.
    #[serde(rename = "time_out_ms", with = "milliseconds", default = "default_time_out")]
    pub time_out: Duration,
    /// How often one request is sent to one server. Over TLS it is sent once, and all the time of the tries is
    /// for it.
    #[serde(default = "default_tries")]
    pub tries: u8,
    /// Who asks: NAS-Identifier.
    #[serde(default = "default_nas_identifier")]
    pub nas_identifier: String,
    /// Whether a reply without Message-Authenticator is ignored. Without this, whoever can change the packets
    /// of UDP on their way can turn a no into a yes (CVE-2024-3596).
    #[serde(default = "default_require_message_authenticator")]
    pub require_message_authenticator: bool,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RadiusServer {
    /// A name or an address; an IPv6 address without brackets.
    pub host: String,
    pub port: u16,
    pub transport: RadiusTransport,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum RadiusTransport {
    /// RFC 2865.
    Udp {
        /// The shared secret.
        #[serde(serialize_with = "expose")]
        secret: Secret,
    },
    /// RADIUS over TLS, RFC 6614. The shared secret is always `radsec`.
    RadSec(RadSec),
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RadSec {
    /// The only authorities that may have signed the server's certificate, as PEM.
    pub ca: String,
    /// The name or the address that the server's certificate must hold.
    pub server_name: String,
    /// What this side shows, if the server asks for it.
    pub identity: Option<RadSecIdentity>,
}

/// A client certificate.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RadSecIdentity {
    /// The chain as PEM, the own certificate first.
    pub certificate: String,
    /// The private key as PEM.
    #[serde(serialize_with = "expose")]
    pub key: Secret,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RadiusProtocol {
    #[default]
    Pap,
    Chap,
    MsChapV2,
}

/// Everything that is wrong with settings. No secret is in it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct RadiusSettingsError {
    pub problems: Vec<RadiusProblem>,
}

/// What to tell beside one field of a form.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RadiusProblem {
    /// The name of the field. Those of a server begin with its place in the list, as in `servers.0.host`; the
    /// name is empty if the whole cannot be read.
    pub field: String,
    /// A sentence that says what to do.
    pub problem: &'static str,
}

impl RadiusSettings {
    /// Settings with the usual values for everything but the servers.
    pub fn new(servers: Vec<RadiusServer>) -> Self {
        Self {
            servers,
            protocol: RadiusProtocol::default(),
            time_out: default_time_out(),
            tries: default_tries(),
            nas_identifier: default_nas_identifier(),
            require_message_authenticator: default_require_message_authenticator(),
        }
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, RadiusSettingsError> {
        // The text of serde's error could repeat a secret.
        let settings: Self = serde_json::from_slice(bytes).map_err(|_| RadiusSettingsError::unreadable())?;
        settings.check()?;
        Ok(settings)
    }

    /// What [`parse`](Self::parse) reads. Refuses what that would refuse.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RadiusSettingsError> {
        self.check()?;
        serde_json::to_vec(self).map_err(|_| RadiusSettingsError::unreadable())
    }
}

impl RadiusServer {
    /// Tells this server from the others in the list and in the log.
    pub(super) fn name(&self) -> String {
        let scheme = match self.transport {
            RadiusTransport::Udp { .. } => "udp",
            RadiusTransport::RadSec(_) => "radsec",
        };
        let host = self.host.to_ascii_lowercase();
        if host.contains(':') {
            format!("{scheme}://[{host}]:{}", self.port)
        } else {
            format!("{scheme}://{host}:{}", self.port)
        }
    }
}

impl RadiusSettingsError {
    fn unreadable() -> Self {
        let problem = RadiusProblem {
            field: String::new(),
            problem: "The settings cannot be read: a field is missing, unknown or of the wrong kind.",
        };
        Self {
            problems: vec![problem],
        }
    }
}

impl fmt::Display for RadiusSettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, RadiusProblem { field, problem }) in self.problems.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            let colon = if field.is_empty() { "" } else { ": " };
            write!(f, "{gap}{field}{colon}{problem}")?;
        }
        Ok(())
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

fn default_time_out() -> Duration {
    Duration::from_secs(3)
}

fn default_tries() -> u8 {
    2
}

fn default_nas_identifier() -> String {
    "portcullis".to_owned()
}

fn default_require_message_authenticator() -> bool {
    true
}

fn expose<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

#[cfg(test)]
mod tests;
