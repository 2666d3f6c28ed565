use portcullis_model::{BrowserId, Scope, Subject, SubjectKind, SystemRight, UserId};
use portcullis_store::{Tx, browsers, users};

use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Forgets one of the browsers that the caller is known from: the second step is asked there again.
pub struct Forget {
    pub id: BrowserId,
}

impl Operation for Forget {
    type Output = ();

    const NAME: &'static str = "browser.forget";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Browser, self.id.0)
    }
}

impl Write for Forget {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        match browsers::delete(tx, permit.user()?, self.id).await? {
            0 => Err(OpError::NotFound),
            _ => Ok(()),
        }
    }
}

/// Forgets all browsers that the caller is known from.
pub struct ForgetAll;

impl Operation for ForgetAll {
    /// How many there were.
    type Output = u64;

    const NAME: &'static str = "browser.forget_all";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Browser)
    }
}

impl Write for ForgetAll {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<u64, OpError> {
        let user = permit.user()?;
        users::hold(tx, user).await?;
        let forgotten = browsers::delete_of(tx, user).await?;
        permit.message(format!("{forgotten} browsers forgotten."));
        Ok(forgotten)
    }
}

/// Forgets all browsers that a person is known from.
pub struct ForgetAllOf {
    pub id: UserId,
}

impl Operation for ForgetAllOf {
    /// How many there were.
    type Output = u64;

    const NAME: &'static str = "browser.forget_all_of";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Write for ForgetAllOf {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<u64, OpError> {
        users::hold(tx, self.id).await?;
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        let forgotten = browsers::delete_of(tx, user.id).await?;
        permit.message(format!("{forgotten} browsers forgotten."));
        Ok(forgotten)
    }
}
