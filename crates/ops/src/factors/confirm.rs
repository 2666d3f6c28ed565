use portcullis_model::{Answer, FactorKind, Scope, Secret, Subject, SubjectKind, Verdict};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, users};
use zeroize::Zeroizing;

use crate::factors::enrolment::{self, Pending};
use crate::factors::settings_of;
use crate::sign_in::budget::{Budget, Guesser};
use crate::sign_in::set_up::first_backup_codes;
use crate::sign_in::{INCORRECT, error_line};
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Remote, Right, Services, mfa_policy, notices};

/// Confirms one more of the caller's own methods with its first answer: from here on it counts.
pub struct Confirm {
    pub code: Secret,
    /// What the person calls the device.
    pub name: String,
}

pub enum Confirmation {
    Done {
        method: FactorKind,
        /// A new set, if the person had none.
        backup_codes: Vec<Secret>,
    },
    Wrong {
        clock_minutes_off: Option<i64>,
    },
}

pub struct Plan {
    user: Box<User>,
    name: String,
    pending: Box<Pending>,
    settings: Zeroizing<Vec<u8>>,
}

/// The key of first answers among a person's guesses.
const ENROLMENT: &str = "enrolment";

/// Refuses what was begun when the policy still allowed it.
pub(crate) async fn allowed_still(
    services: &Services,
    snapshot: &Snapshot,
    user: &User,
    kind: FactorKind,
) -> Result<(), OpError> {
    let effective = mfa_policy::of_person(services, snapshot, user).await?;
    if effective.methods.contains(&kind) {
        return Ok(());
    }
    Err(OpError::Conflict(
        "The policy was changed meanwhile and does not allow this method any more. Choose another one.",
    ))
}

impl Operation for Confirm {
    type Output = Confirmation;

    const NAME: &'static str = "factor.confirm";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Remote for Confirm {
    type Plan = Plan;
    type Effect = (Verdict, Option<i64>);

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        permit.fresh(services)?;
        let now = services.now();
        let guesser = Guesser::anybody(permit.who());
        if let Budget::Wait(retry_after) = guesser.reserve(tx, ENROLMENT, now).await? {
            return Err(OpError::TooMany { retry_after });
        }
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        let pending = enrolment::pending(services, tx, &user).await?;
        if pending.factor.created_at + enrolment::OPEN <= now {
            return Err(OpError::Expired);
        }
        allowed_still(services, tx, &user, pending.factor.kind).await?;
        let mut fields = Fields::default();
        let name = enrolment::name_of(&mut fields, &self.name, pending.factor.kind);
        fields.done()?;
        Ok(Plan {
            settings: settings_of(services, tx, pending.factor.kind).await?,
            user: Box::new(user),
            name,
            pending: Box::new(pending),
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: String::new(),
        };
        plan.pending.judge(services, &plan.settings, &answer).await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        (verdict, offset): Self::Effect,
        tx: &Tx,
    ) -> Result<Confirmation, OpError> {
        let (user, factor, name) = (&plan.user, &plan.pending.factor, &plan.name);
        let Verdict::Accept { enrolment: confirmed } = verdict else {
            permit.refused();
            permit.message(error_line(factor.kind, INCORRECT));
            return Ok(Confirmation::Wrong {
                clock_minutes_off: offset.map(|seconds| seconds / 60),
            });
        };
        users::hold(tx, user.id).await?;
        if !enrolment::complete(services, tx, &plan.pending, confirmed.as_deref(), name).await? {
            return Err(OpError::Conflict("This set-up was finished in another window."));
        }
        Guesser::anybody(&user.username).accept(tx, ENROLMENT).await?;
        let backup_codes = first_backup_codes(services, tx, user).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        services.vault.record_factors(permit, tx, user.id).await?;
        permit.message(format!("Set up {}, `{name}`.", factor.kind.label()));
        let what = format!(
            "{}, `{name}`, was added to your account {} as a second step.",
            factor.kind.label(),
            user.username
        );
        notices::tell(
            services,
            tx,
            permit.caller(),
            user,
            "A second step was added",
            &what,
        )
        .await?;
        Ok(Confirmation::Done {
            method: factor.kind,
            backup_codes,
        })
    }
}
