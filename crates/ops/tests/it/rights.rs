use portcullis_model::{AccountId, AccountRight, Role, Secret, SystemRight};
use portcullis_ops::{OpError, accounts, audit, keys, resources, users};
use portcullis_testkit::{Person, World};
use uuid::Uuid;

async fn world_with_grant(right: AccountRight) -> (World, Person, AccountId) {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let grantee = world.user("greta", Role::PasswordUser).await;
    world.share(&owner, account, &grantee, right).await;
    (world, grantee, account)
}

fn delete(id: AccountId) -> accounts::Delete {
    accounts::Delete { id }
}

#[tokio::test]
async fn a_stranger_cannot_tell_that_the_account_exists() {
    let world = World::new().await;
    let (_, account) = world.owner_with_account("first secret").await;
    let stranger = world.user("sam", Role::PasswordUser).await;
    let before = world.last_entry().await;

    let existing = world.reveal(&stranger, account).await;
    let missing = world.reveal(&stranger, AccountId(Uuid::from_u128(7))).await;

    assert!(matches!(existing, Err(OpError::NotFound)));
    assert!(matches!(missing, Err(OpError::NotFound)));
    let entries = world.entries_after(before).await;
    assert_eq!(
        world.trail_after(before).await,
        ["account.reveal_password deny", "account.reveal_password deny"]
    );
    assert_eq!(
        [&*entries[0].subject, &*entries[1].subject],
        ["root@db-prod-01", ""]
    );
    assert_eq!([&*entries[0].actor, &*entries[0].message], ["sam", "not found"]);
}

#[tokio::test]
async fn an_administrator_without_a_grant_is_a_stranger_too() {
    let world = World::new().await;
    let (_, account) = world.owner_with_account("first secret").await;
    let administrator = world.administrator().await;

    let revealed = world.reveal(&administrator, account).await;

    assert!(matches!(revealed, Err(OpError::NotFound)));
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_gets_anything() {
    let world = World::new().await;
    let (_, account) = world.owner_with_account("first secret").await;
    let reveal = || accounts::RevealPassword {
        id: account,
        version: None,
        reason: String::new(),
    };

    for caller in [world.anonymous(), world.console(), world.job()] {
        let revealed = world.gate.read(&caller, reveal()).await;
        assert!(matches!(revealed, Err(OpError::Denied)));
    }
}

#[tokio::test]
async fn view_reveals_but_changes_nothing() {
    let (world, grantee, account) = world_with_grant(AccountRight::View).await;
    let before = world.last_entry().await;

    let revealed = world.reveal(&grantee, account).await;
    let changed = world.set_password(&grantee, account, "other secret").await;
    let deleted = world.gate.write(&grantee.caller, delete(account)).await;

    assert_eq!(revealed.unwrap(), "first secret");
    assert!(matches!(changed, Err(OpError::Denied)));
    assert!(matches!(deleted, Err(OpError::Denied)));
    let lines = [
        "account.reveal_password succeed",
        "account.set_password deny",
        "account.delete deny",
    ];
    assert_eq!(world.trail_after(before).await, lines);
}

#[tokio::test]
async fn modify_changes_but_does_not_share_or_delete() {
    let (world, grantee, account) = world_with_grant(AccountRight::Modify).await;
    let share = accounts::Share {
        id: account,
        user: world.administrator().await.id,
        right: AccountRight::View,
    };

    assert_eq!(
        world
            .set_password(&grantee, account, "other secret")
            .await
            .unwrap(),
        2
    );
    assert!(matches!(
        world.gate.write(&grantee.caller, share).await,
        Err(OpError::Denied)
    ));
    assert!(matches!(
        world.gate.write(&grantee.caller, delete(account)).await,
        Err(OpError::Denied)
    ));
}

#[tokio::test]
async fn full_shares_and_deletes() {
    let (world, grantee, account) = world_with_grant(AccountRight::Full).await;
    let administrator = world.administrator().await;

    world
        .share(&grantee, account, &administrator, AccountRight::View)
        .await;
    assert_eq!(
        world.reveal(&administrator, account).await.unwrap(),
        "first secret"
    );
    assert!(world.gate.write(&grantee.caller, delete(account)).await.is_ok());
    assert!(matches!(
        world.reveal(&administrator, account).await,
        Err(OpError::NotFound)
    ));
}

#[tokio::test]
async fn the_grant_on_the_account_counts_more_than_the_one_on_its_resource() {
    let world = World::new().await;
    let owner = world.user("olga", Role::PasswordAdministrator).await;
    let grantee = world.user("greta", Role::PasswordUser).await;
    let resource = world.resource(&owner, "db-prod-01").await;
    let narrowed = world.account(&owner, resource, "root", "root secret").await;
    let widened = world.account(&owner, resource, "app", "app secret").await;
    world
        .share_resource(&owner, resource, &grantee, AccountRight::Modify)
        .await;
    world.share(&owner, narrowed, &grantee, AccountRight::View).await;
    world.share(&owner, widened, &grantee, AccountRight::Full).await;

    assert!(matches!(
        world.set_password(&grantee, narrowed, "x").await,
        Err(OpError::Denied)
    ));
    assert!(world.gate.write(&grantee.caller, delete(widened)).await.is_ok());
}

#[tokio::test]
async fn a_grant_on_a_resource_reaches_its_accounts_and_one_on_an_account_only_itself() {
    let world = World::new().await;
    let owner = world.user("olga", Role::PasswordAdministrator).await;
    let (wide, narrow) = (
        world.user("wim", Role::PasswordUser).await,
        world.user("nora", Role::PasswordUser).await,
    );
    let resource = world.resource(&owner, "db-prod-01").await;
    let first = world.account(&owner, resource, "root", "root secret").await;
    world
        .share_resource(&owner, resource, &wide, AccountRight::View)
        .await;
    world.share(&owner, first, &narrow, AccountRight::Full).await;
    let later = world.account(&owner, resource, "app", "app secret").await;

    assert_eq!(world.reveal(&wide, later).await.unwrap(), "app secret");
    assert!(matches!(
        world.reveal(&narrow, later).await,
        Err(OpError::NotFound)
    ));
    let found = world
        .gate
        .read(&narrow.caller, resources::Find { id: resource })
        .await;
    assert!(matches!(found, Err(OpError::NotFound)));
}

#[tokio::test]
async fn what_was_taken_back_is_gone_on_every_node_at_once() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let grantee = world.user("greta", Role::PasswordUser).await;
    world.share(&owner, account, &grantee, AccountRight::View).await;
    let other = world.second_node().await;
    assert!(world.reveal_on(&other, &grantee, account).await.is_ok());
    let unshare = accounts::Unshare {
        id: account,
        user: grantee.id,
    };

    world.gate.write(&owner.caller, unshare).await.unwrap();

    assert!(matches!(
        world.reveal_on(&other, &grantee, account).await,
        Err(OpError::NotFound)
    ));
}

