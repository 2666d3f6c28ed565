//! A second factor that took too many wrong answers, or was reported, is switched off, until somebody who may switches it
//! on again.

use portcullis_model::{FactorKind, Scope, Subject, SubjectKind, Timestamp, UserId};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, guesses, switched_off, users};

use crate::mail::Occasion;
use crate::notices::{self, Notice};
use crate::sign_in::limits::CEILING;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, Write};

/// Shown and recorded where a factor is off.
pub const SWITCHED_OFF: &str = "Switched off after too many wrong codes";
/// The same for phone calls, which take no codes: only who is called can switch them off.
pub const REPORTED: &str = "Switched off after a call was reported as not wanted";

/// Why a factor of this kind is off.
pub const fn why_off(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Phone => REPORTED,
        _ => SWITCHED_OFF,
    }
}

/// The same, for whoever asks it all the same.
pub(crate) const TAKES_NO_MORE: &str = "Switched off after too many wrong codes. Use another method or a backup code, or \
                                        ask an administrator to reset it.";

/// For whoever would set up a phone again by themselves.
const STAYS_OFF: &str = "Phone calls are switched off for you, because somebody on the phone said that a sign-in wasn't you. \
                         Only an administrator can switch them on again. If it was you, ask one.";

/// Refuses to let people undo a report of fraud by themselves: whoever it was about may be the one who asks.
pub(crate) async fn refuse_reported(
    snapshot: &Snapshot,
    user: UserId,
    kind: FactorKind,
) -> Result<(), OpError> {
    let is_reported = kind == FactorKind::Phone
        && switched_off::of(snapshot, user)
            .await?
            .iter()
            .any(|(off, _)| *off == kind);
    if is_reported {
        return Err(OpError::Conflict(STAYS_OFF));
    }
    Ok(())
}

/// Switches a factor of a person off, once, and tells them and the administrators. The caller holds the person.
pub(crate) async fn switch_off<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    kind: FactorKind,
) -> Result<(), OpError> {
    if switched_off::insert(tx, user.id, kind, services.now()).await? != 1 {
        return Ok(());
    }
    let (label, username) = (kind.label(), &user.username);
    let what = format!(
        "{label} was switched off for your account {username}: {CEILING} wrong codes came in a row. Sign in with another \
         method or a backup code and switch it on again under My security, or ask an administrator to reset it."
    );
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &permit.caller().address,
        subject: "A second step was switched off",
        what: &what,
        advice: "If the wrong codes weren't yours, somebody knows your password: change it, and tell an administrator.",
    };
    notices::post_to(services, tx, user, &notice).await?;
    let what =
        format!("{label} was switched off for the account {username}: {CEILING} wrong codes came in a row.");
    let notice = Notice {
        what: &what,
        advice: "Somebody may know this person's password. Ask them, and reset the method on their Authentication tab.",
        ..notice
    };
    notices::post_to_administrators(services, tx, Some(user.id), &notice).await
}

/// Lets a factor take answers again. Answers whether it was off.
pub(crate) async fn lift(tx: &Tx, user: &User, kind: FactorKind) -> Result<bool, OpError> {
    guesses::forget_factor(tx, &user.username, kind.word()).await?;
    Ok(switched_off::delete(tx, user.id, kind).await? == 1)
}

/// Switches one of the caller's own factors on again, after a second proof by another one. A phone stays off.
pub struct SwitchOn {
    pub method: FactorKind,
}

impl Operation for SwitchOn {
    type Output = ();

    const NAME: &'static str = "factor.switch_on";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Write for SwitchOn {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let me = permit.user()?;
        refuse_reported(tx, me, self.method).await?;
        users::hold(tx, me).await?;
        let user = users::find(tx, me).await?.ok_or(OpError::NotFound)?;
        let off = switched_off::of(tx, me).await?;
        let (_, since) = off
            .iter()
            .find(|(kind, _)| *kind == self.method)
            .ok_or(OpError::Conflict("This method is not switched off."))?;
        // A proof from before may have been one of the very factor that was guessed at.
        if permit.caller().proven_at.is_none_or(|at| at <= *since) {
            return Err(OpError::StepUp);
        }
        lift(tx, &user, self.method).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(me.0),
            name: Some(user.username.clone()),
        });
        let label = self.method.label();
        services.vault.record_factors(permit, tx, me).await?;
        permit.message(format!("Switched on again: {label}."));
        let what = format!(
            "{label} was switched on again for your account {}.",
            user.username
        );
        notices::tell(
            services,
            tx,
            permit.caller(),
            &user,
            "A second step was switched on again",
            &what,
        )
        .await
    }
}

/// Lists what of the caller's is switched off, and since when.
pub struct SwitchedOff;

impl Operation for SwitchedOff {
    type Output = Vec<(FactorKind, Timestamp)>;

    const NAME: &'static str = "factor.switched_off";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Read for SwitchedOff {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Self::Output, OpError> {
        Ok(switched_off::of(snapshot, permit.user()?).await?)
    }
}
