use portcullis_model::{
    AccountId, AccountRight, PasswordPolicy, ResourceId, Scope, Secret, Subject, SubjectKind,
};
use portcullis_store::accounts::{self, Account};
use portcullis_store::{Tx, resources};

use crate::accounts::write_version::{Draft, write_version};
use crate::resources::account_words;
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Adds an account to a resource, with its first password.
pub struct Add {
    pub resource: ResourceId,
    pub name: String,
    pub notes: String,
    pub attributes: Vec<(String, String)>,
    /// Nothing to draw one under the policy of the resource.
    pub password: Option<Secret>,
}

impl Operation for Add {
    type Output = AccountId;

    const NAME: &'static str = "account.add";
    const RIGHT: Right = Right::OnResource(AccountRight::Modify);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Resource, self.resource.0)
    }
}

impl Write for Add {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<AccountId, OpError> {
        let resource = resources::find(tx, self.resource)
            .await?
            .ok_or(OpError::NotFound)?;
        let mut fields = Fields::default();
        let name = fields.name("name", &self.name);
        let notes = fields.notes("notes", &self.notes);
        let attributes = fields.attributes("attributes", &self.attributes);
        fields.done()?;
        let policy = PasswordPolicy::named(&resource.draft.policy);
        let draft = Draft::of(self.password, &policy, services)?;
        let now = services.now();
        let account = Account {
            id: AccountId(services.new_id()),
            resource: resource.id,
            owner: resource.owner,
            name,
            notes,
            attributes: resources::attributes_to(&attributes),
            version: 0,
            complies: false,
            password_changed_at: now,
            created_at: now,
            deleted_at: None,
        };
        accounts::insert(tx, &account, &account_words(&resource.draft, &account.name)).await?;
        permit.about(Subject {
            kind: SubjectKind::Account,
            id: Some(account.id.0),
            name: Some(format!("{}@{}", account.name, resource.draft.name)),
        });
        write_version(permit, services, tx, &account, &policy, draft).await?;
        Ok(account.id)
    }
}