#[tokio::test]
async fn roles_carry_their_rights_and_no_others() {
    let world = World::new().await;
    for role in Role::ALL {
        let person = world.user(&role.to_string().replace('_', "-"), role).await;
        let caller = &person.caller;
        let draft = resources::ResourceDraft {
            name: "db".to_owned(),
            kind: "Linux".to_owned(),
            ..Default::default()
        };
        let answers = [
            (
                SystemRight::AddResources,
                world.gate.write(caller, resources::Add { draft }).await.err(),
            ),
            (
                SystemRight::ManageKeys,
                world.gate.read(caller, keys::Status).await.err(),
            ),
            (
                SystemRight::ReadAudit,
                world.gate.read(caller, audit::FindCheckpoint).await.err(),
            ),
            (
                SystemRight::ManageUsers,
                world.gate.read(caller, users::Find { id: person.id }).await.err(),
            ),
        ];
        for (right, refusal) in answers {
            let denied = matches!(refusal, Some(OpError::Denied));
            assert_eq!(denied, !role.has(right), "{role} {right}: {refusal:?}");
            assert_eq!(refusal.is_some(), denied, "{role} {right}: {refusal:?}");
        }
    }
}

#[tokio::test]
async fn an_administrator_makes_and_touches_no_privileged_one() {
    let world = World::new().await;
    let first = world.administrator().await;
    let lower = world.user("lars", Role::Administrator).await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let add = users::Add {
        username: "eve".to_owned(),
        display_name: "Eve".to_owned(),
        email: String::new(),
        role: Role::PrivilegedAdministrator,
        group: None,
    };
    let raise = users::ChangeRole {
        id: alice.id,
        role: Role::PrivilegedAdministrator,
    };
    let lock = users::Lock {
        id: first.id,
        reason: String::new(),
    };
    let invite = users::Invite {
        id: first.id,
        reason: String::new(),
    };

    let added = world.gate.write(&lower.caller, add).await;
    let [raised, locked, invited] = [
        world.gate.write(&lower.caller, raise).await.err(),
        world.gate.write(&lower.caller, lock).await.err(),
        world.gate.write(&lower.caller, invite).await.err(),
    ];

    assert!(matches!(added, Err(OpError::Invalid(fields)) if fields[0].field == "role"));
    assert!(
        [raised, locked, invited]
            .iter()
            .all(|refusal| matches!(refusal, Some(OpError::Denied)))
    );
}

#[tokio::test]
async fn the_last_privileged_administrator_stays() {
    let world = World::new().await;
    let first = world.administrator().await;
    let second = world.user("paula", Role::PrivilegedAdministrator).await;
    let demote = |id| users::ChangeRole {
        id,
        role: Role::PasswordUser,
    };

    let myself = world.gate.write(&first.caller, demote(first.id)).await;
    let other = world.gate.write(&first.caller, demote(second.id)).await;
    let by_console = world.gate.write(&world.console(), demote(first.id)).await;

    assert!(matches!(myself, Err(OpError::Conflict(_))));
    assert!(other.is_ok());
    assert!(matches!(by_console, Err(OpError::Conflict(_))));
}

#[tokio::test]
async fn a_secret_is_copied_under_its_own_name_in_the_trail() {
    let (world, grantee, account) = world_with_grant(AccountRight::View).await;
    let before = world.last_entry().await;
    let copy = accounts::CopyPassword {
        id: account,
        reason: "ticket 12".to_owned(),
    };

    let copied = world.gate.read(&grantee.caller, copy).await.unwrap();

    assert_eq!(copied, Secret::new("first secret"));
    assert_eq!(world.trail_after(before).await, ["account.copy_password succeed"]);
    assert_eq!(world.entries_after(before).await[0].reason, "ticket 12");
}
