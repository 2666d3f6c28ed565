use portcullis_model::{
    FactorKind, GroupId, PersonSetting, PolicyChange, Requirement, Secret, SitePolicy, UserId,
};
use portcullis_ops::mfa_policy::{Applied, Apply, Explain, Explained, Preview, Previewed};
use portcullis_ops::settings::{Connection, Put};
use portcullis_ops::sign_in::{Challenge, Challenged, ChooseMethod};
use portcullis_ops::{Gate, OpError, groups};
use serde_json::json;

use crate::World;

impl World {
    /// Sets a mail server, which is the `Mailbox`.
    pub async fn set_mail(&self) {
        let administrator = self.fresh_administrator().await;
        let put = Put {
            connection: Connection::Mail,
            value: json!({ "host": "mail.example.org", "port": 587, "password": "mail-password" }),
            revision: 0,
        };
        self.gate
            .write(&administrator, put)
            .await
            .expect("the mailbox takes any settings");
    }

    /// The first administrator, just now confirmed with their app.
    pub async fn fresh_administrator(&self) -> portcullis_model::Caller {
        let administrator = Box::pin(self.administrator()).await;
        Box::pin(self.sign_in(&administrator))
            .await
            .expect("the administrator signs in")
            .caller
    }

    pub async fn group(&self, name: &str, parent: Option<GroupId>) -> GroupId {
        let administrator = Box::pin(self.administrator()).await;
        let add = groups::Add {
            name: name.to_owned(),
            parent,
        };
        self.gate
            .write(&administrator.caller, add)
            .await
            .expect("the administrator may add groups")
    }

    pub async fn move_to(&self, id: UserId, group: GroupId) {
        let administrator = Box::pin(self.administrator()).await;
        let place = groups::MovePerson {
            id,
            group: Some(group),
        };
        self.gate
            .write(&administrator.caller, place)
            .await
            .expect("the administrator may move people");
    }

    pub async fn preview(&self, change: PolicyChange) -> Result<Previewed, OpError> {
        let administrator = Box::pin(self.administrator()).await;
        self.gate.read(&administrator.caller, Preview { change }).await
    }

    /// Previews a change and applies it.
    pub async fn apply(&self, change: PolicyChange) -> Result<Applied, OpError> {
        let administrator = self.fresh_administrator().await;
        let previewed = self
            .gate
            .read(
                &administrator,
                Preview {
                    change: change.clone(),
                },
            )
            .await?;
        let apply = Apply {
            change,
            summary: "A change of the test".to_owned(),
            version: previewed.version,
            at: None,
        };
        self.gate.write(&administrator, apply).await
    }

    /// Switches methods on for everybody.
    pub async fn switch_on(&self, methods: &[FactorKind]) {
        let site = SitePolicy {
            methods: methods.to_vec(),
            ..SitePolicy::default()
        };
        self.apply(PolicyChange {
            site: Some(site),
            ..PolicyChange::default()
        })
        .await
        .expect("methods can be switched on");
    }

    /// Asks one or more methods of a group.
    pub async fn require(&self, group: GroupId, methods: &[FactorKind]) -> Applied {
        self.apply(PolicyChange {
            groups: vec![(group, Some(Requirement::of(methods.iter().copied())))],
            ..PolicyChange::default()
        })
        .await
        .expect("a group can be asked for methods")
    }

    /// Asks methods of one person, who does not use the settings of their group.
    pub async fn require_of(&self, id: UserId, methods: &[FactorKind]) -> Applied {
        let setting = PersonSetting {
            uses_group_settings: false,
            requirement: Some(Requirement::of(methods.iter().copied())),
        };
        self.apply(PolicyChange {
            people: vec![(id, setting)],
            ..PolicyChange::default()
        })
        .await
        .expect("a person can be asked for methods")
    }

    pub async fn explain(&self, id: UserId) -> Explained {
        let administrator = Box::pin(self.administrator()).await;
        self.gate
            .read(&administrator.caller, Explain { id })
            .await
            .expect("the administrator may ask why")
    }

    pub async fn choose(&self, gate: &Gate, token: &Secret, method: FactorKind) -> Result<(), OpError> {
        let token = token.clone();
        gate.write(&self.anonymous(), ChooseMethod { token, method })
            .await
    }

    pub async fn challenge(&self, gate: &Gate, token: &Secret) -> Result<Challenged, OpError> {
        let token = token.clone();
        gate.remote(&self.anonymous(), Challenge { token }).await
    }

    /// Sends what waits and reads the code of the latest letter to an address.
    pub async fn mailed_code(&self, address: &str) -> Secret {
        self.send_letters().await;
        let letter = self
            .mailbox
            .to(address)
            .pop()
            .unwrap_or_else(|| panic!("no letter came to {address}"));
        let first = letter.text.lines().next().unwrap_or_default();
        Secret::new(first)
    }
}
