//! Telling people of sign-ins for which somebody knew the password and nothing else.

use std::time::Duration;

use portcullis_store::logins::Login;
use portcullis_store::users::User;
use portcullis_store::{Tx, outbox, users};

use crate::browsers;
use crate::mail::Occasion;
use crate::notices::{self, Notice};
use crate::sign_in::FIRST_PASSED;
use crate::{OpError, Services};

/// How often one person is told.
const PAUSE: Duration = Duration::from_hours(1);

/// Tells the person of a login that ends without its second proof. Whoever gives up in a browser that they are known from,
/// without a wrong code, has no need of a letter.
pub(crate) async fn tell(services: &Services, tx: &Tx, login: &Login) -> Result<(), OpError> {
    let Some(id) = login.user.filter(|_| login.state == FIRST_PASSED) else {
        return Ok(());
    };
    let now = services.now();
    if login.tries == 0 && browsers::of_login(tx, login, id, now).await?.is_some() {
        return Ok(());
    }
    // Of two logins that end at once, the second sees the letter of the first.
    users::hold(tx, id).await?;
    let Some(user) = users::find(tx, id).await? else {
        return Ok(());
    };
    let word = Occasion::Denied.word();
    if 0 < outbox::count(tx, id, word, now - PAUSE).await? {
        return Ok(());
    }
    let what = what(&user, login);
    let notice = Notice {
        occasion: Occasion::Denied,
        address: &login.address,
        subject: "A sign-in was refused at the second step",
        what: &what,
        advice: "If this wasn't you, somebody knows your password: change it, and tell an administrator.",
    };
    notices::post_to(services, tx, &user, &notice).await
}

fn what(user: &User, login: &Login) -> String {
    let known = if login.password_hash.is_some() {
        "Somebody with a link to choose a new password for"
    } else {
        "Somebody who knew the password of"
    };
    let then = match login.tries {
        0 => "gave no verification code in time".to_owned(),
        1 => "gave a wrong verification code".to_owned(),
        tries => format!("gave {tries} wrong verification codes"),
    };
    format!(
        "{known} your account {} {then}. Nobody was let in.",
        user.username
    )
}
