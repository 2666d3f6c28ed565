use portcullis_model::{
    FactorError, FactorKind, Newcomer, Scope, Shown, Subject, SubjectKind, SystemRight, UserId, UserState,
    Username,
};
use portcullis_store::{Tx, browsers, factors, logins, users};

use crate::factors::{enrolment, lift, settings_of};
use crate::settings::{self, Connection};
use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Sets the phone number of somebody else, in place of what they had. The administrator answers for it: it counts without
/// a call.
pub struct SetPhone {
    pub id: UserId,
    /// `1 9259249500 292` or `+19259249500`; where a phone agent keeps the numbers, the name under which it knows the person.
    pub number: String,
    pub reason: String,
}

impl Operation for SetPhone {
    type Output = ();

    const NAME: &'static str = "factor.set_phone";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for SetPhone {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        if self.reason.trim().is_empty() {
            return Err(OpError::invalid("reason", "must not be empty"));
        }
        users::hold(tx, self.id).await?;
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        if Some(user.id) == permit.caller().user() {
            return Err(OpError::Conflict("Your own methods are on My security."));
        }
        if user.state == UserState::Invited {
            return Err(OpError::Conflict("This person has not set up their account yet."));
        }
        if !settings::is_set(tx, Connection::Phone).await? {
            return Err(OpError::Conflict(
                "No phone trunk is set, so nobody can be called.",
            ));
        }
        let username: Username = user.username.parse().map_err(|_| OpError::Damaged)?;
        let settings = settings_of(services, tx, FactorKind::Phone).await?;
        let newcomer = Newcomer {
            id: user.id,
            username: &username,
            own: &[],
            settings: &settings,
            details: &self.number,
            chance: &*services.chance,
        };
        let made = match services.factor(FactorKind::Phone)?.enrol(&newcomer) {
            Err(FactorError::Details(problem)) => return Err(OpError::invalid("number", problem)),
            made => made?,
        };
        let Shown::Number(masked) = made.shown else {
            return Err(OpError::Damaged);
        };
        factors::delete_kind(tx, user.id, FactorKind::Phone).await?;
        lift(tx, &user, FactorKind::Phone).await?;
        enrolment::insert(services, tx, &user, FactorKind::Phone, &made.private, true).await?;
        // Whoever is in the middle of signing in was called at the old number.
        logins::end_all(tx, user.id).await?;
        browsers::forget_remembered(tx, user.id).await?;
        services.vault.record_factors(permit, tx, user.id).await?;
        permit.message(format!("Set the phone: {masked}."));
        let what = format!(
            "{} set the phone at which you are called when you sign in to your account {}: {masked}.",
            permit.who(),
            user.username
        );
        notices::tell(
            services,
            tx,
            permit.caller(),
            &user,
            "Your phone number was set",
            &what,
        )
        .await
    }
}
