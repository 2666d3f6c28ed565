use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{AccountId, PageSize, ResourceDraft, Role};
use portcullis_ops::{OpError, accounts, resources};
use portcullis_testkit::{Person, World};

pub(crate) const DAY: Duration = Duration::from_hours(24);

async fn history(world: &World, owner: &Person, id: AccountId) -> Vec<accounts::VersionView> {
    world
        .gate
        .read(&owner.caller, accounts::History { id })
        .await
        .unwrap()
}

pub(crate) async fn find(world: &World, owner: &Person, id: AccountId) -> accounts::AccountDetail {
    world
        .gate
        .read(&owner.caller, accounts::Find { id })
        .await
        .unwrap()
}

pub(crate) async fn names(world: &World, owner: &Person, query: &str) -> Vec<String> {
    let list = accounts::List {
        query: query.to_owned(),
        kind: None,
        resource: None,
        after: None,
        size: PageSize::DEFAULT,
    };
    let page = world.gate.read(&owner.caller, list).await.unwrap();
    page.items
        .into_iter()
        .map(|account| format!("{}@{}", account.name, account.resource_name))
        .collect()
}

#[tokio::test]
async fn a_drawn_password_follows_the_policy_of_the_resource() {
    let world = World::new().await;
    let owner = world.user("olga", Role::PasswordAdministrator).await;
    for (policy, length) in [("Strong", 24), ("Alphanumeric", 24), ("Short", 16), ("", 24)] {
        let draft = ResourceDraft {
            name: "router".to_owned(),
            kind: "Router".to_owned(),
            policy: policy.to_owned(),
            ..ResourceDraft::default()
        };
        let resource = world
            .gate
            .write(&owner.caller, resources::Add { draft })
            .await
            .unwrap();
        let add = accounts::Add {
            resource,
            name: "admin".to_owned(),
            notes: String::new(),
            attributes: Vec::new(),
            password: None,
        };
        let account = world.gate.write(&owner.caller, add).await.unwrap();

        let detail = find(&world, &owner, account).await;
        assert_eq!(
            world.reveal(&owner, account).await.unwrap().chars().count(),
            length,
            "{policy}"
        );
        assert!(
            detail.account.complies && detail.violations.is_empty(),
            "{policy}: {:?}",
            detail.violations
        );
    }
}

#[tokio::test]
async fn every_earlier_password_stays_in_the_history() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    world.set_password(&owner, account, "second").await.unwrap();
    let generated = accounts::SetPassword {
        id: account,
        password: None,
        reason: String::new(),
    };
    assert_eq!(world.gate.write(&owner.caller, generated).await.unwrap(), 3);

    let versions = history(&world, &owner, account).await;

    let lines: Vec<_> = versions
        .iter()
        .map(|version| (version.number, version.origin.word(), version.current))
        .collect();
    assert_eq!(
        lines,
        [(3, "generated", true), (2, "typed", false), (1, "typed", false)]
    );
    assert!(versions.iter().all(|version| version.created_by == "olga"));
    assert_eq!(world.reveal_version(&owner, account, 1).await.unwrap(), "first");
    assert_eq!(world.reveal_version(&owner, account, 2).await.unwrap(), "second");
    assert!(matches!(
        world.reveal_version(&owner, account, 4).await,
        Err(OpError::NotFound)
    ));
    assert!(matches!(
        world.reveal_version(&owner, account, 0).await,
        Err(OpError::NotFound)
    ));
}

#[tokio::test]
async fn an_earlier_password_comes_back_as_the_newest() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    world.set_password(&owner, account, "second").await.unwrap();
    let restore = |number| accounts::RestoreVersion {
        id: account,
        number,
        reason: String::new(),
    };

    let current = world.gate.write(&owner.caller, restore(2)).await;
    let missing = world.gate.write(&owner.caller, restore(9)).await;
    let number = world.gate.write(&owner.caller, restore(1)).await.unwrap();

    assert!(matches!(current, Err(OpError::Conflict(_))));
    assert!(matches!(missing, Err(OpError::NotFound)));
    assert_eq!(number, 3);
    assert_eq!(world.reveal(&owner, account).await.unwrap(), "first");
    assert_eq!(
        history(&world, &owner, account).await[0].origin,
        accounts::Origin::Restored
    );
}

