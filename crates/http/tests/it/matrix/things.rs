use std::collections::HashMap;

use portcullis_model::{
    AccountId, AccountRight, FactorKind, GroupId, PolicyChange, Requirement, ResourceId, Role, Scope,
};
use portcullis_ops::{accounts, groups, mfa_policy, resources, users};
use portcullis_testkit::Person;

use super::callers::token;
use super::route::Thing;
use super::stage::Stage;

/// What is in the vault of a stage. What a request has used up is made anew.
#[derive(Default)]
pub(super) struct Things {
    kept: HashMap<Thing, String>,
    made: u32,
}

/// Marks the name of every thing, so that it shows where it must not.
pub(super) const MARK: &str = "matrix-thing";
/// Marks every password.
pub(super) const SECRET: &str = "vault-secret";

impl Things {
    pub(super) fn unique(&mut self) -> String {
        self.made += 1;
        format!("unique-{}", self.made)
    }

    /// Says that a request may have changed it.
    pub(super) fn spoil(&mut self, thing: Thing) {
        self.kept.remove(&thing);
    }
}

impl Stage {
    /// The id of such a thing. Sessions and tokens belong to `whose`.
    pub(super) async fn thing(&mut self, thing: Thing, whose: &Person) -> String {
        match thing {
            Thing::None | Thing::SpentSession => String::new(),
            // Each is good for one use by one person.
            Thing::OwnSession => {
                let again = self.world.sign_in(whose).await.unwrap();
                again.caller.session.unwrap().to_string()
            }
            Thing::OwnToken => token(&self.world, whose, &[Scope::Read]).await.id.to_string(),
            _ => {
                if let Some(id) = self.things.kept.get(&thing) {
                    return id.clone();
                }
                let id = self.make(thing).await;
                self.things.kept.insert(thing, id.clone());
                id
            }
        }
    }

    async fn make(&mut self, thing: Thing) -> String {
        match thing {
            Thing::Person | Thing::LockedPerson => return self.put_target(thing).await,
            Thing::EnrolledPerson => {
                let name = self.things.unique();
                self.world.user(&name, Role::PasswordUser).await.id.to_string()
            }
            Thing::Group => self.group().await.to_string(),
            Thing::PolicyChange => self.policy_change().await,
            Thing::Account | Thing::DeletedAccount => {
                let (_, id) = self.account_of(&self.owner.clone()).await;
                if thing == Thing::DeletedAccount {
                    let delete = accounts::Delete { id };
                    self.world.gate.write(&self.owner.caller, delete).await.unwrap();
                }
                id.to_string()
            }
            _ => {
                let (id, _) = self.account_of(&self.owner.clone()).await;
                if thing == Thing::DeletedResource {
                    let delete = resources::Delete { id };
                    self.world.gate.write(&self.owner.caller, delete).await.unwrap();
                }
                id.to_string()
            }
        }
    }

    async fn group(&mut self) -> GroupId {
        let name = self.things.unique();
        let add = groups::Add { name, parent: None };
        self.world.gate.write(&self.world.console(), add).await.unwrap()
    }

    async fn policy_change(&mut self) -> String {
        let group = self.group().await;
        let requirement = Requirement::of([FactorKind::Totp]);
        let apply = mfa_policy::Apply {
            change: PolicyChange {
                groups: vec![(group, Some(requirement))],
                ..PolicyChange::default()
            },
            summary: "a group".to_owned(),
            version: self.policy_version().await,
            at: None,
        };
        let applied = self.world.gate.write(&self.world.console(), apply).await;
        applied.unwrap().id.to_string()
    }

    pub(super) async fn policy_version(&self) -> i64 {
        let console = self.world.console();
        let found = self.world.gate.read(&console, mfa_policy::Find).await;
        found.unwrap().version
    }

    /// A resource with an account that has two versions, shared with every holder and, both of them, with the guest.
    pub(super) async fn account_of(&mut self, owner: &Person) -> (ResourceId, AccountId) {
        let (unique, world) = (self.things.unique(), &self.world);
        let resource = world.resource(owner, &format!("{MARK}-{unique}")).await;
        let account = world
            .account(owner, resource, MARK, &format!("{SECRET}-first"))
            .await;
        world
            .set_password(owner, account, &format!("{SECRET}-second"))
            .await
            .unwrap();
        for (right, holder) in &self.holders {
            world.share_resource(owner, resource, holder, *right).await;
        }
        world
            .share_resource(owner, resource, &self.guest, AccountRight::View)
            .await;
        world.share(owner, account, &self.guest, AccountRight::View).await;
        (resource, account)
    }

    /// Puts the target into the state that is asked for, whatever state they are in.
    async fn put_target(&mut self, thing: Thing) -> String {
        let (id, gate, by) = (self.target.id, &self.world.gate, &self.administrator.caller);
        let reason = String::new();
        // One of the two changes nothing, since the person is in that state.
        if thing == Thing::LockedPerson {
            let _ = gate.write(by, users::Lock { id, reason }).await;
            self.things.spoil(Thing::Person);
        } else {
            let _ = gate.write(by, users::Unlock { id }).await;
            self.things.spoil(Thing::LockedPerson);
        }
        id.to_string()
    }
}
