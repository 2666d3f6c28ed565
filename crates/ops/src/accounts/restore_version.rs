use portcullis_model::{AccountId, AccountRight, Origin, PasswordPolicy, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, accounts, resources, versions};

use crate::accounts::write_version::{Draft, write_version};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Makes an earlier password the current one again, as a new version.
pub struct RestoreVersion {
    pub id: AccountId,
    pub number: u32,
    pub reason: String,
}

impl Operation for RestoreVersion {
    /// The number of the new version.
    type Output = u32;

    const NAME: &'static str = "account.restore_version";
    const RIGHT: Right = Right::OnAccount(AccountRight::Modify);
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for RestoreVersion {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<u32, OpError> {
        let account = accounts::find(tx, self.id).await?.ok_or(OpError::NotFound)?;
        if self.number == account.version {
            return Err(OpError::Conflict("This version is the current one."));
        }
        let earlier = versions::find(tx, self.id, self.number)
            .await?
            .ok_or(OpError::NotFound)?;
        let resource = resources::find(tx, account.resource)
            .await?
            .ok_or(OpError::NotFound)?;
        let password = services
            .vault
            .open_password(permit, tx, &earlier, account.version)
            .await?;
        let policy = PasswordPolicy::named(&resource.draft.policy);
        let draft = Draft {
            password,
            origin: Origin::Restored,
        };
        let number = write_version(permit, services, tx, &account, &policy, draft).await?;
        permit.message(format!("Version {} came back as version {number}.", self.number));
        Ok(number)
    }
}
