use portcullis_model::{Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, browsers, logins, sessions, users};

use crate::passwords::own_password_problems;
use crate::sign_in::budget::{Budget, Guesser};
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// Changes the caller's own password. Their other sessions end.
pub struct ChangeMyPassword {
    pub current: Secret,
    pub new: Secret,
}

/// The key of this among a person's guesses.
const FACTOR: &str = "password_change";

impl Operation for ChangeMyPassword {
    type Output = ();

    const NAME: &'static str = "user.change_my_password";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for ChangeMyPassword {
    /// The stored hash of the current password.
    type Plan = Option<String>;
    /// The hash of the new one, if the current one was right.
    type Effect = Option<String>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Option<String>, OpError> {
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        if let Some(problem) = own_password_problems(&self.new, &user.username)
            .into_iter()
            .next()
        {
            return Err(OpError::invalid("new", problem));
        }
        let guesser = Guesser::anybody(&user.username);
        if let Budget::Wait(retry_after) = guesser.reserve(tx, FACTOR, services.now()).await? {
            return Err(OpError::TooMany { retry_after });
        }
        Ok(user.password_hash)
    }

    async fn act(&self, services: &Services, stored: &Option<String>) -> Result<Option<String>, OpError> {
        let peppers = services.vault.peppers()?;
        let pepper = peppers.last().cloned().ok_or(OpError::Damaged)?;
        if !services
            .hashing
            .verify(stored.clone(), peppers, self.current.clone())
            .await?
        {
            return Ok(None);
        }
        Ok(Some(
            services
                .hashing
                .hash(pepper, self.new.clone(), services.chance.clone())
                .await?,
        ))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        stored: Option<String>,
        hash: Option<String>,
        tx: &Tx,
    ) -> Result<(), OpError> {
        let Some(hash) = hash else {
            return Err(OpError::invalid("current", "is not your password"));
        };
        let id = permit.user()?;
        let user = users::find(tx, id).await?.ok_or(OpError::NotFound)?;
        if user.password_hash != stored {
            return Err(OpError::Conflict(
                "Your password was changed at the same moment. Try again.",
            ));
        }
        users::set_password(tx, id, &hash, services.now()).await?;
        Guesser::anybody(&user.username).accept(tx, FACTOR).await?;
        browsers::forget_remembered(tx, id).await?;
        logins::end_all(tx, id).await?;
        let ended = sessions::end_all(tx, id, permit.caller().session).await?;
        if let Some(session) = permit.caller().session {
            sessions::set_epoch(tx, session, user.epoch + 1).await?;
        }
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(id.0),
            name: Some(user.username),
        });
        permit.message(format!("{ended} other sessions ended."));
        Ok(())
    }
}
