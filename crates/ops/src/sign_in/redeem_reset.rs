use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{FactorKind, LoginId, Scope, Secret, Subject, SubjectKind, UserState};
use portcullis_store::logins::{self, Login};
use portcullis_store::password_resets::{self, PasswordReset};
use portcullis_store::users::{self, User};
use portcullis_store::{Snapshot, Tx};

use crate::passwords::own_password_problems;
use crate::sign_in::prove_password::first_choice;
use crate::sign_in::{FIRST_PASSED, limits, pending_line};
use crate::text::{Fields, for_trail};
use crate::{OpError, Operation, Permit, Remote, Right, Services, mfa_policy};

/// Chooses a new password with a link from a letter. It counts once the second step is proven, by anything but a letter.
pub struct RedeemReset {
    pub token: Secret,
    pub password: Secret,
    /// The browser's name for itself.
    pub agent: String,
    /// What the browser is known by, if it is.
    pub browser: Option<Secret>,
}

impl Operation for RedeemReset {
    /// The token of the login that waits for the second step.
    type Output = Secret;

    const NAME: &'static str = "login.redeem_reset";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for RedeemReset {
    type Plan = User;
    /// The hash of the password.
    type Effect = String;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<User, OpError> {
        let (_, user) = open(services, tx, &self.token).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        let mut fields = Fields::default();
        for problem in own_password_problems(&self.password, &user.username) {
            fields.wrong("password", problem);
        }
        fields.done()?;
        Ok(user)
    }

    async fn act(&self, services: &Services, _user: &User) -> Result<String, OpError> {
        let pepper = services.vault.peppers()?.pop().ok_or(OpError::Damaged)?;
        services
            .hashing
            .hash(pepper, self.password.clone(), services.chance.clone())
            .await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        _user: User,
        hash: String,
        tx: &Tx,
    ) -> Result<Secret, OpError> {
        let now = services.now();
        let (reset, user) = open(services, tx, &self.token).await?;
        let mut effective = mfa_policy::of_person(services, tx, &user).await?;
        effective.usable.retain(|kind| *kind != FactorKind::Email);
        let method = first_choice(&effective).ok_or(OpError::Expired)?;
        if password_resets::spend(tx, reset.id, now).await? != 1 {
            return Err(OpError::Expired);
        }
        let token = draw_token(&*services.chance);
        let step_ends_at = now + Duration::from_secs(effective.seconds_for(method).into());
        let login = Login {
            id: LoginId(services.new_id()),
            state: FIRST_PASSED.to_owned(),
            revision: 0,
            username: user.username,
            user: Some(user.id),
            invitation: None,
            method: Some(method),
            allowed: effective.asked().to_vec(),
            retries: effective.retries,
            passed_at: Some(now),
            prompt: String::new(),
            challenged_at: None,
            challenges: 0,
            password_hash: Some(hash),
            tries: 0,
            address: permit.caller().address.clone(),
            agent: for_trail(&self.agent).chars().take(300).collect(),
            browser: self.browser.map(|token| token_digest(token.expose())),
            step_ends_at,
            ends_at: step_ends_at.max(now + limits::LOGIN),
        };
        logins::insert(tx, &login, &token_digest(token.expose()), now).await?;
        permit.at_browser(&login.agent);
        permit.message(pending_line(method).after("A new password was chosen with a link."));
        Ok(token)
    }
}

/// The link that still works, and its person.
async fn open(
    services: &Services,
    snapshot: &Snapshot,
    token: &Secret,
) -> Result<(PasswordReset, User), OpError> {
    let reset = password_resets::find(snapshot, &token_digest(token.expose()))
        .await?
        .filter(|reset| services.now() < reset.expires_at)
        .ok_or(OpError::Expired)?;
    let user = users::find(snapshot, reset.user)
        .await?
        .filter(|user| user.state == UserState::Active)
        .ok_or(OpError::Expired)?;
    Ok((reset, user))
}
