//! Who is behind a request: a browser's session or a program's token.

use std::time::Duration;

use portcullis_crypto::{is_personal_token, token_digest};
use portcullis_model::{
    Actor, Caller, Door, EmailChoice, Role, Scope, Scopes, Secret, Subject, SubjectKind, Theme, TokenId,
    UserId, UserState,
};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx, privacy, sessions, tokens, users};

use crate::calls;
use crate::sign_in::limits;
use crate::{Audit, Gate, OpError, Operation, Permit, Read, Right, Services, Write};

/// A signed-in person or their program.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub caller: Caller,
    pub me: Me,
    /// Whether they must accept the privacy text before they go on.
    pub privacy_due: bool,
}

/// The person themselves.
#[derive(Clone, Debug)]
pub struct Me {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub email: String,
    /// A second address for codes.
    pub email2: String,
    pub email_choice: EmailChoice,
    pub role: Role,
    pub theme: Theme,
}

/// What has become of a browser's session; `T` is who is behind it.
#[derive(Clone, Debug)]
pub enum Session<T = SignedIn> {
    Alive(T),
    /// It ended because nobody used it for this long.
    Idle(Duration),
    /// It ended because somebody on the phone said that it was not them.
    Reported,
    /// Signed out, too old, or never there.
    Over,
}

/// The session of a browser's token.
pub async fn session(gate: &Gate, token: &Secret, address: &str, request: &str) -> Result<Session, OpError> {
    let anonymous = Caller::anonymous(Door::Web, address.to_owned(), request.to_owned());
    match gate.read(&anonymous, Resume { token: token.clone() }).await? {
        Session::Alive(found) => Ok(Session::Alive(refresh(gate, &anonymous, found).await?)),
        Session::Idle(limit) => Ok(Session::Idle(limit)),
        Session::Reported => Ok(Session::Reported),
        Session::Over => Ok(Session::Over),
    }
}

/// The person of a personal API token, if it is valid.
pub async fn token(
    gate: &Gate,
    token: &Secret,
    address: &str,
    request: &str,
) -> Result<Option<SignedIn>, OpError> {
    if !is_personal_token(token.expose()) {
        return Ok(None);
    }
    let anonymous = Caller::anonymous(Door::Api, address.to_owned(), request.to_owned());
    let found = gate.read(&anonymous, Present { token: token.clone() }).await?;
    match found {
        Some(found) => Ok(Some(refresh(gate, &anonymous, found).await?)),
        None => Ok(None),
    }
}

/// How stale the time of last use may get, so that not every request writes.
const STALE: Duration = Duration::from_mins(1);

/// A caller, and what to note about when they were seen.
pub struct Found {
    signed_in: SignedIn,
    touch: Option<Touch>,
}

async fn refresh(gate: &Gate, caller: &Caller, found: Found) -> Result<SignedIn, OpError> {
    if let Some(touch) = found.touch {
        gate.write(caller, touch).await?;
    }
    Ok(found.signed_in)
}

/// Resumes a session.
pub struct Resume {
    token: Secret,
}

impl Operation for Resume {
    type Output = Session<Found>;

    const NAME: &'static str = "session.resume";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Read for Resume {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Session<Found>, OpError> {
        let Some(session) = sessions::find(snapshot, &token_digest(self.token.expose())).await? else {
            return Ok(Session::Over);
        };
        let Some(user) = active(snapshot, session.user).await? else {
            return Ok(Session::Over);
        };
        let now = services.now();
        let (idle, _) = limits::of_session(user.role);
        if user.epoch != session.epoch || session.ends_at <= now {
            let is_reported = calls::is_reported(snapshot, session.id).await?;
            return Ok(if is_reported {
                Session::Reported
            } else {
                Session::Over
            });
        }
        if session.seen_at + idle <= now {
            return Ok(Session::Idle(idle));
        }
        let caller = Caller {
            actor: person(&user),
            session: Some(session.id),
            proven_at: session.proven_at,
            scopes: Scopes::All,
            ..permit.caller().clone()
        };
        let touch = (STALE < now.since(session.seen_at)).then_some(Touch::Session(session.id));
        Ok(Session::Alive(Found {
            signed_in: SignedIn {
                caller,
                privacy_due: privacy::is_due(snapshot, user.id).await?,
                me: me(user),
            },
            touch,
        }))
    }
}

/// Presents a personal token.
pub struct Present {
    token: Secret,
}

impl Operation for Present {
    type Output = Option<Found>;

    const NAME: &'static str = "token.present";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Token)
    }
}

impl Read for Present {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Option<Found>, OpError> {
        let Some(token) = tokens::find(snapshot, &token_digest(self.token.expose())).await? else {
            return Ok(None);
        };
        let now = services.now();
        let Some(user) = active(snapshot, token.user)
            .await?
            .filter(|_| now < token.expires_at)
        else {
            return Ok(None);
        };
        let caller = Caller {
            actor: person(&user),
            session: None,
            proven_at: None,
            scopes: Scopes::Only(token.scopes),
            ..permit.caller().clone()
        };
        let stale = token.used_at.is_none_or(|used_at| STALE < now.since(used_at));
        let touch = stale.then_some(Touch::Token(token.id));
        Ok(Some(Found {
            signed_in: SignedIn {
                caller,
                me: me(user),
                privacy_due: false,
            },
            touch,
        }))
    }
}

async fn active(snapshot: &Snapshot, user: UserId) -> Result<Option<User>, OpError> {
    Ok(users::find(snapshot, user)
        .await?
        .filter(|user| user.state == UserState::Active))
}

fn person(user: &User) -> Actor {
    Actor::Person {
        id: user.id,
        username: user.username.clone(),
        role: user.role,
    }
}

fn me(user: User) -> Me {
    Me {
        id: user.id,
        username: user.username,
        display_name: user.display_name,
        email: user.email,
        email2: user.email2,
        email_choice: user.email_choice,
        role: user.role,
        theme: user.theme,
    }
}

/// Notes that a session or a token was used.
#[derive(Clone, Copy)]
pub enum Touch {
    Session(portcullis_model::SessionId),
    Token(TokenId),
}

impl Operation for Touch {
    type Output = ();

    const NAME: &'static str = "session.touch";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Session)
    }
}

impl Write for Touch {
    async fn run(self, _permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        match self {
            Self::Session(id) => sessions::touch(tx, id, services.now()).await?,
            Self::Token(id) => tokens::touch(tx, id, services.now()).await?,
        };
        Ok(())
    }
}
