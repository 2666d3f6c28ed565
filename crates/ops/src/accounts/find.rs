use portcullis_model::{AccountId, AccountRight, AccountView, PasswordPolicy, Scope, Subject, SubjectKind};
use portcullis_store::{Snapshot, accounts, resources, versions};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows one account, without its password.
pub struct Find {
    pub id: AccountId,
}

#[derive(Clone, Debug)]
pub struct AccountDetail {
    pub account: AccountView,
    pub notes: String,
    pub attributes: Vec<(String, String)>,
    pub address: String,
    pub url: String,
    pub policy: PasswordPolicy,
    /// What the current password lacked under the policy when it was written.
    pub violations: Vec<String>,
}

impl Operation for Find {
    type Output = AccountDetail;

    const NAME: &'static str = "account.find";
    const RIGHT: Right = Right::OnAccount(AccountRight::View);
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Account, self.id.0)
    }
}

impl Read for Find {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<AccountDetail, OpError> {
        let view = accounts::view_of(snapshot, permit.user()?, self.id, services.now()).await?;
        let view = view.ok_or(OpError::NotFound)?;
        let account = accounts::find(snapshot, self.id)
            .await?
            .ok_or(OpError::NotFound)?;
        let resource = resources::find(snapshot, account.resource)
            .await?
            .ok_or(OpError::NotFound)?;
        let version = versions::find(snapshot, self.id, account.version).await?;
        Ok(AccountDetail {
            account: view,
            notes: account.notes,
            attributes: resources::attributes_from(&account.attributes)?,
            address: resource.draft.address,
            url: resource.draft.url,
            policy: PasswordPolicy::named(&resource.draft.policy),
            violations: version
                .map(|version| version.violations.lines().map(str::to_owned).collect())
                .unwrap_or_default(),
        })
    }
}
