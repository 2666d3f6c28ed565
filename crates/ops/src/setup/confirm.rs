use portcullis_model::{
    Answer, Challenge, FactorId, FactorKind, Newcomer, Proof, Remember, Scope, Secret, Shown, Subject,
    SubjectKind, UserId, UserState, Username, Verdict,
};
use portcullis_store::factors::{self, Factor};
use portcullis_store::logins::{self, Login};
use portcullis_store::{Tx, browsers, invitations, sessions, users};
use zeroize::Zeroizing;

use crate::factors::lift;
use crate::sign_in::proof::{FirstProof, SecondProof, finish, open_session, person_of};
use crate::sign_in::{ENROLLING, limits, login_of};
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// Confirms the authenticator with its first code: from here on the person can sign in.
pub struct Confirm {
    pub token: Secret,
    pub code: Secret,
    /// What the person calls the device.
    pub name: String,
}

pub enum Confirmation {
    Confirmed {
        session_token: Secret,
        /// What the browser is known by from now on.
        browser_token: Secret,
        backup_codes: Vec<Secret>,
    },
    TimedOut,
    TooMany,
    Wrong {
        tries_left: u32,
        clock_minutes_off: Option<i64>,
    },
}

pub enum Plan {
    Ask {
        login: Box<Login>,
        name: String,
        factor: Box<Factor>,
        enrolment: Zeroizing<Vec<u8>>,
    },
    Over,
    TooMany,
}

impl Operation for Confirm {
    type Output = Confirmation;

    const NAME: &'static str = "setup.confirm";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
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
        let mut login = login_of(permit, tx, &self.token, ENROLLING).await?;
        if login.ends_at <= services.now() {
            logins::end(tx, login.id).await?;
            return Ok(Plan::Over);
        }
        if limits::ENROLMENT_RETRIES < login.tries {
            return Ok(Plan::TooMany);
        }
        let mut fields = Fields::default();
        let mut name = fields.line("name", &self.name);
        fields.done()?;
        if name.is_empty() {
            FactorKind::Totp.label().clone_into(&mut name);
        }
        login.revision += 1;
        login.tries += 1;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This set-up went on in another window."));
        }
        let user = login.user.ok_or(OpError::Expired)?;
        let factor = factors::list(tx, user)
            .await?
            .into_iter()
            .find(|factor| !factor.active && factor.kind == FactorKind::Totp)
            .ok_or(OpError::Expired)?;
        let enrolment = services.vault.open_factor(tx, &factor).await?;
        Ok(Plan::Ask {
            login: Box::new(login),
            name,
            factor: Box::new(factor),
            enrolment,
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let Plan::Ask { login, enrolment, .. } = plan else {
            return Ok((Verdict::Reject, None));
        };
        let totp = services.factor(FactorKind::Totp)?;
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: login.address.clone(),
        };
        let proof = Proof {
            enrolment,
            challenge: &Challenge::default(),
            settings: &[],
            chance: &*services.chance,
        };
        let verdict = totp.confirm(&proof, &answer).await?;
        let offset = match verdict {
            Verdict::Accept { .. } => None,
            Verdict::Ask(_) | Verdict::Reject | Verdict::Wait => totp.clock_offset(enrolment, &answer),
        };
        Ok((verdict, offset))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        (verdict, offset): Self::Effect,
        tx: &Tx,
    ) -> Result<Confirmation, OpError> {
        let (login, name, factor) = match plan {
            Plan::Ask {
                login, name, factor, ..
            } => (login, name, factor),
            Plan::Over => {
                permit.refused();
                return Ok(Confirmation::TimedOut);
            }
            Plan::TooMany => {
                permit.refused();
                return Ok(Confirmation::TooMany);
            }
        };
        let (Some(proof), Verdict::Accept { enrolment }) =
            (SecondProof::judge(&login, &factor, &verdict), verdict)
        else {
            permit.refused();
            permit.message(crate::sign_in::error_line(
                FactorKind::Totp,
                crate::sign_in::INCORRECT,
            ));
            return Ok(Confirmation::Wrong {
                tries_left: (limits::ENROLMENT_RETRIES + 1).saturating_sub(login.tries),
                clock_minutes_off: offset.map(|seconds| seconds / 60),
            });
        };
        users::hold(tx, factor.user).await?;
        let now = services.now();
        let lost = || OpError::Conflict("This set-up was finished in another window.");
        let invitation = login.invitation.ok_or(OpError::Expired)?;
        if invitations::spend(tx, invitation, now).await? != 1 || logins::end(tx, login.id).await? != 1 {
            return Err(lost());
        }
        let user = person_of(tx, &login).await?;
        // Whoever was there before with an older password or factor is out.
        factors::delete_active(tx, user.id).await?;
        sessions::end_all(tx, user.id, None).await?;
        let hash = login.password_hash.as_deref().ok_or(OpError::Expired)?;
        users::set_password(tx, user.id, hash, now).await?;
        users::set_state(tx, user.id, UserState::Invited, UserState::Active).await?;
        for kind in FactorKind::ALL {
            lift(tx, &user, kind).await?;
        }
        browsers::delete_of(tx, user.id).await?;
        if let Some(enrolment) = enrolment {
            let sealed = services
                .vault
                .seal_factor(services, tx, factor.id, user.id, &enrolment)
                .await?;
            if factors::replace(tx, factor.id, factor.revision, &sealed, now).await? != 1 {
                return Err(lost());
            }
        }
        factors::activate(tx, factor.id, &name).await?;
        let person: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
        let backup_codes = add_backup_codes(services, tx, user.id, &person).await?;
        let proven = finish(FirstProof::recall(&login)?, proof)?;
        let opened = open_session(permit, services, tx, proven, &login, Remember::Off).await?;
        services.vault.record_factors(permit, tx, user.id).await?;
        permit.message(format!(
            "Enrolled an authenticator app, `{name}`, and ten backup codes."
        ));
        Ok(Confirmation::Confirmed {
            session_token: opened.session_token,
            browser_token: opened.browser_token,
            backup_codes,
        })
    }
}

/// Draws a new set of backup codes; the caller has deleted the old one.
pub(crate) async fn add_backup_codes(
    services: &Services,
    tx: &Tx,
    user: UserId,
    person: &Username,
) -> Result<Vec<Secret>, OpError> {
    let newcomer = Newcomer {
        id: user,
        username: person,
        own: &[],
        settings: &[],
        details: "",
        chance: &*services.chance,
    };
    let drawn = services.factor(FactorKind::BackupCode)?.enrol(&newcomer)?;
    let Shown::Codes(codes) = drawn.shown else {
        return Err(OpError::Damaged);
    };
    let id = FactorId(services.new_id());
    let factor = Factor {
        id,
        user,
        kind: FactorKind::BackupCode,
        name: FactorKind::BackupCode.label().to_owned(),
        active: true,
        revision: 0,
        enrolment: services
            .vault
            .seal_factor(services, tx, id, user, &drawn.private)
            .await?,
        created_at: services.now(),
        used_at: None,
    };
    factors::insert(tx, &factor).await?;
    Ok(codes)
}
