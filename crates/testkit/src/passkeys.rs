use portcullis_model::{FactorKind, PolicyChange, Secret, Shown, SitePolicy, UserId};
use portcullis_ops::factors::{Begin, Confirm, Confirmation, Pending};
use portcullis_ops::sign_in::{OfferPasskey, PasskeyOffer, PasskeyStep, ProvePasskey};
use portcullis_ops::{Gate, OpError};

use crate::security_key::{How, TestKey};
use crate::world::SITE;
use crate::{Person, World};

impl World {
    /// How an honest passkey of a person behaves at this world's address.
    pub fn honest(&self, user: UserId) -> How {
        How {
            origin: SITE.to_owned(),
            user_handle: Some(user.0.as_bytes().to_vec()),
            discoverable: Some(true),
            ..How::default()
        }
    }

    /// The same when it has signed so many times.
    pub fn counting(&self, user: UserId, counter: u32) -> How {
        How {
            counter,
            ..self.honest(user)
        }
    }

    /// Switches on or off, for everybody, that a passkey can be both proofs.
    pub async fn passkeys_alone(&self, on: bool) {
        let site = SitePolicy {
            passkey_alone: on,
            ..SitePolicy::default()
        };
        self.apply(PolicyChange {
            site: Some(site),
            ..PolicyChange::default()
        })
        .await
        .expect("passkeys can be switched");
    }

    /// A person registers a key.
    pub async fn add_key(&self, person: &Person, key: &TestKey, how: &How) {
        let begin = Begin {
            method: FactorKind::WebAuthn,
            details: String::new(),
        };
        self.gate
            .write(&person.caller, begin)
            .await
            .expect("a key can be added");
        let pending = self.gate.read(&person.caller, Pending).await;
        let Shown::Options(options) = pending.expect("the key waits").shown else {
            panic!("the browser gets options");
        };
        let confirm = Confirm {
            code: Secret::new(key.create(&options, how)),
            name: "Key".to_owned(),
        };
        let confirmed = self.gate.remote(&person.caller, confirm).await;
        assert!(
            matches!(confirmed, Ok(Confirmation::Done { .. })),
            "the key is registered"
        );
    }

    pub async fn offer_passkey(&self, gate: &Gate, token: Option<Secret>) -> Result<PasskeyOffer, OpError> {
        let agent = "Firefox".to_owned();
        gate.write(
            &self.anonymous(),
            OfferPasskey {
                token,
                agent,
                browser: None,
            },
        )
        .await
    }

    pub async fn prove_passkey(
        &self,
        gate: &Gate,
        token: &Secret,
        answer: impl Into<String>,
    ) -> Result<PasskeyStep, OpError> {
        let operation = ProvePasskey {
            token: token.clone(),
            answer: Secret::new(answer.into()),
        };
        gate.remote(&self.anonymous(), operation).await
    }
}
