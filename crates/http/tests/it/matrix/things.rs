use std::collections::HashMap;

use portcullis_model::{
    AccountId, AccountRight, FactorKind, PolicyChange, ResourceId, Role, Scope, SitePolicy,
};
use portcullis_ops::{accounts, activity, factors, groups, mfa_policy, recovery, resources, users};
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
            Thing::OwnBrowser => {
                let again = self.world.sign_in(whose).await.unwrap();
                self.world.browser_of(&again).await.to_string()
            }
            Thing::OwnFactor => {
                let own = self
                    .world
                    .gate
                    .read(&whose.caller, factors::ListMine)
                    .await
                    .unwrap();
                let app = own.iter().find(|factor| factor.kind == FactorKind::Totp);
                app.unwrap().id.to_string()
            }
            Thing::OwnFilter => self.filter_of(whose).await,
            Thing::OwnToken => {
                // It takes a second step that was proven just now.
                let again = self.world.sign_in(whose).await.unwrap();
                token(&self.world, &again, &[Scope::Read]).await.id.to_string()
            }
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
            Thing::Person | Thing::LockedPerson => self.put_target(thing).await,
            Thing::EnrolledPerson => {
                let name = self.things.unique();
                self.world.user(&name, Role::PasswordUser).await.id.to_string()
            }
            Thing::PassHolder => self.give_pass().await,
            Thing::Group => self.group().await,
            Thing::PolicyReport => self.report_policy().await,
            Thing::RecoveryRequest => self.ask_for_help().await,
            Thing::PolicyChange => self.change_policy().await,
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

    /// A filter of sign-in events; who may not read those has none.
    async fn filter_of(&mut self, whose: &Person) -> String {
        let save = activity::SaveFilter {
            name: self.things.unique(),
            filter: activity::SignInFilter::default(),
            is_shared: true,
        };
        match self.world.gate.write(&whose.caller, save).await {
            Ok(id) => id.to_string(),
            Err(_) => "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70".to_owned(),
        }
    }

    async fn group(&mut self) -> String {
        let name = format!("{MARK}-{}", self.things.unique());
        let add = groups::Add { name, parent: None };
        let made = self.world.gate.write(&self.world.console(), add).await;
        made.unwrap().to_string()
    }

    async fn ask_for_help(&mut self) -> String {
        let name = self.things.unique();
        let person = self.world.user(&name, Role::PasswordUser).await;
        let token = self.world.pass_password(&self.world.gate, &person).await;
        let (gate, by) = (&self.world.gate, &self.world.console());
        gate.write(&self.world.anonymous(), recovery::Ask { token })
            .await
            .unwrap();
        let waiting = gate.read(by, recovery::List).await.unwrap().waiting;
        let own = waiting.iter().find(|request| request.user == person.id);
        own.unwrap().id.to_string()
    }

    /// Lets a passkey be both proofs, as some routes need.
    pub(super) async fn allow_passkeys(&mut self) {
        self.change_site(|site| site.passkey_alone = true).await;
    }

    async fn change_policy(&mut self) -> String {
        self.change_site(|site| site.retries = (site.retries + 1) % 10)
            .await
    }

    async fn change_site(&mut self, change: impl FnOnce(&mut SitePolicy)) -> String {
        // The administrator may have proven their second step long ago by now.
        let (gate, by) = (&self.world.gate, &self.world.console());
        let before = gate.read(by, mfa_policy::Find).await.unwrap();
        let mut site = before.site;
        change(&mut site);
        let apply = mfa_policy::Apply {
            change: PolicyChange {
                site: Some(site),
                ..PolicyChange::default()
            },
            summary: MARK.to_owned(),
            version: before.version,
            at: None,
        };
        gate.write(by, apply).await.unwrap().id.to_string()
    }

    async fn report_policy(&mut self) -> String {
        let (gate, by) = (&self.world.gate, &self.world.console());
        let before = gate.read(by, mfa_policy::Find).await.unwrap();
        for old in before.changes.iter().filter(|change| change.state == "reporting") {
            gate.write(by, mfa_policy::Undo { id: old.id }).await.unwrap();
        }
        let site = SitePolicy {
            retries: (before.site.retries + 1) % 10,
            ..before.site
        };
        let report = mfa_policy::ReportOnly {
            change: PolicyChange {
                site: Some(site),
                ..PolicyChange::default()
            },
            summary: MARK.to_owned(),
            version: before.version,
            days: 7,
        };
        gate.write(by, report).await.unwrap().id.to_string()
    }

    async fn give_pass(&mut self) -> String {
        let id = self.put_target(Thing::Person).await;
        let issue = factors::IssuePass {
            id: self.target.id,
            minutes: 60,
            reason: "matrix".to_owned(),
        };
        let issued = self.world.gate.write(&self.world.console(), issue).await;
        issued.map(|_| id).unwrap()
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
