//! People.

mod activity;
mod add;
mod change_my_password;
mod change_role;
mod find;
mod invite;
mod list;
mod lock;
mod names;
mod set_emails;
mod set_theme;
mod unlock;

pub use activity::Activity;
pub(crate) use activity::security;
pub use add::{Add, Invitation};
pub use change_my_password::ChangeMyPassword;
pub use change_role::ChangeRole;
pub use find::Find;
pub use invite::Invite;
pub use list::List;
pub use lock::Lock;
pub use names::Names;
pub use portcullis_model::{Theme, UserName, UserState, UserView};
pub use set_emails::{SetEmails, SetMyEmails};
pub use set_theme::SetTheme;
pub use unlock::Unlock;

use portcullis_crypto::{draw_setup_code, setup_code_digest};
use portcullis_model::{InvitationId, Role, Secret, Timestamp, UserId};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, invitations, users};

use crate::letters::{self, Circumstances};
use crate::mail::{Occasion, post};
use crate::settings::{self, Connection};
use crate::sign_in::limits;
use crate::{OpError, Permit, Services};

/// The person that an operation is about.
pub(crate) async fn person<O>(
    permit: &Permit<'_, O>,
    snapshot: &Snapshot,
    id: UserId,
) -> Result<User, OpError> {
    let user = users::find(snapshot, id).await?.ok_or(OpError::NotFound)?;
    permit.named(&user.username);
    Ok(user)
}

/// Only a privileged administrator may touch one, or make one.
pub(crate) fn above_reach<O>(permit: &Permit<'_, O>, role: Role) -> bool {
    role == Role::PrivilegedAdministrator
        && permit
            .caller()
            .role()
            .is_some_and(|own| own != Role::PrivilegedAdministrator)
}

/// Refuses what would leave nobody to run the place.
async fn keep_one_administrator(tx: &Tx, user: &User) -> Result<(), OpError> {
    let alone = user.role == Role::PrivilegedAdministrator
        && users::count_active_with(tx, Role::PrivilegedAdministrator).await? <= 1;
    if alone {
        return Err(OpError::Conflict(
            "This change would leave no administrator able to sign in, so it wasn't applied.",
        ));
    }
    Ok(())
}

/// Tells a person by e-mail that there is an account for them. The set-up code is not in the letter: whoever reads the
/// mailbox could choose the password and the second step with it.
async fn tell_invited(
    services: &Services,
    tx: &Tx,
    by: &str,
    user: &User,
    until: Timestamp,
) -> Result<(), OpError> {
    if user.email.is_empty() || !settings::is_set(tx, Connection::Mail).await? {
        return Ok(());
    }
    let circumstances = Circumstances {
        site: &services.site,
        at: services.now(),
        address: "",
    };
    let letter = letters::link(
        &circumstances,
        "Set up your account",
        &format!(
            "{by} made a set-up code for your account {}. Open the address below and type the code that {by} gives you. \
             It works once, until {} UTC.",
            user.username,
            until.to_text()
        ),
        Secret::new(format!("{}/setup", services.site.url)),
        "If you don't know what this is about, ask before you do anything.",
        vec![user.email.clone()],
    );
    post(
        services,
        tx,
        Occasion::Invitation,
        user.id,
        &letter,
        limits::INVITATION,
    )
    .await
}

/// Draws a set-up code for `user`; earlier ones die.
async fn invite(services: &Services, tx: &Tx, user: UserId) -> Result<Invitation, OpError> {
    invitations::withdraw(tx, user).await?;
    let now = services.now();
    let setup_code = draw_setup_code(&*services.chance);
    let invitation = invitations::Invitation {
        id: InvitationId(services.new_id()),
        first: false,
        user: Some(user),
        expires_at: now + limits::INVITATION,
    };
    invitations::insert(tx, &invitation, &setup_code_digest(setup_code.expose()), now).await?;
    Ok(Invitation {
        id: user,
        setup_code,
        expires_at: invitation.expires_at,
    })
}
