use portcullis_model::{
    Answer, FactorError, FactorKind, Scope, Secret, Subject, SubjectKind, Username, Verdict,
};
use portcullis_store::{Tx, factors, users};

use crate::factors::{Inquiry, Judged, Proves, SWITCHED_OFF, TAKES_NO_MORE, lift, spend, switch_off};
use crate::setup::add_backup_codes;
use crate::sign_in::budget::{FactorBudget, Guesser};
use crate::sign_in::{INCORRECT, error_line, limits};
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// Draws ten new backup codes, for a fresh code from the app. The old ones die at once.
pub struct RegenerateBackupCodes {
    pub code: Secret,
}

pub enum Regenerated {
    Codes(Vec<Secret>),
    Wrong { tries_left: u32 },
}

impl Operation for RegenerateBackupCodes {
    type Output = Regenerated;

    const NAME: &'static str = "factor.regenerate_backup_codes";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Remote for RegenerateBackupCodes {
    /// The apps, and whether no other answer is looked at before a right one.
    type Plan = (Inquiry, bool);
    type Effect = Result<Judged, FactorError>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Self::Plan, OpError> {
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        let now = services.now();
        // The same budget as at sign-in: this page is no second place to guess.
        let guesser = Guesser::of_session(tx, permit.who(), permit.caller().session).await?;
        let last = match guesser.reserve_factor(tx, FactorKind::Totp, now).await? {
            FactorBudget::Reserved { last } => last,
            FactorBudget::Wait(retry_after) => return Err(OpError::TooMany { retry_after }),
            FactorBudget::Spent => return Err(OpError::Conflict(TAKES_NO_MORE)),
        };
        Ok((Inquiry::of(services, tx, &user, FactorKind::Totp).await?, last))
    }

    async fn act(&self, services: &Services, (apps, _): &Self::Plan) -> Result<Self::Effect, OpError> {
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: String::new(),
        };
        apps.judge(services, &answer, Proves::One).await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        (apps, last): Self::Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Regenerated, OpError> {
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        users::hold(tx, user.id).await?;
        let wrong = async || {
            permit.refused();
            if last {
                switch_off(permit, services, tx, &user, FactorKind::Totp).await?;
                permit.message(error_line(FactorKind::Totp, &format!("{SWITCHED_OFF}.")));
            } else {
                permit.message(INCORRECT);
            }
            Ok(Regenerated::Wrong {
                tries_left: if last { 0 } else { limits::RETRIES },
            })
        };
        let Some((
            index,
            Verdict::Accept {
                enrolment: Some(enrolment),
            },
        )) = effect?
        else {
            return wrong().await;
        };
        let factor = &apps.candidates[index].0;
        if !spend(services, tx, factor, Some(&enrolment)).await? {
            return wrong().await;
        }
        Guesser::of_session(tx, &user.username, permit.caller().session)
            .await?
            .accept_factor(tx, FactorKind::Totp)
            .await?;
        lift(tx, &user, FactorKind::BackupCode).await?;
        factors::delete_kind(tx, user.id, FactorKind::BackupCode).await?;
        let person: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
        let codes = add_backup_codes(services, tx, user.id, &person).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username),
        });
        services.vault.record_factors(permit, tx, user.id).await?;
        permit.message("Ten new backup codes; the old ones no longer work.");
        Ok(Regenerated::Codes(codes))
    }
}
