use axum::Router;
use portcullis_model::{AccountRight, GroupId, Role, Secret};
use portcullis_ops::groups;
use portcullis_testkit::{Person, World};

use super::permissions::Permissions;
use super::things::Things;
use crate::browser::doors;

/// A vault with people in every relation to what is in it.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) router: Router,
    pub(super) permissions: Permissions,
    pub(super) administrator: Person,
    pub(super) owner: Person,
    /// Those who hold nothing, one of each role.
    strangers: Vec<Person>,
    /// Those of the least role who hold a right on everything of the owner.
    pub(super) holders: Vec<(AccountRight, Person)>,
    /// Whom things are shared with and taken from.
    pub(super) guest: Person,
    /// Who is locked, invited and given roles.
    pub(super) target: Person,
    /// A group that people are moved to.
    pub(super) group: GroupId,
    /// Who never finishes signing in.
    half: Person,
    pub(super) things: Things,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let administrator = world.administrator().await;
        let mut strangers = vec![administrator.clone()];
        for role in &Role::ALL[1..] {
            let name = format!("stranger.{}", role.word().replace('_', "-"));
            strangers.push(world.user(&name, *role).await);
        }
        let mut holders = Vec::new();
        for right in [AccountRight::View, AccountRight::Modify, AccountRight::Full] {
            let name = format!("holder.{right}");
            holders.push((right, world.user(&name, Role::PasswordUser).await));
        }
        let group = groups::Add {
            name: "matrix".to_owned(),
            parent: None,
        };
        let group = world.gate.write(&administrator.caller, group).await.unwrap();
        Self {
            group,
            owner: world.user("owner", Role::PasswordAdministrator).await,
            guest: world.user("guest", Role::PasswordUser).await,
            target: world.user("target", Role::PasswordUser).await,
            half: world.user("half", Role::PasswordUser).await,
            router: doors(&world),
            permissions: Permissions::read(),
            things: Things::default(),
            administrator,
            strangers,
            holders,
            world,
        }
    }

    /// Everybody who can sign in, and what they hold on everything of the owner.
    pub(super) fn people(&self) -> Vec<(String, &Person, Option<AccountRight>)> {
        let strangers = self.strangers.iter();
        let strangers = strangers.map(|person| (person.username.clone(), person, None));
        let holders = self.holders.iter();
        let holders = holders.map(|(right, person)| (person.username.clone(), person, Some(*right)));
        let owner = ("the owner".to_owned(), &self.owner, Some(AccountRight::Full));
        strangers.chain(holders).chain([owner]).collect()
    }

    /// The token of a sign-in that waits for its code.
    pub(super) async fn half_login(&self) -> Secret {
        self.world.pass_password(&self.world.gate, &self.half).await
    }
}
