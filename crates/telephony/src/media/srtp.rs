//! SRTP with keys from the signalling: `AES_CM_128_HMAC_SHA1_80` of RFC 3711, as RFC 4568 names it.

use data_encoding::BASE64_NOPAD;
use portcullis_model::Chance;
use webrtc_srtp::context::Context;
use webrtc_srtp::option::srtp_replay_protection;
use webrtc_srtp::protection_profile::ProtectionProfile;
use zeroize::Zeroizing;

pub(crate) const SUITE: &str = "AES_CM_128_HMAC_SHA1_80";
const KEY: usize = 16;
const SALT: usize = 14;
/// How many packets back one is still accepted, once.
const WINDOW: usize = 64;

/// The master key and salt of one direction.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct MediaKey(Zeroizing<[u8; KEY + SALT]>);

impl MediaKey {
    pub(crate) fn draw(chance: &dyn Chance) -> Self {
        Self(Zeroizing::new(chance.bytes()))
    }

    /// What stands behind `inline:`.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_NOPAD.encode(self.0.as_slice()))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    fn context(&self, refuses_replays: bool) -> Option<Context> {
        let (key, salt) = self.0.split_at(KEY);
        let replays = refuses_replays.then(|| srtp_replay_protection(WINDOW));
        Context::new(key, salt, ProtectionProfile::Aes128CmHmacSha1_80, replays, None).ok()
    }
}

/// Encrypts what we send.
pub(super) struct Sealer(Context);

impl Sealer {
    pub(super) fn new(key: &MediaKey) -> Option<Self> {
        key.context(false).map(Self)
    }

    pub(super) fn seal(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.0.encrypt_rtp(packet).ok().map(Into::into)
    }
}

/// Decrypts what we hear, each packet once, and refuses what was tampered with.
pub(super) struct Opener(Context);

impl Opener {
    pub(super) fn new(key: &MediaKey) -> Option<Self> {
        key.context(true).map(Self)
    }

    pub(super) fn open(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        self.0.decrypt_rtp(packet).ok().map(Into::into)
    }
}

impl std::fmt::Debug for MediaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MediaKey(…)")
    }
}
