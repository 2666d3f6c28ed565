use portcullis_model::{AccountRight, ResourceDraft, ResourceId, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts, resources};

use crate::resources::{account_words, checked, words};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Changes what is said about a resource.
pub struct Change {
    pub id: ResourceId,
    pub fields: ChangedFields,
}

/// What to say about a resource from now on. What is not given stays.
#[derive(Clone, Debug, Default)]
pub struct ChangedFields {
    pub name: Option<String>,
    pub kind: Option<String>,
    pub address: Option<String>,
    pub url: Option<String>,
    pub department: Option<String>,
    pub location: Option<String>,
    pub notes: Option<String>,
    pub attributes: Option<Vec<(String, String)>>,
    pub policy: Option<String>,
}

impl From<ResourceDraft> for ChangedFields {
    fn from(draft: ResourceDraft) -> Self {
        Self {
            name: Some(draft.name),
            kind: Some(draft.kind),
            address: Some(draft.address),
            url: Some(draft.url),
            department: Some(draft.department),
            location: Some(draft.location),
            notes: Some(draft.notes),
            attributes: Some(draft.attributes),
            policy: Some(draft.policy),
        }
    }
}

impl ChangedFields {
    fn applied_to(self, old: ResourceDraft) -> ResourceDraft {
        ResourceDraft {
            name: self.name.unwrap_or(old.name),
            kind: self.kind.unwrap_or(old.kind),
            address: self.address.unwrap_or(old.address),
            url: self.url.unwrap_or(old.url),
            department: self.department.unwrap_or(old.department),
            location: self.location.unwrap_or(old.location),
            notes: self.notes.unwrap_or(old.notes),
            attributes: self.attributes.unwrap_or(old.attributes),
            policy: self.policy.unwrap_or(old.policy),
        }
    }
}

impl Operation for Change {
    type Output = ();

    const NAME: &'static str = "resource.change";
    const RIGHT: Right = Right::OnResource(AccountRight::Modify);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.id.0)
    }
}

impl Write for Change {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        resources::hold(tx, self.id).await?;
        let before = resources::find(tx, self.id)
            .await?
            .ok_or(OpError::NotFound)?
            .draft;
        let draft = checked(&self.fields.applied_to(before.clone()))?;
        resources::update(tx, self.id, &draft, &words(&draft), services.now()).await?;
        for (account, name) in accounts::names_of(tx, self.id).await? {
            accounts::set_words(tx, account, &account_words(&draft, &name)).await?;
        }
        permit.message(difference(&before, &draft));
        Ok(())
    }
}

/// Which fields changed, and from what to what where that is short.
fn difference(before: &ResourceDraft, after: &ResourceDraft) -> String {
    let fields = [
        ("name", &before.name, &after.name),
        ("type", &before.kind, &after.kind),
        ("address", &before.address, &after.address),
        ("url", &before.url, &after.url),
        ("department", &before.department, &after.department),
        ("location", &before.location, &after.location),
        ("policy", &before.policy, &after.policy),
    ];
    let mut changes: Vec<String> = fields
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| format!("{field}: `{old}` to `{new}`"))
        .collect();
    if before.notes != after.notes {
        changes.push("notes".to_owned());
    }
    if before.attributes != after.attributes {
        changes.push("attributes".to_owned());
    }
    if changes.is_empty() {
        "Nothing changed.".to_owned()
    } else {
        changes.join("; ")
    }
}
