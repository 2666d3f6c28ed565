use async_trait::async_trait;
use portcullis_crypto::{draw_readable, equal, slow_hash_code, spell_plainly};
use portcullis_model::{
    Answer, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof, SecondFactor, Secret, Shown,
    Timestamp, Username, Verdict,
};
use serde::{Deserialize, Serialize};

/// A pass that an administrator hands to somebody who has lost their second step: it works once, and not for long.
pub struct TemporaryPass;

/// Three groups of five characters of 5 bits: 75 bits.
const GROUPS: usize = 3;
const GROUP: usize = 5;

/// What the administrator said, for `Newcomer::settings`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    ends_at: Timestamp,
}

/// What the engine keeps, sealed, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Pass {
    salt: [u8; 16],
    digest: [u8; 32],
    ends_at: Timestamp,
}

impl Pass {
    fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        serde_json::from_slice(bytes).map_err(|_| FactorError::DamagedEnrolment)
    }
}

#[async_trait]
impl SecondFactor for TemporaryPass {
    fn kind(&self) -> FactorKind {
        FactorKind::TemporaryPass
    }

    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        let terms: Terms = serde_json::from_slice(newcomer.settings)
            .map_err(|_| FactorError::Settings("a pass needs an end".to_owned()))?;
        let salt = newcomer.chance.bytes::<16>();
        let shown = draw_readable(newcomer.chance, GROUPS, GROUP);
        let code = plain(&shown).ok_or(FactorError::DamagedEnrolment)?;
        let pass = Pass {
            digest: slow_hash_code(&salt, code.expose().as_bytes()),
            salt,
            ends_at: terms.ends_at,
        };
        Ok(Enrolment {
            private: serde_json::to_vec(&pass).map_err(|_| FactorError::DamagedEnrolment)?,
            shown: Shown::Codes(vec![shown]),
        })
    }

    /// Shows nothing: only a digest is kept.
    fn show(&self, _person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        Pass::parse(enrolment).map(|_| Shown::Codes(Vec::new()))
    }

    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let pass = Pass::parse(proof.enrolment)?;
        let Some(code) = plain(&answer.code) else {
            return Ok(Verdict::Reject);
        };
        let right = equal(
            &slow_hash_code(&pass.salt, code.expose().as_bytes()),
            &pass.digest,
        );
        Ok(if right && answer.at < pass.ends_at {
            // The engine takes the row away.
            Verdict::Accept { enrolment: None }
        } else {
            Verdict::Reject
        })
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        let pass = Pass::parse(enrolment)?;
        Ok(FactorSummary {
            ends_at: Some(pass.ends_at),
            ..FactorSummary::default()
        })
    }
}

/// The one spelling of what was typed, if it could be a pass.
fn plain(typed: &Secret) -> Option<Secret> {
    spell_plainly(typed.expose()).filter(|code| code.expose().len() == GROUPS * GROUP)
}

#[cfg(test)]
mod tests {
    use portcullis_model::Challenge;

    use super::*;
    use crate::seeded::{Seeded, newcomer};

    const END: i64 = 3_600_000_000;

    fn pass() -> (Vec<u8>, Secret) {
        let username = "d.okafor".parse().unwrap();
        let chance = Seeded::new(1);
        let terms = format!(r#"{{"ends_at":{END}}}"#);
        let newcomer = Newcomer {
            settings: terms.as_bytes(),
            ..newcomer(&username, &chance)
        };
        let enrolment = TemporaryPass.enrol(&newcomer).unwrap();
        let Shown::Codes(mut codes) = enrolment.shown else {
            panic!("a pass is shown as a code");
        };
        (enrolment.private, codes.remove(0))
    }

    async fn answer(pass: &[u8], code: &str, at: i64) -> Verdict {
        let proof = Proof {
            enrolment: pass,
            challenge: &Challenge::default(),
            settings: &[],
            chance: &Seeded::new(2),
        };
        let answer = Answer {
            code: Secret::new(code),
            at: Timestamp::from_micros(at),
            address: String::new(),
        };
        TemporaryPass.verify(&proof, &answer).await.unwrap()
    }

    #[tokio::test]
    async fn a_pass_works_until_it_ends_however_it_is_typed() {
        let (kept, code) = pass();
        let shouted = code.expose().to_uppercase().replace('-', " ");

        assert_ne!(answer(&kept, code.expose(), 0).await, Verdict::Reject);
        assert_ne!(answer(&kept, &shouted, END - 1).await, Verdict::Reject);
        assert_eq!(answer(&kept, code.expose(), END).await, Verdict::Reject);
    }

    #[tokio::test]
    async fn another_text_is_no_pass() {
        let (kept, code) = pass();
        let cut = &code.expose()[..code.expose().len() - 1];

        for text in ["", "-", "00000-00000-00000", cut] {
            assert_eq!(answer(&kept, text, 0).await, Verdict::Reject, "{text}");
        }
    }

    #[test]
    fn a_pass_without_an_end_is_not_made() {
        let username = "d.okafor".parse().unwrap();

        assert!(
            TemporaryPass
                .enrol(&newcomer(&username, &Seeded::new(1)))
                .is_err()
        );
    }
}
