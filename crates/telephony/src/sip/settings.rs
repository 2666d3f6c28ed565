use std::net::IpAddr;
use std::time::Duration;

use portcullis_model::Secret;

/// One provider, or one's own exchange, that connects calls.
#[derive(Clone, Debug)]
pub struct TrunkSettings {
    /// What administrators call it.
    pub name: String,
    pub transport: Transport,
    /// A name or an address.
    pub host: String,
    /// 5060, or 5061 with TLS, where there is none.
    pub port: Option<u16>,
    /// What stands behind the `@`; the host where there is none.
    pub domain: Option<String>,
    /// Who calls: the user part of our address.
    pub user: String,
    /// The name for the digest where it is another one.
    pub login: Option<String>,
    pub password: Option<Secret>,
    pub upkeep: Upkeep,
    /// The number that people see, as the provider allows it.
    pub caller_id: Option<String>,
    /// What stands before the digits of a number: `+` for most, `00` or nothing for some.
    pub prefix: String,
    /// The authorities that may vouch for the server, in PEM; those of the machine where there are none.
    pub authorities: Option<String>,
    pub encryption: Encryption,
    /// Whether MD5 is good enough for our password.
    pub allows_md5: bool,
    /// Whether keys may come as tones in the voice, if the other side knows no better way.
    pub allows_tones: bool,
    /// How long a trunk may be silent before the next one is tried.
    pub first_response: Duration,
    /// T1 of RFC 3261: the guess at a round trip, from which all retransmissions follow.
    pub round_trip: Duration,
    /// Where our end is bound; any address where there is none.
    pub local: Option<IpAddr>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

/// What happens between calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Upkeep {
    /// Nothing. Whether the trunk is well shows with the next call.
    None,
    /// It is asked now and then whether it is well (OPTIONS).
    Ask,
    /// We stay registered, as some providers want it before they take calls.
    Register,
}

/// Whether the voice is encrypted. There is no "if they like": that is how one gets downgraded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encryption {
    None,
    /// SRTP with keys in the signalling, or no call.
    Srtp,
}

/// What is wrong with settings. The texts are for administrators.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TrunkProblem {
    #[error("the {0} must be filled in and have no spaces, quotes, brackets or control characters")]
    Field(&'static str),
    #[error("the authorities {0}")]
    Authorities(&'static str),
    #[error("encrypted voice needs TLS: the keys travel in the signalling")]
    KeysInClear,
}

impl TrunkSettings {
    /// Settings for `host` with everything else as most providers want it.
    pub fn new(name: &str, transport: Transport, host: &str, user: &str) -> Self {
        Self {
            name: name.to_owned(),
            transport,
            host: host.to_owned(),
            port: None,
            domain: None,
            user: user.to_owned(),
            login: None,
            password: None,
            upkeep: Upkeep::Ask,
            caller_id: None,
            prefix: "+".to_owned(),
            authorities: None,
            encryption: match transport {
                Transport::Tls => Encryption::Srtp,
                Transport::Udp | Transport::Tcp => Encryption::None,
            },
            allows_md5: true,
            allows_tones: false,
            first_response: Duration::from_secs(4),
            round_trip: Duration::from_millis(500),
            local: None,
        }
    }

    /// Tells what is wrong, before anything is connected.
    pub fn check(&self) -> Result<(), TrunkProblem> {
        let fields = [
            ("host", Some(&self.host)),
            ("domain", self.domain.as_ref()),
            ("user", Some(&self.user)),
            ("caller id", self.caller_id.as_ref()),
        ];
        for (name, value) in fields {
            if value.is_some_and(|value| !is_plain(value)) {
                return Err(TrunkProblem::Field(name));
            }
        }
        if !self
            .prefix
            .chars()
            .all(|letter| letter == '+' || letter.is_ascii_digit())
        {
            return Err(TrunkProblem::Field("prefix"));
        }
        if self.encryption == Encryption::Srtp && self.transport != Transport::Tls {
            return Err(TrunkProblem::KeysInClear);
        }
        if let Some(pem) = &self.authorities {
            crate::trust::roots_of(pem).map_err(TrunkProblem::Authorities)?;
        }
        Ok(())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(match self.transport {
            Transport::Udp | Transport::Tcp => 5060,
            Transport::Tls => 5061,
        })
    }

    /// The domain of our address and of those we call.
    pub(crate) fn domain(&self) -> &str {
        self.domain.as_deref().unwrap_or(&self.host)
    }

    /// The address of a number: `sip:+19259249500@example.org`.
    pub(crate) fn address_of(&self, e164: &str) -> String {
        let digits = e164.trim_start_matches('+');
        format!("sip:{}{digits}@{}", self.prefix, self.domain())
    }
}

/// Whether a value can stand in an address as it is.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 255
        && value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+-_.~*!:[]".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_could_write_headers_of_their_own_are_refused() {
        let good = TrunkSettings::new("main", Transport::Udp, "sip.example.org", "portcullis");
        assert_eq!(good.check(), Ok(()));

        for bad in ["", "a b", "a\r\nX: y", "a>b", "a;b", "a\"b", "a@b"] {
            let with = |change: &dyn Fn(&mut TrunkSettings)| {
                let mut settings = good.clone();
                change(&mut settings);
                settings.check().unwrap_err()
            };
            assert_eq!(with(&|it| it.host = bad.to_owned()), TrunkProblem::Field("host"));
            assert_eq!(with(&|it| it.user = bad.to_owned()), TrunkProblem::Field("user"));
            assert_eq!(
                with(&|it| it.domain = Some(bad.to_owned())),
                TrunkProblem::Field("domain")
            );
            assert_eq!(
                with(&|it| it.caller_id = Some(bad.to_owned())),
                TrunkProblem::Field("caller id")
            );
            assert!(
                bad.is_empty() || with(&|it| it.prefix = bad.to_owned()) == TrunkProblem::Field("prefix")
            );
        }
    }

    #[test]
    fn keys_of_the_voice_never_travel_in_clear() {
        let mut settings = TrunkSettings::new("main", Transport::Tcp, "sip.example.org", "portcullis");
        settings.encryption = Encryption::Srtp;
        assert_eq!(settings.check(), Err(TrunkProblem::KeysInClear));

        assert_eq!(
            TrunkSettings::new("main", Transport::Tls, "h", "u").encryption,
            Encryption::Srtp
        );
    }

    #[test]
    fn a_number_is_written_as_the_provider_wants_it() {
        let mut settings = TrunkSettings::new("main", Transport::Udp, "sip.example.org", "portcullis");
        assert_eq!(
            settings.address_of("+19259249500"),
            "sip:+19259249500@sip.example.org"
        );

        settings.prefix = "00".to_owned();
        settings.domain = Some("example.net".to_owned());
        assert_eq!(
            settings.address_of("+19259249500"),
            "sip:0019259249500@example.net"
        );
    }
}
