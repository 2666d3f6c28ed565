use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access::{UnknownWord, words};
use crate::{FactorKind, Role, Timestamp, UserId};

/// Where a person stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    Active,
    /// Has a set-up code and has not used it yet.
    Invited,
    Locked,
}

words!(UserState { Active = "active", Invited = "invited", Locked = "locked" });

/// The colours of the console.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    Dark,
    Light,
    System,
}

words!(Theme { Dark = "dark", Light = "light", System = "system" });

/// A person as others may see them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserName {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
}

/// A person as those who manage people see them.
#[derive(Clone, Debug)]
pub struct UserView {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub role: Role,
    pub state: UserState,
    pub factors: Vec<FactorKind>,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}
