use portcullis_model::{AccountId, AccountRight, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts, resources};

use crate::resources::account_words;
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Changes what is said about an account. What is not given stays.
pub struct Change {
    pub id: AccountId,
    pub name: Option<String>,
    pub notes: Option<String>,
    pub attributes: Option<Vec<(String, String)>>,
}

impl Operation for Change {
    type Output = ();

    const NAME: &'static str = "account.change";
    const RIGHT: Right = Right::OnAccount(AccountRight::Modify);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Write for Change {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        accounts::hold(tx, self.id).await?;
        let before = accounts::find(tx, self.id).await?.ok_or(OpError::NotFound)?;
        let mut fields = Fields::default();
        let name = fields.name("name", self.name.as_ref().unwrap_or(&before.name));
        let notes = fields.notes("notes", self.notes.as_ref().unwrap_or(&before.notes));
        let attributes = match &self.attributes {
            Some(pairs) => resources::attributes_to(&fields.attributes("attributes", pairs)),
            None => before.attributes,
        };
        fields.done()?;
        let resource = resources::find(tx, before.resource)
            .await?
            .ok_or(OpError::NotFound)?;
        let words = account_words(&resource.draft, &name);
        accounts::set_details(tx, self.id, &name, &notes, &attributes, &words).await?;
        if before.name != name {
            permit.message(format!("name: `{}` to `{name}`", before.name));
        }
        Ok(())
    }
}
