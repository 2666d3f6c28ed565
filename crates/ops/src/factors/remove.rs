use portcullis_model::{FactorId, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, browsers, factors, users};

use crate::text::Fields;
use crate::{OpError, Operation, Permit, Right, Services, Write, mfa_policy, notices};

/// Removes one of the caller's own methods; not the last one that gets them in.
pub struct Remove {
    pub id: FactorId,
}

impl Operation for Remove {
    type Output = ();

    const NAME: &'static str = "factor.remove";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Factor, self.id.0)
    }
}

impl Write for Remove {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let me = permit.user()?;
        users::hold(tx, me).await?;
        let user = users::find(tx, me).await?.ok_or(OpError::NotFound)?;
        let factor = own(tx, &user, self.id).await?;
        factors::delete(tx, factor.id).await?;
        browsers::forget_remembered(tx, me).await?;
        if mfa_policy::of_person(services, tx, &user).await?.must_set_up {
            // The transaction is given up with the error, and the factor stays.
            return Err(OpError::Conflict(
                "This is the last method that your policy allows. Set up another one first.",
            ));
        }
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(me.0),
            name: Some(user.username.clone()),
        });
        services.vault.record_factors(permit, tx, me).await?;
        permit.message(format!("Removed {}, `{}`.", factor.kind.label(), factor.name));
        let what = format!(
            "{}, `{}`, was removed from your account {}.",
            factor.kind.label(),
            factor.name,
            user.username
        );
        notices::tell(
            services,
            tx,
            permit.caller(),
            &user,
            "A second step was removed",
            &what,
        )
        .await
    }
}

/// Gives one of the caller's own methods another name.
pub struct Rename {
    pub id: FactorId,
    pub name: String,
}

impl Operation for Rename {
    type Output = ();

    const NAME: &'static str = "factor.rename";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Factor, self.id.0)
    }
}

impl Write for Rename {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let mut fields = Fields::default();
        let name = fields.name("name", &self.name);
        fields.done()?;
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        let factor = own(tx, &user, self.id).await?;
        factors::set_name(tx, factor.id, &name).await?;
        permit.message(format!("`{}` is called `{name}` now.", factor.name));
        Ok(())
    }
}

/// A method of the person that has a name of its own.
async fn own(tx: &Tx, user: &users::User, id: FactorId) -> Result<factors::Factor, OpError> {
    factors::list(tx, user.id)
        .await?
        .into_iter()
        .filter(|factor| factor.active && factor.kind.is_own())
        .find(|factor| factor.id == id)
        .ok_or(OpError::NotFound)
}
