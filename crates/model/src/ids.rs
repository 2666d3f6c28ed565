use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// An account on a resource: the thing that has a password.
    AccountId,
    /// A browser that a person is known from.
    BrowserId,
    /// One enrolled second factor of one person.
    FactorId,
    /// A group of people.
    GroupId,
    /// A single-use set-up link.
    InvitationId,
    /// One attempt to sign in, from the user name to the session.
    LoginId,
    /// A server, application, device or website that holds accounts.
    ResourceId,
    /// A finished sign-in.
    SessionId,
    /// A personal API token.
    TokenId,
    /// A person.
    UserId,
    /// One version of an account's password.
    VersionId,
}
