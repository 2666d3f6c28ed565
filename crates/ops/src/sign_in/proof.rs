//! The two proofs that a session is made of.
//!
//! Their fields are private and they cannot be copied: a session without both, or with the proofs of two
//! people or two logins, is not something that this crate can say. The one exception is a passkey that is both, where the
//! policy says so: [`Proven::alone`].

use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{FactorKind, LoginId, Remember, Secret, SessionId, UserId, Verdict, browser_name};
use portcullis_store::Tx;
use portcullis_store::factors::Factor;
use portcullis_store::logins::Login;
use portcullis_store::sessions::{self, Session};
use portcullis_store::users::{self, User};

use crate::browsers::{self, Remembered};
use crate::mail::Occasion;
use crate::mfa_policy::Effective;
use crate::notices::{self, Notice};
use crate::services::Services;
use crate::sign_in::{ENROLLING, FIRST_PASSED, OFFERED, SECOND_PASSED, limits};
use crate::{OpError, Permit};

/// Proof that the person of this login knows their password, or chose it with their set-up code.
pub(crate) struct FirstProof {
    user: UserId,
    login: LoginId,
}

impl FirstProof {
    /// The proof that an earlier step left in the login's row.
    pub(crate) fn recall(login: &Login) -> Result<Self, OpError> {
        match (login.user, login.state.as_str()) {
            (Some(user), FIRST_PASSED | ENROLLING | SECOND_PASSED) => Ok(Self {
                user,
                login: login.id,
            }),
            _ => Err(OpError::Expired),
        }
    }
}

/// Proof that the person of this login answered one of their own factors, now or, in a browser that the policy lets be
/// remembered, lately.
pub(crate) struct SecondProof {
    user: UserId,
    login: LoginId,
    kind: FactorKind,
    is_fresh: bool,
}

impl SecondProof {
    /// Only an explicit yes is one.
    pub(crate) fn judge(login: &Login, factor: &Factor, verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Accept { .. } => Some(Self {
                user: factor.user,
                login: login.id,
                kind: factor.kind,
                is_fresh: true,
            }),
            Verdict::Ask(_) | Verdict::Reject | Verdict::Wait => None,
        }
    }

    /// A browser stands in for the factor that was answered there.
    pub(crate) fn remembered(login: &Login, browser: &Remembered) -> Self {
        Self {
            user: browser.user(),
            login: login.id,
            kind: browser.kind(),
            is_fresh: false,
        }
    }
}

impl SecondProof {
    /// The proof that an earlier step left in the login's row: only what is left to set up keeps it from being a
    /// session.
    pub(crate) fn recall(login: &Login) -> Result<Self, OpError> {
        match (login.user, login.method, login.state.as_str()) {
            (Some(user), Some(kind), SECOND_PASSED) => Ok(Self {
                user,
                login: login.id,
                kind,
                is_fresh: true,
            }),
            _ => Err(OpError::Expired),
        }
    }
}

/// A sign-in with both proofs, of one person in one login.
pub(crate) struct Proven {
    user: UserId,
    kind: FactorKind,
    is_fresh: bool,
}

impl Proven {
    /// Both proofs in one: a passkey that verified its person, in a login that asked for one, and where the policy lets
    /// this person sign in so. Comes with the enrolment as it is after that.
    pub(crate) fn alone(
        login: &Login,
        factor: &Factor,
        verdict: Verdict,
        effective: &Effective,
    ) -> Option<(Self, Vec<u8>)> {
        let Verdict::Accept {
            enrolment: Some(enrolment),
        } = verdict
        else {
            return None;
        };
        let allowed = login.state == OFFERED && login.allowed.contains(&factor.kind);
        if !allowed || factor.kind != FactorKind::WebAuthn || !effective.opens_alone() {
            return None;
        }
        let proven = Self {
            user: factor.user,
            kind: factor.kind,
            is_fresh: true,
        };
        Some((proven, enrolment))
    }
}

pub(crate) fn finish(first: FirstProof, second: SecondProof) -> Result<Proven, OpError> {
    let (
        FirstProof { user, login },
        SecondProof {
            user: same_user,
            login: same_login,
            kind,
            is_fresh,
        },
    ) = (first, second);
    if user != same_user || login != same_login {
        return Err(OpError::Denied);
    }
    Ok(Proven { user, kind, is_fresh })
}

/// A new session, and what its browser is known by from now on.
#[derive(Clone, Debug)]
pub struct Opened {
    pub session_token: Secret,
    pub browser_token: Secret,
}

