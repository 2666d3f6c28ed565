use std::time::Duration;

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{BrowserId, Secret, Timestamp, UserId};
use portcullis_store::browsers::{self, Browser};
use portcullis_store::logins::Login;
use portcullis_store::{Snapshot, Tx};

use crate::{OpError, Services};

/// How long a person is known from a browser after they have finished signing in there.
const KNOWN: Duration = Duration::from_hours(90 * 24);
/// From how many browsers one person is known.
const MOST: usize = 20;

/// The browser of a login, if `user` is known from it.
pub(crate) async fn of_login(
    snapshot: &Snapshot,
    login: &Login,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Browser>, OpError> {
    match &login.browser {
        Some(digest) => Ok(browsers::find(snapshot, digest, user, now).await?),
        None => Ok(None),
    }
}

/// A browser after a sign-in, with the token that it goes by from now on.
pub(crate) struct CameBack {
    pub(crate) id: BrowserId,
    pub(crate) token: Secret,
    /// Whether the person was not known from it.
    pub(crate) is_new: bool,
}

/// Notes a finished sign-in. The browser gets a new token: one that was planted or copied before is worth nothing.
pub(crate) async fn come_back(
    services: &Services,
    tx: &Tx,
    login: &Login,
    user: UserId,
    address: &str,
) -> Result<CameBack, OpError> {
    let now = services.now();
    let known = of_login(tx, login, user, now).await?;
    let token = draw_token(&*services.chance);
    let digest = token_digest(token.expose());
    if let Some(old) = &login.browser {
        browsers::renew(tx, old, &digest).await?;
    }
    let is_new = known.is_none();
    let seen = Browser {
        id: known
            .as_ref()
            .map_or_else(|| BrowserId(services.new_id()), |known| known.id),
        user,
        agent: login.agent.clone(),
        address: address.to_owned(),
        created_at: now,
        used_at: now,
        ends_at: now + KNOWN,
        remembered: None,
    };
    if is_new {
        // One that is over may still lie there under the same token.
        for old in browsers::list(tx, user).await? {
            if old.ends_at <= now {
                browsers::delete(tx, user, old.id).await?;
            }
        }
        browsers::insert(tx, &seen, &digest).await?;
        for surplus in browsers::list(tx, user).await?.iter().skip(MOST) {
            browsers::delete(tx, user, surplus.id).await?;
        }
    } else {
        browsers::set_seen(tx, &seen).await?;
    }
    Ok(CameBack {
        id: seen.id,
        token,
        is_new,
    })
}
