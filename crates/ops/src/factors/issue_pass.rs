use std::time::Duration;

use portcullis_model::{
    FactorKind, Newcomer, Scope, Secret, Shown, Subject, SubjectKind, SystemRight, Timestamp, UserId,
    UserState, Username,
};
use portcullis_store::users::User;
use portcullis_store::{Tx, factors, users};

use crate::factors::{enrolment, lift};
use crate::text::for_trail;
use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Gives a person a pass that works once, for at most an hour, in place of their second step.
pub struct IssuePass {
    pub id: UserId,
    /// 5 to 60.
    pub minutes: u32,
    pub reason: String,
}

pub struct IssuedPass {
    /// Told once, to whoever issued it.
    pub pass: Secret,
    pub ends_at: Timestamp,
}

impl Operation for IssuePass {
    type Output = IssuedPass;

    const NAME: &'static str = "factor.issue_pass";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for IssuePass {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<IssuedPass, OpError> {
        permit.fresh(services)?;
        check_pass(self.minutes, &self.reason)?;
        users::hold(tx, self.id).await?;
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        if Some(user.id) == permit.caller().user() {
            return Err(OpError::Conflict(
                "Nobody gives themselves a pass. Ask another administrator.",
            ));
        }
        if user.state != UserState::Active {
            return Err(OpError::Conflict(
                "This person cannot sign in: they are invited or locked.",
            ));
        }
        issue(permit, services, tx, &user, self.minutes, &self.reason).await
    }
}

/// Refuses a pass that is good for too long or too short, or given without a reason.
pub(crate) fn check_pass(minutes: u32, reason: &str) -> Result<(), OpError> {
    if !(5..=60).contains(&minutes) {
        return Err(OpError::invalid("minutes", "must be between 5 and 60"));
    }
    if reason.trim().is_empty() {
        return Err(OpError::invalid("reason", "must not be empty"));
    }
    Ok(())
}

/// Makes the pass of a person, in place of any earlier one, and tells of it. The caller holds the person and has
/// decided that they get one.
pub(crate) async fn issue<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    minutes: u32,
    reason: &str,
) -> Result<IssuedPass, OpError> {
    let ends_at = services.now() + Duration::from_secs(60 * u64::from(minutes));
    let username: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
    let terms = serde_json::json!({ "ends_at": ends_at }).to_string();
    let newcomer = Newcomer {
        id: user.id,
        username: &username,
        own: &[],
        settings: terms.as_bytes(),
        details: "",
        chance: &*services.chance,
    };
    let made = services.factor(FactorKind::TemporaryPass)?.enrol(&newcomer)?;
    let Shown::Codes(mut codes) = made.shown else {
        return Err(OpError::Damaged);
    };
    let pass = codes.pop().ok_or(OpError::Damaged)?;
    // There is one at a time.
    factors::delete_kind(tx, user.id, FactorKind::TemporaryPass).await?;
    lift(tx, user, FactorKind::TemporaryPass).await?;
    enrolment::insert(services, tx, user, FactorKind::TemporaryPass, &made.private, true).await?;
    services.vault.record_factors(permit, tx, user.id).await?;
    permit.message(format!("A pass for {minutes} minutes."));
    let what = format!(
        "{} issued a temporary pass for your account {}. It works once, until {} UTC.",
        permit.who(),
        user.username,
        ends_at.to_text()
    );
    notices::tell(
        services,
        tx,
        permit.caller(),
        user,
        "A temporary pass was issued",
        &what,
    )
    .await?;
    let what = format!(
        "On the server's command line, a temporary pass was issued for the account {}. It works once, until {} UTC. \
         The reason given: {}",
        user.username,
        ends_at.to_text(),
        for_trail(reason.trim())
    );
    notices::tell_of_console(
        services,
        tx,
        permit.caller(),
        "A temporary pass was issued on the server",
        &what,
    )
    .await?;
    Ok(IssuedPass { pass, ends_at })
}
