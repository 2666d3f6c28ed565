//! Changes of the policy: checked, applied, scheduled and taken back.

use std::time::Duration;

use portcullis_model::{Clock, FactorKind, PolicyChange, Requirement, Role, SitePolicy};
use portcullis_ops::OpError;
use portcullis_ops::mfa_policy::{self, Apply, Preview, Undo};
use portcullis_testkit::World;

use crate::policy::{APP, EMAIL, company, of_group};

#[tokio::test]
async fn a_change_that_locks_the_last_administrator_out_is_refused_and_nothing_is_changed() {
    let world = World::new().await;
    let site = SitePolicy {
        methods: vec![FactorKind::Email],
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };

    let previewed = world.preview(change.clone()).await.unwrap();
    let applied = world.apply(change).await;

    assert!(previewed.locks_out);
    let Err(OpError::Conflict(text)) = applied else {
        panic!("nobody could sign in any more")
    };
    assert_eq!(
        text,
        "This change would leave no administrator able to sign in, so it wasn't applied."
    );
    let administrator = world.administrator().await;
    assert!(world.sign_in(&administrator).await.is_ok());
}

#[tokio::test]
async fn a_change_can_be_taken_back_for_a_day() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    let first = world.require(sales, APP).await;
    let second = world.require(sales, EMAIL).await;
    let administrator = world.fresh_administrator().await;

    let too_early = world.gate.write(&administrator, Undo { id: first.id }).await;
    world
        .gate
        .write(&administrator, Undo { id: second.id })
        .await
        .unwrap();
    let requirement = requirement_of(&world).await;
    world.clock.advance(Duration::from_hours(25));
    let administrator = world.fresh_administrator().await;
    let too_late = world.gate.write(&administrator, Undo { id: first.id }).await;

    assert!(matches!(too_early, Err(OpError::Conflict(_))));
    assert_eq!(requirement, Some(Requirement::of([FactorKind::Totp])));
    assert!(matches!(too_late, Err(OpError::Conflict(_))));
}

async fn requirement_of(world: &World) -> Option<Requirement> {
    let administrator = world.fresh_administrator().await;
    let groups = world
        .gate
        .read(&administrator, portcullis_ops::groups::List)
        .await
        .unwrap();
    groups.into_iter().next().unwrap().group.requirement
}

#[tokio::test]
async fn a_scheduled_change_holds_from_its_time_on() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    let administrator = world.fresh_administrator().await;
    let previewed = world.preview(of_group(sales, APP)).await.unwrap();
    let apply = Apply {
        change: of_group(sales, APP),
        summary: "Sales use the app".to_owned(),
        version: previewed.version,
        at: Some(world.clock.now() + Duration::from_hours(2)),
    };
    let applied = world.gate.write(&administrator, apply).await.unwrap();
    assert!(applied.scheduled);

    let job = world.job();
    let early = world.gate.write(&job, mfa_policy::ApplyDue).await.unwrap();
    let before = requirement_of(&world).await;
    world.clock.advance(Duration::from_hours(3));
    let due = world.gate.write(&job, mfa_policy::ApplyDue).await.unwrap();
    let again = world.gate.write(&job, mfa_policy::ApplyDue).await.unwrap();

    assert_eq!((early, before), (0, None));
    assert_eq!((due, again), (1, 0));
    assert_eq!(
        requirement_of(&world).await,
        Some(Requirement::of([FactorKind::Totp]))
    );
}

#[tokio::test]
async fn of_two_changes_of_one_preview_the_second_is_refused() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    let previewed = world.preview(of_group(sales, APP)).await.unwrap();
    world.require(sales, EMAIL).await;
    let administrator = world.fresh_administrator().await;

    let apply = Apply {
        change: of_group(sales, APP),
        summary: String::new(),
        version: previewed.version,
        at: None,
    };
    let late = world.gate.write(&administrator, apply).await;

    assert!(matches!(late, Err(OpError::Conflict(_))));
}

#[tokio::test]
async fn a_change_that_makes_no_sense_is_refused_at_the_edge() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    let mut hasty = Requirement::of([FactorKind::Totp]);
    hasty.code_seconds = Some(5);
    let only_backup = SitePolicy {
        methods: vec![FactorKind::BackupCode],
        ..SitePolicy::default()
    };
    let changes = [
        of_group(sales, &[]),
        PolicyChange {
            groups: vec![(sales, Some(hasty))],
            ..PolicyChange::default()
        },
        PolicyChange {
            site: Some(only_backup),
            ..PolicyChange::default()
        },
    ];

    for change in changes {
        assert!(matches!(world.preview(change).await, Err(OpError::Invalid(_))));
    }
    assert!(matches!(
        world.preview(PolicyChange::default()).await,
        Err(OpError::Conflict(_))
    ));
}

#[tokio::test]
async fn only_administrators_preview_apply_and_undo() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    for role in [
        Role::PasswordAdministrator,
        Role::PasswordAuditor,
        Role::PasswordUser,
    ] {
        let person = world.user(role.word(), role).await;
        let preview = Preview {
            change: of_group(sales, APP),
        };
        assert!(matches!(
            world.gate.read(&person.caller, preview).await,
            Err(OpError::Denied)
        ));
    }
}
