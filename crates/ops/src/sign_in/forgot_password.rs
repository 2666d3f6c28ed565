use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind, UserState, Username};
use portcullis_store::Tx;
use portcullis_store::password_resets::{self, PasswordReset};
use portcullis_store::users::{self, User};

use crate::letters::{self, Circumstances};
use crate::mail::{Occasion, post};
use crate::settings::{self, Connection};
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write, mfa_policy};

/// Sends a link to choose a new password, if user name and e-mail address belong together. It tells nobody whether
/// they do.
pub struct ForgotPassword {
    pub username: String,
    pub email: String,
}

const VALID: Duration = Duration::from_mins(30);
/// How many links a person is sent within an hour.
const PER_HOUR: i64 = 3;

impl Operation for ForgotPassword {
    type Output = ();

    const NAME: &'static str = "login.forgot_password";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    // Anybody can ask for anybody a million times; what counts is a link that was sent.
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for ForgotPassword {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let Some(user) = person(tx, &self.username, &self.email).await? else {
            return Ok(());
        };
        let now = services.now();
        let often = password_resets::count(tx, user.id, now - Duration::from_hours(1)).await?;
        if PER_HOUR <= often || !settings::is_set(tx, Connection::Mail).await? {
            return Ok(());
        }
        let circumstances = Circumstances {
            site: &services.site,
            at: now,
            address: &permit.caller().address,
        };
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        let to = vec![self.email.trim().to_owned()];
        let letter = if can_confirm(services, tx, &user).await? {
            let token = draw_token(&*services.chance);
            let reset = PasswordReset {
                id: services.new_id(),
                user: user.id,
                expires_at: now + VALID,
            };
            password_resets::withdraw(tx, user.id, now).await?;
            password_resets::insert(tx, &reset, &token_digest(token.expose()), now).await?;
            let link = Secret::new(format!(
                "{}/sign-in/reset?token={}",
                services.site.url,
                token.expose()
            ));
            permit.message("A link to choose a new password was sent.");
            letters::link(
                &circumstances,
                "Choose a new password",
                &format!(
                    "Somebody asked to choose a new password for {}. The link works once, for 30 minutes, and asks for \
                     your second step.",
                    user.username
                ),
                link,
                "If this wasn't you, do nothing: your password stays as it is.",
                to,
            )
        } else {
            permit.message("No link was sent: there is no second step but the mailbox itself.");
            letters::notice(
                &circumstances,
                "Your password was not reset",
                &format!(
                    "Somebody asked to choose a new password for {}. That takes a second step other than e-mail, and \
                     none is set up.",
                    user.username
                ),
                "Ask an administrator for a new set-up code.",
                to,
            )
        };
        post(services, tx, Occasion::Reset, user.id, &letter, VALID).await
    }
}

/// Somebody who can sign in, if the address is one of theirs.
async fn person(tx: &Tx, username: &str, email: &str) -> Result<Option<User>, OpError> {
    let Ok(username) = username.parse::<Username>() else {
        return Ok(None);
    };
    let email = email.trim();
    let is_theirs = |user: &User| {
        !email.is_empty()
            && [&user.email, &user.email2]
                .into_iter()
                .any(|own| own.eq_ignore_ascii_case(email))
    };
    Ok(users::find_by_username(tx, username.as_ref())
        .await?
        .filter(|user| user.state == UserState::Active && is_theirs(user)))
}

/// Whether a person has a second step that is not the mailbox: one mailbox must not be both proofs.
async fn can_confirm(services: &Services, tx: &Tx, user: &User) -> Result<bool, OpError> {
    let effective = mfa_policy::of_person(services, tx, user).await?;
    Ok(effective.blocked.is_none() && effective.asked().iter().any(|kind| *kind != FactorKind::Email))
}
