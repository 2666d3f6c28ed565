use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{UnknownWord, words};
use crate::{Caller, SignIn, Timestamp};

/// The kind of thing an audit entry is about.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SubjectKind {
    Account,
    Audit,
    Browser,
    Factor,
    Key,
    Login,
    Product,
    Group,
    Policy,
    Recovery,
    Resource,
    Session,
    Setting,
    Token,
    User,
}

words!(SubjectKind {
    Account = "account",
    Audit = "audit",
    Browser = "browser",
    Factor = "factor",
    Group = "group",
    Key = "key",
    Login = "login",
    Product = "product",
    Policy = "policy",
    Recovery = "recovery",
    Resource = "resource",
    Session = "session",
    Setting = "setting",
    Token = "token",
    User = "user",
});

/// What an audit entry is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Option<Uuid>,
    /// As people knew it at the time.
    pub name: Option<String>,
}

impl Subject {
    pub fn of(kind: SubjectKind, id: Uuid) -> Self {
        Self {
            kind,
            id: Some(id),
            name: None,
        }
    }

    pub fn kind(kind: SubjectKind) -> Self {
        Self {
            kind,
            id: None,
            name: None,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Asked, and refused.
    Deny,
    /// Allowed, and did not work.
    Fail,
    /// Allowed, and about to touch the world outside.
    Start,
    Succeed,
}

words!(Outcome { Deny = "deny", Fail = "fail", Start = "start", Succeed = "succeed" });

/// One line of the audit trail, before it gets its number and its place in the chain.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub at: Timestamp,
    pub operation: &'static str,
    pub caller: Caller,
    pub subject: Subject,
    pub outcome: Outcome,
    /// Why the person says they did it.
    pub reason: Option<String>,
    /// What happened, in words; never a secret.
    pub message: Option<String>,
    /// SHA-256 of the ciphertext that was written, so that an older row put back shows.
    pub digest: Option<[u8; 32]>,
    /// What it says for the list of sign-in events.
    pub sign_in: SignIn,
}
