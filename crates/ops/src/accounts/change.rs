use portcullis_model::{AccountId, AccountRight, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts, resources};

use crate::resources::account_words;
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Changes what is said about an account.
pub struct Change {
    pub id: AccountId,
    pub name: String,
    pub notes: String,
    pub attributes: Vec<(String, String)>,
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
        let mut fields = Fields::default();
        let name = fields.name("name", &self.name);
        let notes = fields.notes("notes", &self.notes);
        let attributes = fields.attributes("attributes", &self.attributes);
        fields.done()?;
        let before = accounts::find(tx, self.id).await?.ok_or(OpError::NotFound)?;
        let resource = resources::find(tx, before.resource)
            .await?
            .ok_or(OpError::NotFound)?;
        let attributes = resources::attributes_to(&attributes);
        let words = account_words(&resource.draft, &name);
        accounts::set_details(tx, self.id, &name, &notes, &attributes, &words).await?;
        if before.name != name {
            permit.message(format!("name: `{}` to `{name}`", before.name));
        }
        Ok(())
    }
}
