use portcullis_model::{AccountId, AccountRight, ResourceDraft, ResourceId, Role, Secret};
use portcullis_ops::{Gate, OpError, accounts, resources};

use crate::{Person, World};

impl World {
    /// `olga`, a password administrator, who owns the account `root@db-prod-01`.
    pub async fn owner_with_account(&self, password: &str) -> (Person, AccountId) {
        let owner = self.user("olga", Role::PasswordAdministrator).await;
        let resource = self.resource(&owner, "db-prod-01").await;
        let account = self.account(&owner, resource, "root", password).await;
        (owner, account)
    }

    pub async fn resource(&self, owner: &Person, name: &str) -> ResourceId {
        let draft = ResourceDraft {
            name: name.to_owned(),
            kind: "Linux".to_owned(),
            address: format!("{name}.example.org"),
            ..ResourceDraft::default()
        };
        self.gate
            .write(&owner.caller, resources::Add { draft })
            .await
            .expect("the owner may add resources")
    }

    pub async fn account(
        &self,
        owner: &Person,
        resource: ResourceId,
        name: &str,
        password: &str,
    ) -> AccountId {
        let add = accounts::Add {
            resource,
            name: name.to_owned(),
            notes: String::new(),
            attributes: Vec::new(),
            password: Some(Secret::new(password)),
        };
        self.gate
            .write(&owner.caller, add)
            .await
            .expect("the owner may add accounts")
    }

    /// Gives `user` a right on one account.
    pub async fn share(&self, owner: &Person, id: AccountId, user: &Person, right: AccountRight) {
        let share = accounts::Share {
            id,
            user: user.id,
            right,
        };
        self.gate
            .write(&owner.caller, share)
            .await
            .expect("the owner may share an account");
    }

    /// Gives `user` a right on a resource and all its accounts.
    pub async fn share_resource(&self, owner: &Person, id: ResourceId, user: &Person, right: AccountRight) {
        let share = resources::Share {
            id,
            user: user.id,
            right,
        };
        self.gate
            .write(&owner.caller, share)
            .await
            .expect("the owner may share a resource");
    }

    /// Reveals the current password of an account.
    pub async fn reveal(&self, person: &Person, id: AccountId) -> Result<String, OpError> {
        self.reveal_on(&self.gate, person, id).await
    }

    pub async fn reveal_on(&self, gate: &Gate, person: &Person, id: AccountId) -> Result<String, OpError> {
        let secret = gate.read(&person.caller, reveal(id, None)).await?;
        Ok(secret.expose().to_owned())
    }

    /// Reveals one version of the password of an account.
    pub async fn reveal_version(
        &self,
        person: &Person,
        id: AccountId,
        version: u32,
    ) -> Result<String, OpError> {
        let secret = self.gate.read(&person.caller, reveal(id, Some(version))).await?;
        Ok(secret.expose().to_owned())
    }

    /// Sets the password of an account; gives the number of the new version.
    pub async fn set_password(&self, person: &Person, id: AccountId, password: &str) -> Result<u32, OpError> {
        self.set_password_on(&self.gate, person, id, password).await
    }

    pub async fn set_password_on(
        &self,
        gate: &Gate,
        person: &Person,
        id: AccountId,
        password: &str,
    ) -> Result<u32, OpError> {
        let set = accounts::SetPassword {
            id,
            password: Some(Secret::new(password)),
            reason: String::new(),
        };
        gate.write(&person.caller, set).await
    }
}

fn reveal(id: AccountId, version: Option<u32>) -> accounts::RevealPassword {
    accounts::RevealPassword {
        id,
        version,
        reason: String::new(),
    }
}
