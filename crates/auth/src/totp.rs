mod enrolment;
mod uri;

use async_trait::async_trait;
use data_encoding::BASE32_NOPAD;
use portcullis_crypto::equal;
use portcullis_model::{
    Answer, AppCodes, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof, SecondFactor,
    Secret, Shown, Timestamp, Username, Verdict,
};
use zeroize::Zeroizing;

use enrolment::{Algorithm, TotpEnrolment};
use uri::enrolment_uri;

/// Codes of an authenticator app (RFC 6238), a new one every 30 seconds. How they look is a setting, an [`AppCodes`]; who
/// is enrolled keeps what held then.
pub struct Totp {
    issuer: String,
}

impl Totp {
    /// `issuer` is the name that the app shows above the code.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
        }
    }

    fn shown(&self, person: &Username, enrolment: TotpEnrolment) -> Shown {
        let uri = enrolment_uri(&self.issuer, person, &enrolment);
        Shown::Totp {
            app: enrolment.app(),
            key: enrolment.secret,
            uri,
        }
    }
}

/// What an authenticator app with `key` (base 32), SHA-1 and 6 digits shows at `moment`; nothing for a text that is no
/// key.
pub fn app_code(key: &Secret, moment: Timestamp) -> Option<Secret> {
    let enrolment = TotpEnrolment::fresh(key.clone(), AppCodes::default());
    let code = enrolment.code_at(enrolment.step_at(moment))?;
    Some(Secret::new(code.as_str()))
}

#[async_trait]
impl SecondFactor for Totp {
    fn kind(&self) -> FactorKind {
        FactorKind::Totp
    }

    fn enrol(&self, newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        let app = settings(newcomer.settings)?;
        let mut bytes = Zeroizing::new(vec![0; Algorithm::from(app.hash).secret_length()]);
        newcomer.chance.fill(&mut bytes[..]);
        let enrolment = TotpEnrolment::fresh(Secret::new(BASE32_NOPAD.encode(&bytes[..])), app);
        Ok(Enrolment {
            private: enrolment.to_bytes()?,
            shown: self.shown(newcomer.username, enrolment),
        })
    }

    fn show(&self, person: &Username, enrolment: &[u8]) -> Result<Shown, FactorError> {
        TotpEnrolment::parse(enrolment).map(|enrolment| self.shown(person, enrolment))
    }

    /// To the step, and up to ten steps away. Spends nothing.
    fn clock_offset(&self, enrolment: &[u8], answer: &Answer) -> Option<i64> {
        let enrolment = TotpEnrolment::parse(enrolment).ok()?;
        let code = enrolment.parse_code(&answer.code)?;
        let now = enrolment.step_at(answer.at);
        let mut offsets: Vec<i64> = (-10..=10).collect();
        offsets.sort_by_key(|offset| offset.abs());
        let offset = offsets
            .into_iter()
            .find(|offset| matches_step(&enrolment, now + offset, &code))?;
        Some(offset * i64::from(enrolment.period))
    }

    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let mut enrolment = TotpEnrolment::parse(proof.enrolment)?;
        let Some(code) = enrolment.parse_code(&answer.code) else {
            return Ok(Verdict::Reject);
        };
        let now = enrolment.step_at(answer.at);
        // The code that was showing when typing began, but none from the future: RFC 6238 §5.2.
        let [current, previous] = [now, now - 1].map(|step| matches_step(&enrolment, step, &code));
        let step = match (current, previous) {
            (true, _) => now,
            (false, true) => now - 1,
            (false, false) => return Ok(Verdict::Reject),
        };
        if enrolment.last_step.is_some_and(|last| step <= last) {
            return Ok(Verdict::Reject);
        }
        enrolment.last_step = Some(step);
        Ok(Verdict::Accept {
            enrolment: Some(enrolment.to_bytes()?),
        })
    }

    fn summarize(&self, enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        TotpEnrolment::parse(enrolment).map(|enrolment| FactorSummary {
            app: Some(enrolment.app()),
            ..FactorSummary::default()
        })
    }
}

/// Nothing stored means what every app can do.
fn settings(bytes: &[u8]) -> Result<AppCodes, FactorError> {
    if bytes.is_empty() {
        return Ok(AppCodes::default());
    }
    let app: AppCodes =
        serde_json::from_slice(bytes).map_err(|error| FactorError::Settings(error.to_string()))?;
    match app.digits {
        6 | 8 => Ok(app),
        _ => Err(FactorError::Settings("a code has 6 or 8 digits".to_owned())),
    }
}

fn matches_step(enrolment: &TotpEnrolment, step: i64, code: &Secret) -> bool {
    enrolment
        .code_at(step)
        .is_some_and(|expected| equal(expected.as_bytes(), code.expose().as_bytes()))
}

#[cfg(test)]
mod tests;
