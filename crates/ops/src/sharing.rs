//! What sharing an account and sharing a resource have in common.

use portcullis_model::{AccountRight, UserId};
use portcullis_store::grants::{self, Target};
use portcullis_store::{Tx, users};

use crate::{OpError, Permit, Services};

pub(crate) async fn share<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    target: Target,
    owner: UserId,
    user: UserId,
    right: AccountRight,
) -> Result<(), OpError> {
    let person = users::find(tx, user)
        .await?
        .ok_or_else(|| OpError::invalid("user", "is nobody we know"))?;
    if user == owner {
        return Err(OpError::invalid("user", "owns it already"));
    }
    grants::put(
        tx,
        services.new_id(),
        user,
        target,
        right,
        permit.who(),
        services.now(),
    )
    .await?;
    permit.message(format!("{} may {right}.", person.username));
    Ok(())
}

pub(crate) async fn unshare<O>(
    permit: &Permit<'_, O>,
    tx: &Tx,
    target: Target,
    user: UserId,
) -> Result<(), OpError> {
    if grants::delete(tx, user, target).await? == 0 {
        return Err(OpError::NotFound);
    }
    let name = users::find(tx, user)
        .await?
        .map(|person| person.username)
        .unwrap_or_default();
    permit.message(format!("{name} has no right of their own on it any more."));
    Ok(())
}
