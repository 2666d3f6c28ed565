use data_encoding::BASE32_NOPAD;
use portcullis_model::{AppCodes, OtpHash, Secret, Timestamp};

/// The authenticator app on a person's phone.
#[derive(Clone, Debug)]
pub struct Authenticator {
    key: Secret,
    codes: AppCodes,
}

impl Authenticator {
    /// How long one code is shown, in seconds.
    pub const STEP: i64 = 30;

    /// Takes the key as the enrolment page shows it.
    pub fn new(key: Secret) -> Self {
        Self {
            key,
            codes: AppCodes::default(),
        }
    }

    /// The same with codes of another look.
    #[must_use]
    pub fn showing(self, codes: AppCodes) -> Self {
        Self { codes, ..self }
    }

    /// The code that the app shows at `moment`, `steps` later.
    pub fn code(&self, moment: Timestamp, steps: i64) -> Secret {
        let seconds = moment.seconds() + steps * Self::STEP;
        let secret = BASE32_NOPAD
            .decode(self.key.expose().as_bytes())
            .expect("the key is base 32");
        let app = totp_rs::Builder::new()
            .with_algorithm(match self.codes.hash {
                OtpHash::Sha1 => totp_rs::Algorithm::SHA1,
                OtpHash::Sha256 => totp_rs::Algorithm::SHA256,
                OtpHash::Sha512 => totp_rs::Algorithm::SHA512,
            })
            .with_digits(self.codes.digits)
            .with_step_duration(30)
            .with_secret(secret)
            .build()
            .expect("the key is one of 160 bits");
        Secret::new(
            app.generate(u64::try_from(seconds).expect("it is after 1970"))
                .to_string(),
        )
    }
}
