use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access::{UnknownWord, words};
use crate::{AccountId, AccountRight, PageSize, ResourceId, Timestamp, UserName};

/// What people say about a resource.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ResourceDraft {
    pub name: String,
    pub kind: String,
    pub address: String,
    pub url: String,
    pub department: String,
    pub location: String,
    pub notes: String,
    pub attributes: Vec<(String, String)>,
    /// The name of the password policy of its accounts.
    pub policy: String,
}

/// A resource as one person sees it.
#[derive(Clone, Debug)]
pub struct ResourceView {
    pub id: ResourceId,
    pub draft: ResourceDraft,
    pub owner: UserName,
    pub right: AccountRight,
    /// How many of its accounts this person sees.
    pub accounts: u64,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// Which resources or accounts to list.
#[derive(Clone, Debug)]
pub struct VaultFilter {
    /// Words in names, addresses and the like; empty for all.
    pub query: String,
    pub kind: Option<String>,
    pub resource: Option<ResourceId>,
    pub after: Option<String>,
    pub size: PageSize,
}

/// An account as one person sees it, without its password.
#[derive(Clone, Debug)]
pub struct AccountView {
    pub id: AccountId,
    pub resource: ResourceId,
    pub resource_name: String,
    pub resource_kind: String,
    pub name: String,
    pub right: AccountRight,
    pub owner: UserName,
    /// The number of the current password.
    pub version: u32,
    pub password_changed_at: Timestamp,
    /// The current password follows the policy of the resource.
    pub complies: bool,
    /// The current password is older than the policy of the resource allows.
    pub overdue: bool,
    /// How many people besides the owner reach it.
    pub shared_with: u64,
}

/// How a password came about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Generated,
    Restored,
    Typed,
}

words!(Origin { Generated = "generated", Restored = "restored", Typed = "typed" });

/// One password that an account has or had, without the password.
#[derive(Clone, Debug)]
pub struct VersionView {
    pub number: u32,
    pub created_at: Timestamp,
    pub created_by: String,
    pub origin: Origin,
    pub current: bool,
    pub complies: bool,
}

/// Where somebody's right on an account comes from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Through {
    Account,
    Owner,
    Resource,
}

words!(Through { Account = "account", Owner = "owner", Resource = "resource" });

/// Somebody who reaches an account or a resource.
#[derive(Clone, Debug)]
pub struct GrantView {
    pub user: UserName,
    pub right: AccountRight,
    pub through: Through,
    pub granted_at: Timestamp,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Trashed {
    Account(AccountId),
    Resource(ResourceId),
}

/// Something in the trash.
#[derive(Clone, Debug)]
pub struct TrashView {
    pub thing: Trashed,
    pub name: String,
    pub deleted_at: Timestamp,
    /// When it is destroyed for good.
    pub purge_at: Timestamp,
}
