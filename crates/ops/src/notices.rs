//! Letters that tell people of what bears on their accounts.

use std::time::Duration;

use portcullis_model::{Actor, Caller, SystemRight, UserId, UserState};
use portcullis_store::Tx;
use portcullis_store::users::{self, User};

use crate::letters::{self, Circumstances};
use crate::mail::{Occasion, post};
use crate::settings::{self, Connection};
use crate::{OpError, Services};

const USEFUL_FOR: Duration = Duration::from_hours(24);

/// Tells a person, at every address that is known, if there is a mail server to do so.
pub(crate) async fn tell(
    services: &Services,
    tx: &Tx,
    caller: &Caller,
    user: &User,
    subject: &str,
    what: &str,
) -> Result<(), OpError> {
    if !settings::is_set(tx, Connection::Mail).await? {
        return Ok(());
    }
    let mut to: Vec<String> = Vec::new();
    for address in [&user.email, &user.email2] {
        if !address.is_empty() && !to.contains(address) {
            to.push(address.clone());
        }
    }
    let circumstances = Circumstances {
        site: &services.site,
        at: services.now(),
        address: &caller.address,
    };
    let advice = "If you didn't do this and nobody told you of it, tell an administrator at once.";
    let letter = letters::notice(&circumstances, subject, what, advice, to);
    post(services, tx, Occasion::Notice, user.id, &letter, USEFUL_FOR).await
}

/// Tells every administrator of what was done to a person on the server itself, where no administrator was asked.
pub(crate) async fn tell_of_console(
    services: &Services,
    tx: &Tx,
    caller: &Caller,
    subject: &str,
    what: &str,
) -> Result<(), OpError> {
    if caller.actor != Actor::Console {
        return Ok(());
    }
    tell_administrators(services, tx, caller, None, subject, what).await
}

/// Tells every administrator but the one that it is about.
pub(crate) async fn tell_administrators(
    services: &Services,
    tx: &Tx,
    caller: &Caller,
    about: Option<UserId>,
    subject: &str,
    what: &str,
) -> Result<(), OpError> {
    for (user, _) in users::everybody(tx).await? {
        let is_administrator = user.state == UserState::Active && user.role.has(SystemRight::ManageUsers);
        if is_administrator && Some(user.id) != about {
            tell(services, tx, caller, &user, subject, what).await?;
        }
    }
    Ok(())
}
