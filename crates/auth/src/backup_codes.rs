mod enrolment;

use async_trait::async_trait;
use portcullis_crypto::{draw_readable, equal, slow_hash_code, spell_plainly};
use portcullis_model::{
    Answer, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof, SecondFactor, Secret, Shown,
    SpentCode, Username, Verdict,
};

use enrolment::{CodeRecord, CodeSet, Spent};

/// How many codes a set has.
const CODES: usize = 10;
/// Each code is two groups of five characters of 5 bits: 50 bits.
const GROUPS: usize = 2;
const GROUP: usize = 5;

/// Ten codes on paper, `xxxxx-xxxxx`, each of which works once.
pub struct BackupCodes;

#[async_trait]
impl SecondFactor for BackupCodes {
    fn kind(&self) -> FactorKind {
        FactorKind::BackupCode
    }

    /// Takes ten slow hashes, tens of milliseconds in all.
    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        let chance = newcomer.chance;
        let salt = chance.bytes::<16>();
        let shown: Vec<Secret> = (0..CODES).map(|_| draw_readable(chance, GROUPS, GROUP)).collect();
        let codes = shown
            .iter()
            .filter_map(plain)
            .map(|code| CodeRecord {
                digest: slow_hash_code(&salt, code.expose().as_bytes()),
                spent: None,
            })
            .collect();
        Ok(Enrolment {
            private: CodeSet { salt, codes }.to_bytes()?,
            shown: Shown::Codes(shown),
        })
    }

    /// Shows no codes: only their digests are kept, so whoever has lost the sheet needs a new set.
    fn show(&self, _person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        CodeSet::parse(enrolment).map(|_| Shown::Codes(Vec::new()))
    }

    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let mut set = CodeSet::parse(proof.enrolment)?;
        let Some(code) = plain(&answer.code) else {
            return Ok(Verdict::Reject);
        };
        let digest = slow_hash_code(&set.salt, code.expose().as_bytes());
        let Some(record) = find(&mut set.codes, &digest) else {
            return Ok(Verdict::Reject);
        };
        if record.spent.is_some() {
            return Ok(Verdict::Reject);
        }
        record.spent = Some(Spent {
            at: answer.at,
            address: answer.address.clone(),
        });
        Ok(Verdict::Accept {
            enrolment: Some(set.to_bytes()?),
        })
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        let set = CodeSet::parse(enrolment)?;
        let left = set.codes.iter().filter(|record| record.spent.is_none()).count();
        let spent = set.codes.into_iter().filter_map(|record| record.spent);
        let mut spent: Vec<SpentCode> = spent
            .map(|spent| SpentCode {
                at: spent.at,
                address: spent.address,
            })
            .collect();
        spent.sort_by_key(|spent| spent.at);
        Ok(FactorSummary {
            left: Some(left),
            spent,
            ..FactorSummary::default()
        })
    }
}

/// The one spelling of what was typed, if it could be a code.
fn plain(typed: &Secret) -> Option<Secret> {
    spell_plainly(typed.expose()).filter(|code| code.expose().len() == GROUPS * GROUP)
}

/// The record with this digest. It compares with all, so that time does not tell which one it was.
fn find<'a>(codes: &'a mut [CodeRecord], digest: &[u8; 32]) -> Option<&'a mut CodeRecord> {
    let mut found = None;
    for record in codes {
        if equal(&record.digest, digest) {
            found = Some(record);
        }
    }
    found
}

#[cfg(test)]
mod tests;
