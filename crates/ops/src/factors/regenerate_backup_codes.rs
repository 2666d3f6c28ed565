use portcullis_model::{
    Answer, Challenge, FactorKind, Scope, Secret, Subject, SubjectKind, Username, Verdict,
};
use portcullis_store::{Tx, factors, guesses, users};

use crate::factors::{Candidate, Judged, judge, spend};
use crate::setup::add_backup_codes;
use crate::sign_in::limits::{self, Budget, reserve};
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
    type Plan = Vec<Candidate>;
    type Effect = Judged;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Self::Plan, OpError> {
        let user = permit.user()?;
        let now = services.now();
        let ceiling = Some(limits::CEILING);
        // The same budget as at sign-in: this page is no second place to guess.
        if let Budget::Wait(retry_after) =
            reserve(tx, permit.who(), FactorKind::Totp.word(), ceiling, now).await?
        {
            return Err(OpError::TooMany { retry_after });
        }
        let mut apps = Vec::new();
        for factor in services.vault.current_factors(tx, user).await? {
            if factor.active && factor.kind == FactorKind::Totp {
                let enrolment = services.vault.open_factor(tx, &factor).await?;
                apps.push((factor, enrolment));
            }
        }
        Ok(apps)
    }

    async fn act(&self, services: &Services, apps: &Self::Plan) -> Result<Self::Effect, OpError> {
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: String::new(),
        };
        Ok(judge(
            services,
            FactorKind::Totp,
            &[],
            apps,
            &Challenge::default(),
            &answer,
        )
        .await?)
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        apps: Self::Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Regenerated, OpError> {
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        let wrong = || {
            permit.refused();
            permit.message(crate::sign_in::INCORRECT);
            Ok(Regenerated::Wrong {
                tries_left: limits::RETRIES,
            })
        };
        let Some((
            index,
            Verdict::Accept {
                enrolment: Some(enrolment),
            },
        )) = effect
        else {
            return wrong();
        };
        users::hold(tx, user.id).await?;
        let factor = &apps[index].0;
        if !spend(services, tx, factor, Some(&enrolment)).await? {
            return wrong();
        }
        guesses::clear(tx, &user.username, FactorKind::Totp.word()).await?;
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