/// Makes the session. The browser is remembered for `period` if the second factor was answered just now.
pub(crate) async fn open_session<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    proven: Proven,
    login: &Login,
    period: Remember,
) -> Result<Opened, OpError> {
    let user = users::find(tx, proven.user).await?.ok_or(OpError::NotFound)?;
    let now = services.now();
    let (_, longest) = limits::of_session(user.role);
    let token = draw_token(&*services.chance);
    let address = &permit.caller().address;
    let browser = browsers::come_back(services, tx, login, user.id, address).await?;
    if proven.is_fresh {
        browsers::remember(services, tx, browser.id, &user, proven.kind, period).await?;
    }
    let session = Session {
        id: SessionId(services.new_id()),
        user: user.id,
        epoch: user.epoch,
        factor: proven.kind,
        address: address.clone(),
        agent: login.agent.clone(),
        created_at: now,
        seen_at: now,
        ends_at: now + longest,
        proven_at: proven.is_fresh.then_some(now),
        browser: Some(browser.id),
        remembered: !proven.is_fresh,
    };
    sessions::insert(tx, &session, &token_digest(token.expose())).await?;
    users::set_last_sign_in(tx, user.id, now).await?;
    permit.opened(session.id, proven.kind);
    // Whoever has just set themselves up knows that.
    if browser.is_new && login.invitation.is_none() {
        tell_of_new(permit, services, tx, &user, login).await?;
    }
    Ok(Opened {
        session_token: token,
        browser_token: browser.token,
    })
}

async fn tell_of_new<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    login: &Login,
) -> Result<(), OpError> {
    // What the browser calls itself is a stranger's word; this is one of a fixed list.
    let browser = browser_name::of(&login.agent);
    let what = format!(
        "New sign-in to {} from {browser}, {}, {} UTC. The account is {}.",
        services.site.name,
        permit.caller().address,
        services.now().to_text(),
        user.username
    );
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &permit.caller().address,
        subject: "New sign-in",
        what: &what,
        advice: "If this wasn't you, change your password, sign out everywhere under My security, and tell an administrator.",
    };
    notices::post_to(services, tx, user, &notice).await
}

/// The person of a login, if they may still sign in.
pub(crate) async fn person_of(tx: &Tx, login: &Login) -> Result<User, OpError> {
    let user = login.user.ok_or(OpError::Expired)?;
    users::find(tx, user).await?.ok_or(OpError::Expired)
}

#[cfg(test)]
mod tests {
    use portcullis_model::{FactorId, Sealed, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn login(id: u128, user: u128) -> Login {
        Login {
            id: LoginId(Uuid::from_u128(id)),
            state: FIRST_PASSED.to_owned(),
            revision: 1,
            username: "alice".to_owned(),
            user: Some(UserId(Uuid::from_u128(user))),
            invitation: None,
            method: Some(FactorKind::Totp),
            allowed: Vec::new(),
            retries: limits::RETRIES,
            passed_at: None,
            prompt: String::new(),
            challenged_at: None,
            challenges: 0,
            password_hash: None,
            tries: 0,
            address: String::new(),
            agent: String::new(),
            browser: None,
            step_ends_at: Timestamp::from_micros(0),
            ends_at: Timestamp::from_micros(0),
        }
    }

    fn factor(user: u128) -> Factor {
        Factor {
            id: FactorId(Uuid::from_u128(9)),
            user: UserId(Uuid::from_u128(user)),
            kind: FactorKind::Totp,
            name: String::new(),
            active: true,
            revision: 1,
            enrolment: Sealed {
                kek_version: 1,
                wrapped_key: Vec::new(),
                ciphertext: Vec::new(),
            },
            created_at: Timestamp::from_micros(0),
            used_at: None,
        }
    }

    const YES: Verdict = Verdict::Accept { enrolment: None };

    #[test]
    fn the_proofs_of_two_people_or_two_logins_make_no_session() {
        let mine = || FirstProof::recall(&login(1, 7)).unwrap();
        let second = |at: Login, of: Factor| SecondProof::judge(&at, &of, &YES).unwrap();

        assert!(finish(mine(), second(login(1, 7), factor(7))).is_ok());
        assert!(finish(mine(), second(login(1, 7), factor(8))).is_err());
        assert!(finish(mine(), second(login(2, 7), factor(7))).is_err());
    }

    #[test]
    fn only_a_yes_is_a_proof_and_only_a_passed_password_is_one() {
        assert!(SecondProof::judge(&login(1, 7), &factor(7), &Verdict::Reject).is_none());
        assert!(SecondProof::judge(&login(1, 7), &factor(7), &Verdict::Wait).is_none());
        let named = Login {
            state: "named".to_owned(),
            ..login(1, 7)
        };
        assert!(FirstProof::recall(&named).is_err());
    }
}
