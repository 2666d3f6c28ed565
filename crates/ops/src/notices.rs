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

const ADVICE: &str = "If you didn't do this and nobody told you of it, tell an administrator at once.";

/// What people are told. No words of a stranger belong in it.
#[derive(Clone, Copy)]
pub(crate) struct Notice<'a> {
    pub(crate) occasion: Occasion,
    /// The network address that it came from.
    pub(crate) address: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) what: &'a str,
    pub(crate) advice: &'a str,
}

/// Tells a person, at every address that is known, if there is a mail server to do so.
pub(crate) async fn tell(
    services: &Services,
    tx: &Tx,
    caller: &Caller,
    user: &User,
    subject: &str,
    what: &str,
) -> Result<(), OpError> {
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &caller.address,
        subject,
        what,
        advice: ADVICE,
    };
    post_to(services, tx, user, &notice).await
}

/// The same for what has words of its own.
pub(crate) async fn post_to(
    services: &Services,
    tx: &Tx,
    user: &User,
    notice: &Notice<'_>,
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
        address: notice.address,
    };
    let letter = letters::notice(&circumstances, notice.subject, notice.what, notice.advice, to);
    post(services, tx, notice.occasion, user.id, &letter, USEFUL_FOR).await
}

/// Tells every administrator who can sign in, but one.
pub(crate) async fn post_to_administrators(
    services: &Services,
    tx: &Tx,
    but: Option<UserId>,
    notice: &Notice<'_>,
) -> Result<(), OpError> {
    for (user, _) in users::everybody(tx).await? {
        let runs_the_place = user.state == UserState::Active && user.role.has(SystemRight::ManageUsers);
        if runs_the_place && Some(user.id) != but {
            post_to(services, tx, &user, notice).await?;
        }
    }
    Ok(())
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
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &caller.address,
        subject,
        what,
        advice: ADVICE,
    };
    post_to_administrators(services, tx, about, &notice).await
}
