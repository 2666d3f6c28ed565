//! Servers, applications, devices and websites that hold accounts.

mod add;
mod change;
mod delete;
mod find;
mod list;
mod list_grants;
mod restore;
mod share;
mod unshare;

pub use add::Add;
pub use change::{Change, ChangedFields};
pub use delete::Delete;
pub use find::Find;
pub use list::List;
pub use list_grants::ListGrants;
pub use portcullis_model::{GrantView, ResourceDraft, ResourceView};
pub use restore::Restore;
pub use share::Share;
pub use unshare::Unshare;

use portcullis_model::PasswordPolicy;
use portcullis_store::accounts::Words;

use crate::OpError;
use crate::text::Fields;

/// What people typed, made clean; or what is wrong with it.
fn checked(draft: &ResourceDraft) -> Result<ResourceDraft, OpError> {
    let mut fields = Fields::default();
    let clean = ResourceDraft {
        name: fields.name("name", &draft.name),
        kind: fields.name("kind", &draft.kind),
        address: fields.line("address", &draft.address),
        url: fields.line("url", &draft.url),
        department: fields.line("department", &draft.department),
        location: fields.line("location", &draft.location),
        notes: fields.notes("notes", &draft.notes),
        attributes: fields.attributes("attributes", &draft.attributes),
        policy: fields.line("policy", &draft.policy),
    };
    // Anything else, a `javascript:` address above all, must never become a link.
    if !clean.url.is_empty() && !clean.url.starts_with("https://") && !clean.url.starts_with("http://") {
        fields.wrong("url", "must begin with https:// or http://");
    }
    let known = PasswordPolicy::built_in()
        .iter()
        .any(|policy| policy.name == clean.policy);
    if !clean.policy.is_empty() && !known {
        fields.wrong("policy", "is not a password policy");
    }
    fields.done()?;
    let policy = if clean.policy.is_empty() {
        PasswordPolicy::strong().name
    } else {
        clean.policy
    };
    Ok(ResourceDraft { policy, ..clean })
}

/// How a resource is found and where it stands in a list.
fn words(draft: &ResourceDraft) -> Words {
    let search = [
        &draft.name,
        &draft.address,
        &draft.kind,
        &draft.department,
        &draft.location,
    ]
    .map(String::as_str);
    Words {
        sort: draft.name.to_lowercase(),
        search: search.join(" ").to_lowercase(),
    }
}

/// The same for an account of that resource.
pub(crate) fn account_words(draft: &ResourceDraft, account: &str) -> Words {
    Words {
        // The separator sorts before every character of a name, so `db` comes before `db-2`.
        sort: format!("{}\u{1f}{}", draft.name, account).to_lowercase(),
        search: format!("{account} {}", words(draft).search).to_lowercase(),
    }
}
