use passkey::authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey::client::{Client, DefaultClientData};
use passkey::types::Passkey;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use url::Url;

use super::*;

/// Somebody who touches the sensor whenever asked.
struct Willing;

#[async_trait]
impl UserValidationMethod for Willing {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _hint: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck {
            presence,
            verification,
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

#[tokio::test]
async fn the_authenticator_of_another_project_understands_the_options() {
    let origin = Url::parse("https://pw.example.org:7272").unwrap();
    let crypto = passkey::crypto::AvailableBackend;
    let authenticator = Authenticator::new(Aaguid::new_empty(), None::<Passkey>, Willing, crypto);
    let mut client = Client::new(authenticator);
    let (pending, options) = start(ADA, &[], REQUIRED);

    let created = client
        .register(
            &origin,
            serde_json::from_str(&options).unwrap(),
            DefaultClientData,
        )
        .await
        .unwrap();
    let enrolled = accepted(confirm(&pending, REQUIRED, &serde_json::to_string(&created).unwrap()).await);
    let challenge = ask(&[&enrolled], REQUIRED).await;
    let answer = client
        .authenticate(
            &origin,
            serde_json::from_str(&challenge.public).unwrap(),
            DefaultClientData,
        )
        .await
        .unwrap();
    let used = judge(
        &enrolled,
        &challenge,
        REQUIRED,
        &serde_json::to_string(&answer).unwrap(),
    )
    .await;
    let passkeys = factor().discoverable_challenge().unwrap();
    let found = client
        .authenticate(
            &origin,
            serde_json::from_str(&passkeys.public).unwrap(),
            DefaultClientData,
        )
        .await
        .unwrap();
    let found = typed(&serde_json::to_string(&found).unwrap());

    let used = accepted(used);
    assert!(verified_user(&used).unwrap());
    assert_eq!(claimed_user(&found), Some(ADA));
    accepted(factor().verify_discoverable(&proof(&used, &passkeys, ""), &found));
}
