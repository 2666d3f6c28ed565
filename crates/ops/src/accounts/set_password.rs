use portcullis_model::{AccountId, AccountRight, PasswordPolicy, Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Tx, accounts, resources};

use crate::accounts::write_version::{Draft, write_version};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Sets the password of an account in the vault; the earlier one stays in its history.
pub struct SetPassword {
    pub id: AccountId,
    /// Nothing to draw one under the policy of the resource.
    pub password: Option<Secret>,
    pub reason: String,
}

impl Operation for SetPassword {
    /// The number of the new version.
    type Output = u32;

    const NAME: &'static str = "account.set_password";
    const RIGHT: Right = Right::OnAccount(AccountRight::Modify);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for SetPassword {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<u32, OpError> {
        let account = accounts::find(tx, self.id).await?.ok_or(OpError::NotFound)?;
        let resource = resources::find(tx, account.resource)
            .await?
            .ok_or(OpError::NotFound)?;
        let policy = PasswordPolicy::named(&resource.draft.policy);
        let draft = Draft::of(self.password, &policy, services)?;
        let origin = draft.origin;
        let number = write_version(permit, services, tx, &account, &policy, draft).await?;
        permit.message(format!("Version {number}, {origin}."));
        Ok(number)
    }
}
