use portcullis_model::AccountRight;
use portcullis_ops::OpError;
use portcullis_ops::accounts::{GrantView, Through};
use portcullis_ops::users::{Names, UserName};

use crate::Web;
use crate::answer::Answer;
use crate::form::{Fields, invalid};
use crate::moment::Moment;
use crate::session::SignedIn;

/// One person who may use a thing, and why.
pub(crate) struct Grant {
    pub user: UserName,
    pub right: AccountRight,
    pub through: &'static str,
    /// It was given here, so it can be taken away here.
    pub removable: bool,
    pub at: Moment,
}

impl Grant {
    pub(crate) fn of(web: &Web, grants: Vec<GrantView>, here: Through) -> Vec<Self> {
        let now = web.gate.now();
        grants
            .into_iter()
            .map(|grant| Self {
                through: reason(grant.through),
                removable: grant.through == here,
                at: Moment::new(grant.granted_at, now),
                user: grant.user,
                right: grant.right,
            })
            .collect()
    }
}

fn reason(through: Through) -> &'static str {
    match through {
        Through::Account => "Shared directly",
        Through::Owner => "Owner",
        Through::Resource => "Through the resource",
    }
}

/// What a right lets people do, for choosing one.
pub(crate) const RIGHTS: [(&str, &str); 3] = [
    ("view", "View: see it and reveal the password"),
    ("modify", "Modify: also change it"),
    ("full", "Full: also share and delete it"),
];

/// The people that a thing can be shared with.
pub(crate) async fn people(web: &Web, who: &SignedIn) -> Answer<Vec<UserName>> {
    Ok(web.gate.read(&who.caller, Names { query: String::new() }).await?)
}

/// The person whose user name was typed.
pub(crate) async fn person(web: &Web, who: &SignedIn, fields: &Fields) -> Result<UserName, OpError> {
    let typed = fields.text("person").trim().to_ascii_lowercase();
    let found = web.gate.read(&who.caller, Names { query: typed.clone() }).await?;
    found
        .into_iter()
        .find(|name| name.username == typed)
        .ok_or_else(|| invalid("person", "must be the user name of somebody here"))
}
