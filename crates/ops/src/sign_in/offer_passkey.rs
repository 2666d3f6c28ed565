use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{FactorKind, LoginId, Scope, Secret, Subject, SubjectKind, Timestamp};
use portcullis_store::logins::{self, Login};
use portcullis_store::{Snapshot, Tx};

use crate::factors::challenges;
use crate::sign_in::inspect::passkeys_open;
use crate::sign_in::{OFFERED, limits};
use crate::text::for_trail;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Asks whoever sits at this browser for a passkey, before a name was typed. The answer is the same for everybody.
pub struct OfferPasskey {
    /// What this browser was offered before: as long as that is good, it gets the same once more.
    pub token: Option<Secret>,
    /// The browser's name for itself.
    pub agent: String,
    /// What the browser is known by, if it is.
    pub browser: Option<Secret>,
}

pub struct PasskeyOffer {
    pub token: Secret,
    /// Options for the browser, as JSON.
    pub options: String,
}

/// How long an offer can be taken.
const OPEN: Duration = Duration::from_mins(5);
/// One that ends sooner than this is replaced.
const ENOUGH: Duration = Duration::from_mins(2);

impl Operation for OfferPasskey {
    type Output = PasskeyOffer;

    const NAME: &'static str = "login.offer_passkey";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    // Nobody has tried anything yet, and anybody can ask a million times.
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Login)
    }
}

impl Write for OfferPasskey {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<PasskeyOffer, OpError> {
        if !passkeys_open(services, tx).await? {
            return Err(OpError::Denied);
        }
        let now = services.now();
        if let Some(token) = self.token
            && let Some(offered) = still_open(tx, &token, now + ENOUGH).await?
        {
            return Ok(PasskeyOffer {
                token,
                options: offered.prompt,
            });
        }
        let challenge = services
            .factor(FactorKind::WebAuthn)?
            .challenge_anybody()?
            .ok_or(OpError::Denied)?;
        let token = draw_token(&*services.chance);
        let login = Login {
            id: LoginId(services.new_id()),
            state: OFFERED.to_owned(),
            revision: 0,
            username: String::new(),
            user: None,
            invitation: None,
            method: Some(FactorKind::WebAuthn),
            allowed: vec![FactorKind::WebAuthn],
            retries: limits::RETRIES,
            passed_at: None,
            prompt: challenge.public.clone(),
            challenged_at: Some(now),
            challenges: 1,
            password_hash: None,
            browser: self.browser.map(|token| token_digest(token.expose())),
            tries: 0,
            address: permit.caller().address.clone(),
            agent: for_trail(&self.agent).chars().take(300).collect(),
            step_ends_at: now + OPEN,
            ends_at: now + OPEN,
        };
        logins::insert(tx, &login, &token_digest(token.expose()), now).await?;
        challenges::keep(services, tx, login.id.0, FactorKind::WebAuthn, &challenge).await?;
        Ok(PasskeyOffer {
            token,
            options: challenge.public,
        })
    }
}

/// The offer of `token`, if it is good beyond `until`.
async fn still_open(snapshot: &Snapshot, token: &Secret, until: Timestamp) -> Result<Option<Login>, OpError> {
    Ok(logins::find(snapshot, &token_digest(token.expose()))
        .await?
        .filter(|login| login.state == OFFERED && until < login.ends_at))
}
