//! Setting up a method between the second proof and the session, because the policy asks for it.

use portcullis_model::{
    Answer, FactorKind, Remember, Scope, Secret, Shown, Subject, SubjectKind, Username, Verdict,
};
use portcullis_store::logins::{self, Login};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, factors, users};
use zeroize::Zeroizing;

use crate::calls::{self, CallView, Purpose};
use crate::factors::enrolment::{self, Pending};
use crate::factors::{allowed_still, refuse_reported, settings_of};
use crate::setup::add_backup_codes;
use crate::sign_in::proof::{FirstProof, Opened, SecondProof, finish, open_session, person_of};
use crate::sign_in::{INCORRECT, SECOND_PASSED, error_line, limits, login_of};
use crate::text::Fields;
use crate::{Audit, OpError, Operation, Permit, Read, Remote, Right, Services, Write, mfa_policy, notices};

/// Begins to set up a method that the policy allows.
pub struct BeginSetUp {
    pub token: Secret,
    pub method: FactorKind,
    /// A phone number; empty where nothing is typed.
    pub details: String,
}

impl Operation for BeginSetUp {
    type Output = ();

    const NAME: &'static str = "login.begin_set_up";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for BeginSetUp {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let (_, user) = waiting(permit, services, tx, &self.token).await?;
        refuse_reported(tx, user.id, self.method).await?;
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        if !effective.to_set_up.contains(&self.method) {
            return Err(OpError::NotFound);
        }
        enrolment::begin(services, tx, &user, self.method, &self.details).await
    }
}

/// Calls the number that was begun with, to confirm it.
pub struct CallSetUp {
    pub token: Secret,
}

impl Operation for CallSetUp {
    type Output = ();

    const NAME: &'static str = "login.call_set_up";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for CallSetUp {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let (login, user) = waiting(permit, services, tx, &self.token).await?;
        enrolment::call(permit, services, tx, &user, &login.address).await
    }
}

/// Shows what was begun: the key to scan, or the options for the browser.
pub struct ShowSetUp {
    pub token: Secret,
}

pub struct SetUp {
    pub username: String,
    pub method: FactorKind,
    pub shown: Shown,
    /// The call that confirms a phone number.
    pub call: Option<CallView>,
}

impl Operation for ShowSetUp {
    type Output = SetUp;

    const NAME: &'static str = "login.show_set_up";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for ShowSetUp {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<SetUp, OpError> {
        let (_, user) = waiting(permit, services, snapshot, &self.token).await?;
        let pending = enrolment::pending(services, snapshot, &user).await?;
        Ok(SetUp {
            method: pending.factor.kind,
            shown: pending.shown(services, &user.username)?,
            call: calls::view(services, snapshot, pending.factor.id.0, Purpose::Enrolment).await?,
            username: user.username,
        })
    }
}

/// Confirms what was set up with its first answer, and opens the session.
pub struct ConfirmSetUp {
    pub token: Secret,
    pub code: Secret,
    /// What the person calls the device.
    pub name: String,
}

pub enum SetUpStep {
    Done {
        session_token: Secret,
        /// What the browser is known by from now on.
        browser_token: Secret,
        /// A new set, if the person had none.
        backup_codes: Vec<Secret>,
    },
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
        pending: Box<Pending>,
        settings: Zeroizing<Vec<u8>>,
    },
    TooMany,
}

impl Operation for ConfirmSetUp {
    type Output = SetUpStep;

