use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{AccountId, ResourceId};

/// What a person may do with one account or resource. Each right includes the ones before it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountRight {
    /// See it and reveal its password.
    View,
    /// Change its password and details.
    Modify,
    /// Share it and delete it.
    Full,
}

/// What a person may do with the product itself.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SystemRight {
    AddResources,
    ManageKeys,
    /// Change what stands before everybody: mail, RADIUS, the methods of the second step and who must use which.
    ManageSecurity,
    /// Look at all that, and change what guards nothing.
    ManageSettings,
    ManageUsers,
    ReadAudit,
}

/// The five roles, named as the people who come from Password Manager Pro know them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    PrivilegedAdministrator,
    Administrator,
    PasswordAdministrator,
    PasswordAuditor,
    PasswordUser,
}

impl Role {
    pub const ALL: [Self; 5] = [
        Self::PrivilegedAdministrator,
        Self::Administrator,
        Self::PasswordAdministrator,
        Self::PasswordAuditor,
        Self::PasswordUser,
    ];

    /// Tells whether this role carries `right`.
    pub const fn has(self, right: SystemRight) -> bool {
        match right {
            SystemRight::AddResources => {
                matches!(
                    self,
                    Self::PrivilegedAdministrator | Self::Administrator | Self::PasswordAdministrator
                )
            }
            SystemRight::ManageKeys | SystemRight::ManageSecurity => {
                matches!(self, Self::PrivilegedAdministrator)
            }
            SystemRight::ManageSettings | SystemRight::ManageUsers => {
                matches!(self, Self::PrivilegedAdministrator | Self::Administrator)
            }
            SystemRight::ReadAudit => {
                matches!(
                    self,
                    Self::PrivilegedAdministrator | Self::Administrator | Self::PasswordAuditor
                )
            }
        }
    }

    /// Tells whether an idle session of this role ends after 15 minutes rather than an hour.
    pub const fn is_administrative(self) -> bool {
        matches!(self, Self::PrivilegedAdministrator | Self::Administrator)
    }

    /// The name on the screens.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PrivilegedAdministrator => "Privileged Administrator",
            Self::Administrator => "Administrator",
            Self::PasswordAdministrator => "Password Administrator",
            Self::PasswordAuditor => "Password Auditor",
            Self::PasswordUser => "Password User",
        }
    }
}

/// What a personal token may be used for. A browser session has all of them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Change resources, accounts, grants and passwords.
    Write,
    /// List and find; never a secret.
    Read,
    /// Reveal passwords.
    Reveal,
    /// Manage people, read the audit trail.
    Administer,
    /// Only a person at a browser: factors, sessions, tokens. No token can hold it.
    Interactive,
}

impl Scope {
    /// Those that a token can be given.
    pub const FOR_TOKENS: [Self; 4] = [Self::Read, Self::Reveal, Self::Write, Self::Administer];
}

/// A set of scopes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scopes {
    All,
    Only(Vec<Scope>),
}

impl Scopes {
    pub fn include(&self, scope: Scope) -> bool {
        match self {
            Self::All => true,
            Self::Only(scopes) => scopes.contains(&scope),
        }
    }
}

/// What an operation needs before it may run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Needs {
    /// A right on one account.
    Account(AccountId, AccountRight),
    /// Nobody yet: signing in and setting up. The operation itself asks for the proof.
    Nothing,
    /// A right on one resource.
    Resource(ResourceId, AccountRight),
    /// A signed-in person, acting on their own things or on lists that are filtered for them.
    SignedIn,
    /// A right on the product.
    System(SystemRight),
}

/// The text of an enum in the database, in the API and in the audit trail.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord) }
            }
        }
    };
}
pub(crate) use words;

/// A text that names no variant of the enum it was read as.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown word")]
pub struct UnknownWord;

words!(AccountRight { View = "view", Modify = "modify", Full = "full" });
words!(SystemRight {
    AddResources = "add_resources",
    ManageKeys = "manage_keys",
    ManageSecurity = "manage_security",
    ManageSettings = "manage_settings",
    ManageUsers = "manage_users",
    ReadAudit = "read_audit",
});
words!(Role {
    PrivilegedAdministrator = "privileged_administrator",
    Administrator = "administrator",
    PasswordAdministrator = "password_administrator",
    PasswordAuditor = "password_auditor",
    PasswordUser = "password_user",
});
words!(Scope {
    Write = "write",
    Read = "read",
    Reveal = "reveal",
    Administer = "administer",
    Interactive = "interactive",
});
