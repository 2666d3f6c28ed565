//! Changes of the policy that only report what they would do.

use std::time::Duration;

use portcullis_model::{FactorKind, PolicyChange, Requirement, Role, SitePolicy};
use portcullis_ops::OpError;
use portcullis_ops::mfa_policy::{
    Applied, ApplyDue, ApplyReport, Find, FindReport, ReportOnly, ReportView, Undo,
};
use portcullis_testkit::World;
use uuid::Uuid;

async fn report_only(world: &World, change: PolicyChange, days: u32) -> Result<Applied, OpError> {
    let administrator = world.fresh_administrator().await;
    let version = world.gate.read(&administrator, Find).await.unwrap().version;
    let report = ReportOnly {
        change,
        summary: "Only keys".to_owned(),
        version,
        days,
    };
    world.gate.write(&administrator, report).await
}

fn only(methods: &[FactorKind]) -> PolicyChange {
    PolicyChange {
        site: Some(SitePolicy {
            methods: methods.to_vec(),
            ..SitePolicy::default()
        }),
        ..PolicyChange::default()
    }
}

async fn look(world: &World, id: Uuid) -> ReportView {
    world
        .gate
        .read(&world.console(), FindReport { id })
        .await
        .unwrap()
}

async fn lines(world: &World) -> Vec<String> {
    let entries = world.entries_after(0).await.into_iter();
    entries
        .filter(|entry| entry.message.starts_with("Would have"))
        .map(|entry| format!("{} {}: {}", entry.operation, entry.subject, entry.message))
        .collect()
}

#[tokio::test]
async fn sign_ins_go_on_as_before_and_each_says_once_what_it_would_have_met() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    world.set_mail().await;
    let group = world.group("Finance", None).await;
    world.move_to(alice.id, group).await;
    let change = PolicyChange {
        groups: vec![(group, Some(Requirement::of([FactorKind::WebAuthn])))],
        ..PolicyChange::default()
    };

    let applied = report_only(&world, change, 7).await.unwrap();
    world.sign_in(&alice).await.unwrap();
    world.sign_in(&alice).await.unwrap();
    world.sign_in(&bob).await.unwrap();

    let line = "policy.report_only alice: Would have been asked: Security Key. Version 1, report-only.";
    assert_eq!(lines(&world).await, [line, line]);
    let view = look(&world, applied.id).await;
    assert_eq!((view.asked, view.blocked, view.weaker), (1, 0, 0));
    assert_eq!(view.rows.len(), 1);
    assert_eq!(
        (view.rows[0].username.as_str(), view.rows[0].used.as_str()),
        ("alice", "Authenticator App")
    );
    assert!(view.reporting);
    assert_eq!(
        world.explain(alice.id).await.effective.text(),
        "Security Key or Authenticator App"
    );
}

#[tokio::test]
async fn who_would_be_blocked_or_get_weaker_is_told_apart() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;

    let weaker = report_only(
        &world,
        only(&[FactorKind::Email, FactorKind::Totp, FactorKind::WebAuthn]),
        7,
    );
    let weaker = weaker.await.unwrap();
    let blocked = report_only(&world, only(&[FactorKind::Radius]), 7).await.unwrap();
    world.sign_in(&alice).await.unwrap();

    assert_eq!(look(&world, weaker.id).await.rows[0].effect, "weaker");
    let view = look(&world, blocked.id).await;
    let of_alice = view.rows.iter().find(|row| row.username == "alice").unwrap();
    assert_eq!(
        (of_alice.effect.as_str(), of_alice.asked.as_str()),
        ("blocked", "No RADIUS server is set")
    );
}

#[tokio::test]
async fn a_report_ends_by_itself_and_can_be_discarded() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let ends = report_only(&world, only(&[FactorKind::WebAuthn]), 1)
        .await
        .unwrap();
    let gone = report_only(&world, only(&[FactorKind::WebAuthn]), 7)
        .await
        .unwrap();
    let administrator = world.fresh_administrator().await;
    let before = lines(&world).await.len();

    world
        .gate
        .write(&administrator, Undo { id: gone.id })
        .await
        .unwrap();
    world.clock.advance(Duration::from_hours(25));
    world.sign_in(&alice).await.unwrap();
    world.gate.write(&world.job(), ApplyDue).await.unwrap();

    assert_eq!(lines(&world).await.len(), before);
    assert!(!look(&world, ends.id).await.reporting);
    let discarded = world
        .gate
        .read(&world.console(), FindReport { id: gone.id })
        .await;
    assert!(matches!(discarded, Err(OpError::NotFound)));
    let changes = world.gate.read(&world.console(), Find).await.unwrap().changes;
    let states: Vec<&str> = changes.iter().map(|change| change.state.as_str()).collect();
    assert_eq!(states, ["cancelled", "reported"]);
}

#[tokio::test]
async fn a_report_is_applied_with_the_same_guards_and_can_be_taken_back() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let lesser = world.user("lesser", Role::Administrator).await;
    let locks_out = report_only(&world, only(&[FactorKind::Radius]), 7).await.unwrap();
    let fine = report_only(&world, only(&[FactorKind::Totp]), 7).await.unwrap();
    let lesser = world.sign_in(&lesser).await.unwrap().caller;
    let administrator = world.fresh_administrator().await;
    let apply = |id, version| ApplyReport { id, version };

    let denied = world.gate.write(&lesser, apply(fine.id, 2)).await;
    let refused = world.gate.write(&administrator, apply(locks_out.id, 2)).await;
    let stale = world.gate.write(&administrator, apply(fine.id, 1)).await;
    world.gate.write(&administrator, apply(fine.id, 2)).await.unwrap();

    assert!(matches!(denied, Err(OpError::Denied)));
    assert!(matches!(refused, Err(OpError::Conflict(_))));
    assert!(matches!(stale, Err(OpError::Conflict(_))));
    assert_eq!(
        world.explain(alice.id).await.effective.text(),
        "Authenticator App"
    );
    world
        .gate
        .write(&administrator, Undo { id: fine.id })
        .await
        .unwrap();
    assert_eq!(
        world.explain(alice.id).await.effective.text(),
        "Security Key or Authenticator App"
    );
}

#[tokio::test]
async fn a_report_lasts_between_a_day_and_a_month_and_there_are_few_at_once() {
    let world = World::new().await;
    world.administrator().await;
    for days in [0, 31] {
        let result = report_only(&world, only(&[FactorKind::Totp]), days).await;
        assert!(matches!(result, Err(OpError::Invalid(_))));
    }
    for _ in 0..5 {
        report_only(&world, only(&[FactorKind::Totp]), 1).await.unwrap();
    }
    let sixth = report_only(&world, only(&[FactorKind::Totp]), 1).await;
    assert!(matches!(sixth, Err(OpError::Conflict(_))));
}
