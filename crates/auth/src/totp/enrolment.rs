use data_encoding::BASE32_NOPAD;
use portcullis_model::{AppCodes, FactorError, OtpHash, Secret, Timestamp};
use serde::{Deserialize, Serialize, Serializer};
use totp_rs::Builder;
use zeroize::Zeroizing;

/// What the engine keeps, sealed, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TotpEnrolment {
    /// Base 32 without padding.
    #[serde(serialize_with = "expose")]
    pub(super) secret: Secret,
    pub(super) algorithm: Algorithm,
    pub(super) digits: u8,
    /// Seconds per step.
    pub(super) period: u32,
    /// The latest step whose code was accepted. That one and earlier ones are spent.
    pub(super) last_step: Option<i64>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(super) enum Algorithm {
    #[serde(rename = "SHA1")]
    Sha1,
    #[serde(rename = "SHA256")]
    Sha256,
    #[serde(rename = "SHA512")]
    Sha512,
}

impl Algorithm {
    /// The name in an `otpauth:` address.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// How many bytes a secret has: as many as the hash function gives (RFC 6238, errata 2866).
    pub(super) const fn secret_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl From<OtpHash> for Algorithm {
    fn from(hash: OtpHash) -> Self {
        match hash {
            OtpHash::Sha1 => Self::Sha1,
            OtpHash::Sha256 => Self::Sha256,
            OtpHash::Sha512 => Self::Sha512,
        }
    }
}

impl TotpEnrolment {
    pub(super) fn fresh(secret: Secret, app: AppCodes) -> Self {
        Self {
            secret,
            algorithm: app.hash.into(),
            digits: app.digits,
            period: 30,
            last_step: None,
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, FactorError> {
        let enrolment: Self = serde_json::from_slice(bytes).map_err(|_| FactorError::DamagedEnrolment)?;
        if enrolment.calculator().is_none() {
            return Err(FactorError::DamagedEnrolment);
        }
        Ok(enrolment)
    }

    pub(super) const fn app(&self) -> AppCodes {
        AppCodes {
            hash: match self.algorithm {
                Algorithm::Sha1 => OtpHash::Sha1,
                Algorithm::Sha256 => OtpHash::Sha256,
                Algorithm::Sha512 => OtpHash::Sha512,
            },
            digits: self.digits,
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, FactorError> {
        serde_json::to_vec(self).map_err(|_| FactorError::DamagedEnrolment)
    }

    /// The digits that were typed, if they are as many ASCII digits as a code has. Apps show a space in the
    /// middle, so spaces do not count.
    pub(super) fn parse_code(&self, typed: &Secret) -> Option<Secret> {
        let mut code = Zeroizing::new(String::with_capacity(usize::from(self.digits)));
        for character in typed.expose().chars().filter(|character| *character != ' ') {
            if !character.is_ascii_digit() || code.len() == usize::from(self.digits) {
                return None;
            }
            code.push(character);
        }
        (code.len() == usize::from(self.digits)).then(|| Secret::new(std::mem::take(&mut *code)))
    }

    /// The number of the step that holds `moment`, from 1970.
    pub(super) fn step_at(&self, moment: Timestamp) -> i64 {
        moment.seconds().div_euclid(i64::from(self.period))
    }

    /// The code of a step; none before 1970.
    pub(super) fn code_at(&self, step: i64) -> Option<Zeroizing<String>> {
        let seconds = u64::try_from(step).ok()?.checked_mul(u64::from(self.period))?;
        Some(Zeroizing::new(self.calculator()?.generate(seconds).to_string()))
    }

    /// `None` if the parameters are not those of a code: no or short secret, no period, digits not 6 to 8.
    fn calculator(&self) -> Option<totp_rs::Totp> {
        let secret = BASE32_NOPAD.decode(self.secret.expose().as_bytes()).ok()?;
        Builder::new()
            .with_algorithm(match self.algorithm {
                Algorithm::Sha1 => totp_rs::Algorithm::SHA1,
                Algorithm::Sha256 => totp_rs::Algorithm::SHA256,
                Algorithm::Sha512 => totp_rs::Algorithm::SHA512,
            })
            .with_digits(self.digits)
            .with_step_duration(u64::from(self.period))
            .with_secret(secret)
            .build()
            .ok()
    }
}

fn expose<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}
