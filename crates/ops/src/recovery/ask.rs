use std::time::Duration;

use portcullis_crypto::{spoken_words, spoken_words_digest};
use portcullis_model::{Scope, Secret, Subject, SubjectKind, UserState};
use portcullis_store::recovery_requests::{self, Request};
use portcullis_store::{Tx, logins, users};

use crate::factors::challenges;
use crate::recovery::{CANCELLED, MOST_ASKED, OPEN, WAITING, login_in};
use crate::sign_in::proof::person_of;
use crate::sign_in::{BLOCKED, FIRST_PASSED, RECOVERING};
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Asks an administrator for help, once the password was right. An earlier request of the same person ends.
pub struct Ask {
    pub token: Secret,
}

impl Operation for Ask {
    type Output = ();

    const NAME: &'static str = "recovery.ask";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for Ask {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let states = [BLOCKED, FIRST_PASSED, RECOVERING];
        let mut login = login_in(permit, services, tx, &self.token, &states).await?;
        if login.password_hash.is_some() {
            return Err(OpError::Conflict(
                "This sign-in began with a link from a letter. Ask an administrator for a new set-up code.",
            ));
        }
        let user = person_of(tx, &login).await?;
        users::hold(tx, user.id).await?;
        if user.state != UserState::Active {
            return Err(OpError::Expired);
        }
        let now = services.now();
        let hour = Duration::from_hours(1);
        if MOST_ASKED <= recovery_requests::count_of(tx, user.id, now - hour).await? {
            return Err(OpError::TooMany { retry_after: hour });
        }
        recovery_requests::withdraw(tx, user.id, CANCELLED, now).await?;
        let id = services.new_id();
        let words = spoken_words(self.token.expose(), id.as_bytes());
        let request = Request {
            id,
            user: user.id,
            login: login.id,
            address: permit.caller().address.clone(),
            agent: login.agent.clone(),
            state: WAITING.to_owned(),
            wrong_words: 0,
            first_approver_id: None,
            first_approver: String::new(),
            decided_by: String::new(),
            reason: String::new(),
            made_at: now,
            ends_at: now + OPEN,
            decided_at: None,
        };
        recovery_requests::insert(tx, &request, &spoken_words_digest(words.expose())).await?;
        RECOVERING.clone_into(&mut login.state);
        login.revision += 1;
        login.method = None;
        login.prompt = String::new();
        login.step_ends_at = request.ends_at;
        login.ends_at = request.ends_at;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        challenges::forget(tx, login.id.0).await?;
        permit.message("Asked an administrator for help with the second step.");
        let what = format!(
            "Somebody who typed the password of your account {} asked an administrator for help with the second step.",
            user.username
        );
        let subject = "Help with your second step was asked for";
        notices::tell(services, tx, permit.caller(), &user, subject, &what).await?;
        let what = format!(
            "{} typed their password and asks for help with the second step. Look at it under Users, Recovery requests, \
             and call them on a number that you know from before.",
            user.username
        );
        let subject = "Somebody asks for help with the second step";
        notices::tell_administrators(services, tx, permit.caller(), Some(user.id), subject, &what).await
    }
}
