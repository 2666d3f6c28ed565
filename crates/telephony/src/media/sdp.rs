//! What the two sides say of their voice: SDP (RFC 8866), offer and answer (RFC 3264), keys (RFC 4568).

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::g711::Law;
use super::srtp::{MediaKey, SUITE};

/// Our payload type for keys.
pub(crate) const EVENTS: u8 = 101;

/// What we offer. The same for the whole call, so that a second offer or answer says the same.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) local: SocketAddr,
    pub(crate) session: u32,
    /// The key of what we send; the voice is encrypted if and only if it is there.
    pub(crate) key: Option<MediaKey>,
}

/// What the other side says, once it fits what we offered.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) peer: SocketAddr,
    pub(crate) law: Law,
    pub(crate) event_type: Option<u8>,
    pub(crate) direction: Direction,
    pub(crate) key: Option<MediaKey>,
}

/// Who speaks, from their point of view.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    Both,
    /// They only speak: the call is held.
    SendOnly,
    ReceiveOnly,
    None,
}

/// Why a description cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unusable {
    /// It is not SDP, or has no voice we know.
    Unsuitable,
    /// We offered encryption and it has none, or another kind.
    Unencrypted,
}

impl Offer {
    /// The offer, or our answer to another one, in its `version`-th version.
    pub(crate) fn to_text(&self, version: u32, direction: Direction) -> String {
        let ip = self.local.ip();
        let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
        let profile = self.profile();
        let mut text = format!(
            "v=0\r\no=- {session} {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
             m=audio {port} {profile} 0 8 {EVENTS}\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
             a=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\na=ptime:20\r\n",
            session = self.session,
            port = self.local.port(),
        );
        if let Some(key) = &self.key {
            let _ = write!(text, "a=crypto:1 {SUITE} inline:{}\r\n", key.to_text().as_str());
        }
        let _ = write!(text, "a={}\r\n", direction.word());
        text
    }

    fn profile(&self) -> &'static str {
        if self.key.is_some() { "RTP/SAVP" } else { "RTP/AVP" }
    }

    /// Reads what the other side answered or offered.
    pub(crate) fn match_with(&self, body: &[u8]) -> Result<Description, Unusable> {
        let session = sdp_types::Session::parse(body).map_err(|_| Unusable::Unsuitable)?;
        let media = session
            .medias
            .iter()
            .find(|media| media.media == "audio" && media.port != 0)
            .ok_or(Unusable::Unsuitable)?;
        if media.proto != self.profile() {
            let wants = self.key.is_some() && media.proto == "RTP/AVP";
            return Err(if wants {
                Unusable::Unencrypted
            } else {
                Unusable::Unsuitable
            });
        }
        let attribute = |name: &'static str| {
            let here = media.attributes.iter();
            here.filter(move |attribute| attribute.attribute == name)
                .map(|attribute| attribute.value.as_deref().unwrap_or_default())
        };
        let key = match self.key {
            Some(_) => Some(
                attribute("crypto")
                    .find_map(key_of)
                    .ok_or(Unusable::Unencrypted)?,
            ),
            None => None,
        };
        let connection = media.connections.first().or(session.connection.as_ref());
        let address = connection
            .ok_or(Unusable::Unsuitable)?
            .connection_address
            .as_str();
        let ip: IpAddr = address.parse().map_err(|_| Unusable::Unsuitable)?;
        let law = media
            .fmt
            .split_ascii_whitespace()
            .find_map(|format| Law::of_payload_type(format.parse().ok()?))
            .ok_or(Unusable::Unsuitable)?;
        let event_type = attribute("rtpmap").find_map(event_type_of);
        let mut direction = Direction::of_words(
            media
                .attributes
                .iter()
                .chain(&session.attributes)
                .map(|attribute| attribute.attribute.as_str()),
        );
        if ip.is_unspecified() {
            // The old way to hold a call.
            direction = Direction::SendOnly;
        } else if ip.is_multicast() {
            return Err(Unusable::Unsuitable);
        }
        Ok(Description {
            peer: SocketAddr::new(ip, media.port),
            law,
            event_type,
            direction,
            key,
        })
    }
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Both => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::None => "inactive",
        }
    }

    /// The first word counts: the media's before the session's.
    fn of_words<'a>(mut words: impl Iterator<Item = &'a str>) -> Self {
        let all = [Self::Both, Self::SendOnly, Self::ReceiveOnly, Self::None];
        words
            .find_map(|word| all.into_iter().find(|direction| direction.word() == word))
            .unwrap_or(Self::Both)
    }

    /// The same from our point of view, which is what we answer.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::SendOnly => Self::ReceiveOnly,
            Self::ReceiveOnly => Self::SendOnly,
            other => other,
        }
    }

    /// Whether they listen.
    pub(crate) fn hears(self) -> bool {
        matches!(self, Self::Both | Self::ReceiveOnly)
    }
}

/// `101 telephone-event/8000`
fn event_type_of(value: &str) -> Option<u8> {
    let (payload_type, encoding) = value.split_once(' ')?;
    let is_events = encoding
        .trim()
        .to_ascii_lowercase()
        .starts_with("telephone-event/8000");
    is_events
        .then(|| payload_type.parse().ok())
        .flatten()
        .filter(|payload_type| (96..128).contains(payload_type))
}

/// `1 AES_CM_128_HMAC_SHA1_80 inline:…|2^20`. A key index or a weakened session is not for us.
fn key_of(value: &str) -> Option<MediaKey> {
    let mut words = value.split_ascii_whitespace();
    let (_tag, suite, parameters) = (words.next()?, words.next()?, words.next()?);
    if suite != SUITE || words.next().is_some() {
        return None;
    }
    let mut parts = parameters.strip_prefix("inline:")?.split('|');
    let key = MediaKey::parse(parts.next()?)?;
    parts.all(|part| !part.contains(':')).then_some(key)
}

#[cfg(test)]
#[path = "sdp/tests.rs"]
mod tests;
