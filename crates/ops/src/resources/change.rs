use portcullis_model::{AccountRight, ResourceDraft, ResourceId, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts, resources};

use crate::resources::{account_words, checked, words};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Changes what is said about a resource.
pub struct Change {
    pub id: ResourceId,
    pub draft: ResourceDraft,
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
        let before = resources::find(tx, self.id)
            .await?
            .ok_or(OpError::NotFound)?
            .draft;
        let draft = checked(&self.draft)?;
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
