//! The hash chain of the audit trail: how an entry becomes a row, and how rows are verified.

mod checkpoint;
mod sign_in;
mod writer;

use portcullis_crypto::{Keyring, Purpose, hmac_sha256, sha256};
use portcullis_model::{Actor, AuditEntry};
use portcullis_store::Tx;
use portcullis_store::audit::{self, AuditRow};
use portcullis_store::sign_in_events;

use crate::OpError;
use crate::text::for_trail;
use crate::vault::Vault;

pub use checkpoint::{Checkpoint, CheckpointError};
use sign_in::sign_in_event;
pub(crate) use writer::{Queue, start_writer};

/// What the first row of every trail follows.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// Appends entries to the trail inside `tx`.
pub(crate) async fn append(tx: &Tx, vault: &Vault, entries: &[AuditEntry]) -> Result<(), OpError> {
    let (mut seq, mut hash) = audit::head(tx).await?.unwrap_or((0, GENESIS.to_vec()));
    let (mac_version, mac_key) = vault.newest(Purpose::AuditMac)?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        seq += 1;
        let mut row = unchained(entry, seq);
        row.hash = link(&hash, &row).to_vec();
        row.mac_version = mac_version;
        row.mac = hmac_sha256(mac_key.expose(), &[&row.hash]).to_vec();
        hash.clone_from(&row.hash);
        rows.push(row);
    }
    audit::insert(tx, &rows).await?;
    for (entry, row) in entries.iter().zip(&rows) {
        if let Some(event) = sign_in_event(entry, row.seq) {
            sign_in_events::insert(tx, &event).await?;
        }
    }
    Ok(())
}

fn unchained(entry: &AuditEntry, seq: i64) -> AuditRow<'_> {
    let (actor_kind, actor_id, actor) = match &entry.caller.actor {
        Actor::Anonymous => ("anonymous", None, ""),
        Actor::Console => ("console", None, "console"),
        Actor::Job(name) => ("job", None, *name),
        Actor::Person { id, username, .. } => ("person", Some(id.0), username.as_str()),
    };
    AuditRow {
        seq,
        at: entry.at,
        operation: entry.operation.into(),
        actor_kind: actor_kind.into(),
        actor_id,
        actor: actor.into(),
        door: entry.caller.door.word().into(),
        address: for_trail(&entry.caller.address),
        request: for_trail(&entry.caller.request),
        session: entry.caller.session.map(|session| session.0),
        subject_kind: entry.subject.kind.word().into(),
        subject_id: entry.subject.id,
        subject: for_trail(entry.subject.name.as_deref().unwrap_or_default()),
        outcome: entry.outcome.word().into(),
        reason: for_trail(entry.reason.as_deref().unwrap_or_default()),
        message: for_trail(entry.message.as_deref().unwrap_or_default()),
        digest: entry.digest.map(|digest| digest.to_vec()),
        hash: Vec::new(),
        mac_version: 0,
        mac: Vec::new(),
    }
}

/// The hash of a row: SHA-256 over the hash before it and every field, each with its length in front.
fn link(before: &[u8], row: &AuditRow<'_>) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(512);
    let mut field = |value: Option<&[u8]>| match value {
        Some(value) => {
            bytes.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(value);
        }
        // No text is this long, so nothing and an empty text differ.
        None => bytes.extend_from_slice(&u32::MAX.to_be_bytes()),
    };
    field(Some(&row.seq.to_be_bytes()));
    field(Some(&row.at.micros().to_be_bytes()));
    field(row.actor_id.as_ref().map(|id| &id.as_bytes()[..]));
    field(row.session.as_ref().map(|id| &id.as_bytes()[..]));
    field(row.subject_id.as_ref().map(|id| &id.as_bytes()[..]));
    field(row.digest.as_deref());
    let texts = [
        &row.operation,
        &row.actor_kind,
        &row.actor,
        &row.door,
        &row.address,
        &row.request,
        &row.subject_kind,
        &row.subject,
        &row.outcome,
        &row.reason,
        &row.message,
    ];
    for text in texts {
        field(Some(text.as_bytes()));
    }
    sha256(&[before, &bytes])
}

/// Goes through the trail from the start and says where it does not hold together.
#[derive(Debug, Default)]
pub(crate) struct Verifier {
    pub(crate) entries: i64,
    pub(crate) problems: Vec<String>,
    hash: Vec<u8>,
    seq: i64,
    found_checkpoint: bool,
}

impl Verifier {
    /// The most problems that are told one by one.
    const MOST: usize = 50;

    pub(crate) fn new() -> Self {
        Self {
            hash: GENESIS.to_vec(),
            ..Self::default()
        }
    }

    /// Takes the next row. Without keys only the chain is checked, not who could have written it.
    pub(crate) fn take(
        &mut self,
        row: &AuditRow<'_>,
        keyring: Option<&Keyring>,
        checkpoint: Option<&Checkpoint>,
    ) {
        self.entries += 1;
        if row.seq != self.seq + 1 {
            self.problem(format!(
                "entry {}: {} entries before it are missing",
                row.seq,
                row.seq - self.seq - 1
            ));
        }
        if row.hash != link(&self.hash, row) {
            self.problem(format!(
                "entry {}: it was changed, moved, or the one before it was",
                row.seq
            ));
        }
        if let Some(keyring) = keyring {
            let mac = keyring.mac(Purpose::AuditMac, row.mac_version, &[&row.hash]);
            if !mac.is_ok_and(|mac| portcullis_crypto::equal(&mac, &row.mac)) {
                self.problem(format!(
                    "entry {}: it was not written by this installation",
                    row.seq
                ));
            }
        }
        if let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.seq == row.seq) {
            self.found_checkpoint = true;
            if checkpoint.hash.as_slice() != row.hash {
                self.problem(format!(
                    "entry {}: it is not the one that the checkpoint names",
                    row.seq
                ));
            }
        }
        self.seq = row.seq;
        self.hash.clone_from(&row.hash);
    }

    pub(crate) fn finish(&mut self, checkpoint: Option<&Checkpoint>) {
        let Some(checkpoint) = checkpoint else { return };
        if !self.found_checkpoint {
            self.problem(format!(
                "the trail ends at entry {}, but the checkpoint names entry {}: the end was cut off",
                self.seq, checkpoint.seq
            ));
        }
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            seq: self.seq,
            hash: self.hash.clone().try_into().unwrap_or(GENESIS),
        }
    }

    pub(crate) fn last_seq(&self) -> i64 {
        self.seq
    }

    fn problem(&mut self, problem: String) {
        if self.problems.len() < Self::MOST {
            self.problems.push(problem);
        }
    }
}
