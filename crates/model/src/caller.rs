use std::fmt;
use std::str::FromStr;

use crate::access::{UnknownWord, words};
use crate::{Role, Scopes, SessionId, Timestamp, UserId};

/// Who asks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Actor {
    /// Somebody who has not signed in.
    Anonymous,
    /// The server's own command line, run by whoever may read the key and the database.
    Console,
    /// A scheduled job, by its name.
    Job(&'static str),
    /// A signed-in person, or a program with that person's token.
    Person {
        id: UserId,
        username: String,
        role: Role,
    },
}

/// Which door a request came through.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Door {
    Api,
    Console,
    Job,
    Web,
}

words!(Door { Api = "api", Console = "console", Job = "job", Web = "web" });

/// Who asks, through which door, and from where.
#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Actor,
    pub door: Door,
    /// The network address of the client; empty for jobs.
    pub address: String,
    /// Names this request in the log, in errors and in the audit trail.
    pub request: String,
    pub scopes: Scopes,
    pub session: Option<SessionId>,
    /// When the person of the session last proved a second factor.
    pub proven_at: Option<Timestamp>,
}

impl Caller {
    pub fn anonymous(door: Door, address: String, request: String) -> Self {
        Self {
            actor: Actor::Anonymous,
            door,
            address,
            request,
            scopes: Scopes::All,
            session: None,
            proven_at: None,
        }
    }

    pub fn console(request: String) -> Self {
        Self {
            actor: Actor::Console,
            door: Door::Console,
            address: String::new(),
            request,
            scopes: Scopes::All,
            session: None,
            proven_at: None,
        }
    }

    pub fn job(name: &'static str, request: String) -> Self {
        Self {
            actor: Actor::Job(name),
            door: Door::Job,
            address: String::new(),
            request,
            scopes: Scopes::All,
            session: None,
            proven_at: None,
        }
    }

    /// The person behind the request, if one is signed in.
    pub fn user(&self) -> Option<UserId> {
        match self.actor {
            Actor::Person { id, .. } => Some(id),
            Actor::Anonymous | Actor::Console | Actor::Job(_) => None,
        }
    }

    pub fn role(&self) -> Option<Role> {
        match self.actor {
            Actor::Person { role, .. } => Some(role),
            Actor::Anonymous | Actor::Console | Actor::Job(_) => None,
        }
    }
}