#[tokio::test]
async fn a_password_that_was_used_before_or_is_too_weak_is_kept_and_marked() {
    let world = World::new().await;
    let good = "xK9#mQ2$vL7&nR4!wP6*";
    let (owner, account) = world.owner_with_account(good).await;
    assert!(find(&world, &owner, account).await.account.complies);

    world.set_password(&owner, account, "weak").await.unwrap();
    let weak = find(&world, &owner, account).await;
    world.set_password(&owner, account, good).await.unwrap();
    let reused = find(&world, &owner, account).await;

    assert!(!weak.account.complies);
    assert_eq!(
        weak.violations,
        [
            "is shorter than 20 characters",
            "lacks an upper-case letter",
            "lacks a digit",
            "lacks a symbol"
        ]
    );
    assert_eq!(reused.violations, ["was used before"]);
}

#[tokio::test]
async fn a_password_is_overdue_after_ninety_days() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    world.clock.advance(90 * DAY);
    assert!(!find(&world, &owner, account).await.account.overdue);
    world.clock.advance(Duration::from_secs(1));
    assert!(find(&world, &owner, account).await.account.overdue);

    world.set_password(&owner, account, "second").await.unwrap();

    assert!(!find(&world, &owner, account).await.account.overdue);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn passwords_set_at_once_get_versions_without_gaps_and_none_is_lost() {
    let world = Arc::new(World::new().await);
    let (owner, account) = world.owner_with_account("written 0").await;
    let nodes = [world.gate.clone(), world.second_node().await];
    let tasks: Vec<_> = (1..=10)
        .map(|number| {
            let (world, owner, gate) = (world.clone(), owner.clone(), nodes[number % 2].clone());
            tokio::spawn(async move {
                let secret = format!("written {number}");
                let version = world.set_password_on(&gate, &owner, account, &secret).await;
                version.map(|version| (version, secret))
            })
        })
        .collect();

    let mut acknowledged = vec![(1, "written 0".to_owned())];
    for task in tasks {
        match task.await.unwrap() {
            Ok(written) => acknowledged.push(written),
            Err(OpError::Conflict(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }

    acknowledged.sort();
    let numbers: Vec<_> = history(&world, &owner, account)
        .await
        .iter()
        .rev()
        .map(|version| version.number)
        .collect();
    assert_eq!(
        numbers,
        (1..=u32::try_from(acknowledged.len()).unwrap()).collect::<Vec<_>>()
    );
    for (version, secret) in acknowledged {
        assert_eq!(
            world.reveal_version(&owner, account, version).await.unwrap(),
            secret
        );
    }
}

#[tokio::test]
async fn accounts_are_found_under_the_new_name_of_their_resource() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    let id = find(&world, &owner, account).await.account.resource;
    let fields = resources::ChangedFields {
        name: Some("warehouse".to_owned()),
        address: Some("10.20.0.12".to_owned()),
        ..resources::ChangedFields::default()
    };

    world
        .gate
        .write(&owner.caller, resources::Change { id, fields })
        .await
        .unwrap();

    assert_eq!(names(&world, &owner, "ware root").await, ["root@warehouse"]);
    assert!(names(&world, &owner, "db-prod").await.is_empty());
}

#[tokio::test]
async fn what_two_people_change_at_once_is_both_kept() {
    let world = World::new().await;
    let owner = world.administrator().await;
    let id = world.resource(&owner, "db-prod-01").await;
    let before = world
        .gate
        .read(&owner.caller, resources::Find { id })
        .await
        .unwrap()
        .draft;
    for round in 0..20 {
        let change = |fields| world.gate.write(&owner.caller, resources::Change { id, fields });
        let text = |field: &str| Some(format!("{field} {round}"));

        let (first, second) = tokio::join!(
            change(resources::ChangedFields {
                location: text("rack"),
                ..Default::default()
            }),
            change(resources::ChangedFields {
                notes: text("note"),
                ..Default::default()
            }),
        );

        first.and(second).unwrap();
        let after = world
            .gate
            .read(&owner.caller, resources::Find { id })
            .await
            .unwrap()
            .draft;
        let wanted = ResourceDraft {
            location: format!("rack {round}"),
            notes: format!("note {round}"),
            ..before.clone()
        };
        assert_eq!(after, wanted);
    }
}