    const NAME: &'static str = "login.confirm_set_up";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for ConfirmSetUp {
    type Plan = Plan;
    type Effect = (Verdict, Option<i64>);

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let (mut login, user) = waiting(permit, services, tx, &self.token).await?;
        if limits::ENROLMENT_RETRIES < login.tries {
            logins::end(tx, login.id).await?;
            return Ok(Plan::TooMany);
        }
        let pending = enrolment::pending(services, tx, &user).await?;
        allowed_still(services, tx, &user, pending.factor.kind).await?;
        let mut fields = Fields::default();
        let name = enrolment::name_of(&mut fields, &self.name, pending.factor.kind);
        fields.done()?;
        login.revision += 1;
        login.tries += 1;
        if logins::advance(tx, &login, None).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        Ok(Plan::Ask {
            settings: settings_of(services, tx, pending.factor.kind).await?,
            login: Box::new(login),
            name,
            pending: Box::new(pending),
        })
    }

    async fn act(&self, services: &Services, plan: &Plan) -> Result<Self::Effect, OpError> {
        let Plan::Ask {
            login,
            pending,
            settings,
            ..
        } = plan
        else {
            return Ok((Verdict::Reject, None));
        };
        let answer = Answer {
            code: self.code.clone(),
            at: services.now(),
            address: login.address.clone(),
        };
        pending.judge(services, settings, &answer).await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        (verdict, offset): Self::Effect,
        tx: &Tx,
    ) -> Result<SetUpStep, OpError> {
        let Plan::Ask {
            login, name, pending, ..
        } = plan
        else {
            permit.refused();
            return Ok(SetUpStep::TooMany);
        };
        let kind = pending.factor.kind;
        let Verdict::Accept { enrolment: confirmed } = verdict else {
            permit.refused();
            permit.message(error_line(kind, INCORRECT));
            return Ok(SetUpStep::Wrong {
                tries_left: (limits::ENROLMENT_RETRIES + 1).saturating_sub(login.tries),
                clock_minutes_off: offset.map(|seconds| seconds / 60),
            });
        };
        users::hold(tx, pending.factor.user).await?;
        let user = person_of(tx, &login).await?;
        let lost = || OpError::Conflict("This set-up was finished in another window.");
        if !enrolment::complete(services, tx, &pending, confirmed.as_deref(), &name).await?
            || logins::end(tx, login.id).await? != 1
        {
            return Err(lost());
        }
        let backup_codes = first_backup_codes(services, tx, &user).await?;
        let proven = finish(FirstProof::recall(&login)?, SecondProof::recall(&login)?)?;
        let opened = open_session(permit, services, tx, proven, &login, Remember::Off).await?;
        services.vault.record_factors(permit, tx, user.id).await?;
        permit.message(format!("Set up {}, `{name}`.", kind.label()));
        let what = format!(
            "{} was added to your account {} as a second step.",
            kind.label(),
            user.username
        );
        notices::tell(
            services,
            tx,
            permit.caller(),
            &user,
            "A second step was added",
            &what,
        )
        .await?;
        Ok(SetUpStep::Done {
            session_token: opened.session_token,
            browser_token: opened.browser_token,
            backup_codes,
        })
    }
}

/// A set of backup codes for somebody who has none, if the policy knows them.
pub(crate) async fn first_backup_codes(
    services: &Services,
    tx: &Tx,
    user: &User,
) -> Result<Vec<Secret>, OpError> {
    let has = factors::list(tx, user.id)
        .await?
        .iter()
        .any(|factor| factor.kind == FactorKind::BackupCode);
    let effective = mfa_policy::of_person(services, tx, user).await?;
    if has || !effective.methods.contains(&FactorKind::BackupCode) {
        return Ok(Vec::new());
    }
    let person: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
    add_backup_codes(services, tx, user.id, &person).await
}

/// Puts setting up off, as long as the policy lets people do so.
pub struct SkipSetUp {
    pub token: Secret,
}

impl Operation for SkipSetUp {
    type Output = Opened;

    const NAME: &'static str = "login.skip_set_up";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for SkipSetUp {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Opened, OpError> {
        let (login, user) = waiting(permit, services, tx, &self.token).await?;
        users::hold(tx, user.id).await?;
        let user = person_of(tx, &login).await?;
        let effective = mfa_policy::of_person(services, tx, &user).await?;
        if effective.must_set_up && !effective.may_skip {
            return Err(OpError::Denied);
        }
        users::add_skip(tx, user.id).await?;
        if logins::end(tx, login.id).await? != 1 {
            return Err(OpError::Conflict("This sign-in went on in another window."));
        }
        let proven = finish(FirstProof::recall(&login)?, SecondProof::recall(&login)?)?;
        permit.message("Setting up a second step was put off.");
        open_session(permit, services, tx, proven, &login, Remember::Off).await
    }
}

/// The login that waits for something to be set up, and its person.
async fn waiting<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    snapshot: &Snapshot,
    token: &Secret,
) -> Result<(Login, User), OpError> {
    let login = login_of(permit, snapshot, token, SECOND_PASSED).await?;
    if login.ends_at <= services.now() {
        return Err(OpError::Expired);
    }
    let user = users::find(snapshot, login.user.ok_or(OpError::Expired)?)
        .await?
        .filter(|user| user.state == portcullis_model::UserState::Active)
        .ok_or(OpError::Expired)?;
    Ok((login, user))
}
