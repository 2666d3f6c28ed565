//! How wrong answers are counted, whatever page, login or node they come through.
//!
//! Delays are counted per person and factor; for a browser that the person is known from they are counted apart, so that
//! guessing from elsewhere cannot keep the person out. What was guessed of a factor in all is counted over all of them.

use std::time::Duration;

use portcullis_model::{BrowserId, FactorKind, SessionId, Timestamp};
use portcullis_store::logins::Login;
use portcullis_store::{Snapshot, Tx, browsers, guesses, sessions};

use crate::OpError;
use crate::sign_in::limits::{CEILING, wait_after};

/// Whose wrong answers are counted together.
pub(crate) struct Guesser<'a> {
    who: &'a str,
    browser: Option<BrowserId>,
}

/// What a new attempt may do.
pub(crate) enum Budget {
    /// It has been counted and may be looked at.
    Reserved,
    /// It is not looked at, however right it is.
    Wait(Duration),
}

/// The same for a second factor.
pub(crate) enum FactorBudget {
    /// It has been counted and may be looked at; `last` if no other may be before a right one.
    Reserved {
        last: bool,
    },
    /// The factor takes no answer any more.
    Spent,
    Wait(Duration),
}

impl<'a> Guesser<'a> {
    /// Somebody at a browser that nobody is known from.
    pub(crate) fn anybody(who: &'a str) -> Self {
        Self { who, browser: None }
    }

    /// Whoever sits at the browser of a login.
    pub(crate) async fn of_login(
        snapshot: &Snapshot,
        login: &'a Login,
        now: Timestamp,
    ) -> Result<Self, OpError> {
        let known = match &login.browser {
            Some(digest) => browsers::find_for_name(snapshot, digest, &login.username, now).await?,
            None => None,
        };
        Ok(Self {
            who: &login.username,
            browser: known.map(|browser| browser.id),
        })
    }

    /// Whoever sits at the browser of a session.
    pub(crate) async fn of_session(
        snapshot: &Snapshot,
        who: &'a str,
        session: Option<SessionId>,
    ) -> Result<Self, OpError> {
        let browser = match session {
            Some(session) => sessions::browser_of(snapshot, session).await?,
            None => None,
        };
        Ok(Self { who, browser })
    }

    fn key(&self, factor: &str) -> String {
        match self.browser {
            Some(browser) => format!("{factor}@{browser}"),
            None => factor.to_owned(),
        }
    }

    /// Counts an attempt before it is looked at.
    pub(crate) async fn reserve(&self, tx: &Tx, factor: &str, now: Timestamp) -> Result<Budget, OpError> {
        let key = self.key(factor);
        let so_far = guesses::hold(tx, self.who, &key, now).await?;
        if now < so_far.not_before {
            return Ok(Budget::Wait(so_far.not_before.since(now)));
        }
        let failures = guesses::reserve(tx, self.who, &key, now).await?;
        guesses::set_not_before(tx, self.who, &key, now + wait_after(failures)).await?;
        Ok(Budget::Reserved)
    }

    /// Counts an attempt with a second factor before it is looked at.
    pub(crate) async fn reserve_factor(
        &self,
        tx: &Tx,
        kind: FactorKind,
        now: Timestamp,
    ) -> Result<FactorBudget, OpError> {
        if let Budget::Wait(wait) = self.reserve(tx, kind.word(), now).await? {
            return Ok(FactorBudget::Wait(wait));
        }
        let all = in_all(kind);
        if CEILING <= guesses::hold(tx, self.who, &all, now).await?.failures {
            return Ok(FactorBudget::Spent);
        }
        let failures = guesses::reserve(tx, self.who, &all, now).await?;
        Ok(FactorBudget::Reserved {
            last: CEILING <= failures,
        })
    }

    /// Forgets the wrong answers before a right one. Those of others go on to slow others down.
    pub(crate) async fn accept(&self, tx: &Tx, factor: &str) -> Result<(), OpError> {
        guesses::clear(tx, self.who, &self.key(factor)).await?;
        Ok(())
    }

    /// The same for a second factor, whose wrong answers in all begin anew.
    pub(crate) async fn accept_factor(&self, tx: &Tx, kind: FactorKind) -> Result<(), OpError> {
        self.accept(tx, kind.word()).await?;
        guesses::clear(tx, self.who, &in_all(kind)).await?;
        Ok(())
    }
}

/// The key of all wrong answers to a factor; the sweep keeps what begins like this.
fn in_all(kind: FactorKind) -> String {
    format!("all:{kind}")
}
