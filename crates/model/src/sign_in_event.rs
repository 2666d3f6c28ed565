use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::{UnknownWord, words};
use crate::{FactorKind, Outcome, PageSize, SessionId, Timestamp};

/// What happened at a sign-in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInEvent {
    /// Somebody who is signed in proved a second factor once more.
    Confirmed,
    /// The second factor was not proven.
    Error,
    /// The first factor was right, and the second is asked for.
    PreAuthenticated,
    /// The first factor was not right, or was not looked at.
    Refused,
    /// There is a session, after something was set up or put off.
    SignedIn,
    SignedOut,
    /// The second factor was right.
    Verified,
}

words!(SignInEvent {
    Confirmed = "confirmed",
    Error = "error",
    PreAuthenticated = "pre_authenticated",
    Refused = "refused",
    SignedIn = "signed_in",
    SignedOut = "signed_out",
    Verified = "verified",
});

impl SignInEvent {
    pub const ALL: [Self; 7] = [
        Self::PreAuthenticated,
        Self::Verified,
        Self::Error,
        Self::Refused,
        Self::SignedIn,
        Self::Confirmed,
        Self::SignedOut,
    ];

    /// The name on the screens.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Confirmed => "Confirmed",
            Self::Error => "MFA error",
            Self::PreAuthenticated => "Pre-authenticated",
            Self::Refused => "Refused",
            Self::SignedIn => "Signed in",
            Self::SignedOut => "Signed out",
            Self::Verified => "Verified",
        }
    }
}

/// What an entry of the trail says for the list of sign-in events.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SignIn {
    pub event: Option<SignInEvent>,
    pub method: Option<FactorKind>,
    /// The browser, as it calls itself.
    pub agent: String,
    /// The session that was opened.
    pub session: Option<SessionId>,
}

/// One sign-in event as it was recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignInView {
    /// The number of its entry in the trail.
    pub seq: i64,
    pub at: Timestamp,
    pub username: String,
    pub event: SignInEvent,
    /// As the trail has it.
    pub message: String,
    pub method: Option<FactorKind>,
    pub outcome: Outcome,
    pub address: String,
    /// Whether nobody had ever signed in as this person from there.
    pub is_new_address: bool,
    /// The browser, as it calls itself.
    pub agent: String,
    pub session: Option<Uuid>,
    pub request: String,
}

/// Which sign-in events to list; newest first.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInFilter {
    /// A user name, or empty for everybody.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub who: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<SignInEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<FactorKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Only those from where nobody had ever signed in as this person.
    pub new_address: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A page of events: those before the one with this moment and number.
#[derive(Clone, Copy, Debug)]
pub struct EventsPage {
    pub before: Option<(Timestamp, i64)>,
    pub size: PageSize,
}
