use portcullis_model::FactorKind;
use portcullis_ops::settings::{Connection, Find};

use super::ASKED;
use crate::Web;
use crate::answer::Answer;
use crate::session::SignedIn;

/// What the methods need that is not there for every installation.
#[derive(Clone, Copy)]
pub(super) struct Connected {
    phone: bool,
    mail: bool,
    radius: bool,
}

impl Connected {
    pub(super) async fn find(web: &Web, who: &SignedIn) -> Answer<Self> {
        let is_set = async |connection| {
            let found = web.gate.read(&who.caller, Find { connection }).await;
            found.map(|found| found.is_some())
        };
        Ok(Self {
            mail: is_set(Connection::Mail).await?,
            phone: is_set(Connection::Phone).await?,
            radius: is_set(Connection::Radius).await?,
        })
    }
}

/// One method with its box.
pub(super) struct MethodRow {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) strength: &'static str,
    pub(super) tone: &'static str,
    /// What must be set before anybody can use it.
    pub(super) lacks: &'static str,
    pub(super) on: bool,
}

impl MethodRow {
    /// With the box as it was posted.
    pub(super) fn chosen<'a>(self, mut words: impl Iterator<Item = &'a str>) -> Self {
        Self {
            on: words.any(|word| word == self.word),
            ..self
        }
    }
}

/// The methods that can be asked for, the strongest first.
pub(super) fn rows(connected: Connected, on: &[FactorKind]) -> Vec<MethodRow> {
    ASKED
        .into_iter()
        .map(|kind| {
            let (strength, tone) = strength(kind);
            MethodRow {
                word: kind.word(),
                label: kind.label(),
                strength,
                tone,
                lacks: match kind {
                    FactorKind::Email if !connected.mail => "No mail server is set yet",
                    FactorKind::Phone if !connected.phone => "No phone trunk is set yet",
                    FactorKind::Radius if !connected.radius => "No RADIUS server is set yet",
                    _ => "",
                },
                on: on.contains(&kind),
            }
        })
        .collect()
}

const fn strength(kind: FactorKind) -> (&'static str, &'static str) {
    match kind {
        FactorKind::WebAuthn => ("strongest, safe from phishing", "ok"),
        FactorKind::Totp => ("strong", "ok"),
        FactorKind::Radius => ("as strong as the server asks", ""),
        FactorKind::BackupCode => ("for emergencies", ""),
        FactorKind::TemporaryPass => ("for an hour", ""),
        FactorKind::Phone => ("weak", "warn"),
        FactorKind::Email => ("weakest", "warn"),
    }
}
