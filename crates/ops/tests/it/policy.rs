//! The policy: who must prove what, seen before it is applied, and taken back.

use std::time::Duration;

use portcullis_model::{FactorKind, Grace, PersonSetting, PolicyChange, Requirement, Role, Secret};
use portcullis_ops::OpError;
use portcullis_ops::mfa_policy::{Blocked, Effect};
use portcullis_ops::sign_in::{FactorStep, Find, LoginStep, PasswordStep, SkipSetUp};
use portcullis_testkit::{Person, World};

pub(crate) const APP: &[FactorKind] = &[FactorKind::Totp];
pub(crate) const EMAIL: &[FactorKind] = &[FactorKind::Email];

pub(crate) fn of_group(group: portcullis_model::GroupId, methods: &[FactorKind]) -> PolicyChange {
    PolicyChange {
        groups: vec![(group, Some(Requirement::of(methods.iter().copied())))],
        ..PolicyChange::default()
    }
}

/// Mail is set, and e-mail and the app are switched on.
pub(crate) async fn company() -> World {
    let world = World::new().await;
    world.set_mail().await;
    world
        .switch_on(&[FactorKind::Email, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    world
}

#[tokio::test]
async fn the_story_of_the_group_cascade() {
    let world = company().await;
    let finance = world.group("Finance", None).await;
    let payable = world.group("Accounts payable", Some(finance)).await;
    let treasury = world.group("Treasury", Some(finance)).await;
    let mut people = Vec::new();
    for (username, group) in [
        ("a.reyes", payable),
        ("b.khan", finance),
        ("m.chen", finance),
        ("t.ito", treasury),
    ] {
        let person = world.user(username, Role::PasswordUser).await;
        world.move_to(person.id, group).await;
        people.push(person);
    }
    let [reyes, khan, chen, ito] = <[Person; 4]>::try_from(people).unwrap();
    // One was set earlier, one is not to inherit, one sub-group has its own.
    world
        .apply(PolicyChange {
            people: vec![
                (
                    khan.id,
                    PersonSetting {
                        uses_group_settings: true,
                        requirement: Some(Requirement::of([FactorKind::Email])),
                    },
                ),
                (
                    chen.id,
                    PersonSetting {
                        uses_group_settings: false,
                        requirement: Some(Requirement::of([FactorKind::Email])),
                    },
                ),
            ],
            ..PolicyChange::default()
        })
        .await
        .unwrap();
    world.require(treasury, EMAIL).await;

    let previewed = world.preview(of_group(finance, APP)).await.unwrap();
    world.require(finance, APP).await;

    let effects: Vec<(&str, &str, &str, Effect)> = previewed
        .rows
        .iter()
        .map(|row| {
            (
                row.username.as_str(),
                row.now.as_str(),
                row.after.as_str(),
                row.effect,
            )
        })
        .collect();
    assert_eq!(
        effects,
        [
            (
                "a.reyes",
                "Authenticator App or Email",
                "Authenticator App",
                Effect::Changed
            ),
            ("b.khan", "Email", "Authenticator App", Effect::Changed),
            ("m.chen", "Email", "Email", Effect::Unchanged),
            ("t.ito", "Email", "Email", Effect::Unchanged),
        ]
    );
    assert_eq!(previewed.rows[0].group, "Finance/Accounts payable");
    assert_eq!(
        previewed.rows[1].why,
        "Inherits from Finance; overrides the earlier choice."
    );
    let sub_groups: Vec<&str> = previewed
        .sub_groups
        .iter()
        .map(|group| group.path.as_str())
        .collect();
    assert_eq!(sub_groups, ["Finance/Treasury"]);
    for (person, method) in [
        (&reyes, FactorKind::Totp),
        (&khan, FactorKind::Totp),
        (&chen, FactorKind::Email),
        (&ito, FactorKind::Email),
    ] {
        let token = world.pass_password(&world.gate, person).await;
        let view = world.gate.read(&world.anonymous(), Find { token }).await.unwrap();
        assert_eq!(view.method, Some(method), "{}", person.username);
    }
}

#[tokio::test]
async fn who_must_set_up_the_app_is_asked_at_the_next_sign_in_and_may_put_it_off_as_often_as_was_said() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.move_to(alice.id, sales).await;
    let mut requirement = Requirement::of([FactorKind::WebAuthn]);
    requirement.grace = Grace::Skips(2);
    world
        .switch_on(&[FactorKind::BackupCode, FactorKind::Totp, FactorKind::WebAuthn])
        .await;
    world
        .apply(PolicyChange {
            groups: vec![(sales, Some(requirement))],
            ..PolicyChange::default()
        })
        .await
        .unwrap();

    for expected in [true, true, false] {
        world.clock.advance(Duration::from_secs(30));
        let token = world.pass_password(&world.gate, &alice).await;
        let step = world
            .prove_factor(&world.gate, &token, &alice.code(&world))
            .await
            .unwrap();
        let FactorStep::MustSetUp { login_token } = step else {
            panic!("a key must be set up")
        };
        let find = Find {
            token: login_token.clone(),
        };
        let view = world.gate.read(&world.anonymous(), find).await.unwrap();
        assert_eq!((view.step, view.may_skip), (LoginStep::SetUp, expected));
        assert_eq!(view.to_set_up, [FactorKind::WebAuthn]);
        let skip = SkipSetUp { token: login_token };
        let skipped = world.gate.write(&world.anonymous(), skip).await;
        assert_eq!(skipped.is_ok(), expected);
    }
}

#[tokio::test]
async fn a_change_on_one_node_is_obeyed_on_another_at_once_even_by_who_is_just_signing_in() {
    let world = company().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let other = world.second_node().await;
    let half = world.pass_password(&other, &alice).await;

    world.require_of(alice.id, EMAIL).await;

    let new = world.pass_password(&other, &alice).await;
    let view = other.read(&world.anonymous(), Find { token: new }).await.unwrap();
    assert_eq!(view.method, Some(FactorKind::Email));
    let step = world
        .prove_factor(&other, &half, &alice.code(&world))
        .await
        .unwrap();
    assert!(matches!(step, FactorStep::Wrong { .. }), "the app was taken away");
    // What is allowed only since then was not allowed when the password was right.
    world.require_of(alice.id, APP).await;
    let half = world.pass_password(&other, &alice).await;
    world.require_of(alice.id, EMAIL).await;
    assert!(matches!(
        world.choose(&other, &half, FactorKind::Email).await,
        Err(OpError::NotFound)
    ));
}

#[tokio::test]
async fn people_without_an_address_are_told_before_and_not_after() {
    let world = company().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let sales = world.group("Sales", None).await;
    world.move_to(alice.id, sales).await;
    let administrator = world.fresh_administrator().await;
    let none = portcullis_ops::users::SetEmails {
        id: alice.id,
        email: String::new(),
        email2: String::new(),
        choice: None,
    };
    world.gate.write(&administrator, none).await.unwrap();

    let previewed = world.preview(of_group(sales, EMAIL)).await.unwrap();

    assert_eq!(previewed.count(Effect::Blocked), 1);
    assert_eq!(previewed.rows[0].after, "Blocked: No email address");
    world.require(sales, EMAIL).await;
    assert_eq!(
        world.explain(alice.id).await.effective.blocked,
        Some(Blocked::NoEmail)
    );
    let token = world.begin(&world.gate, "alice").await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;
    assert!(matches!(step, Ok(PasswordStep::Blocked { .. })));
}

#[tokio::test]
async fn times_and_retries_of_a_group_count_at_sign_in() {
    let world = company().await;
    let sales = world.group("Sales", None).await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.move_to(alice.id, sales).await;
    let mut requirement = Requirement::of([FactorKind::Totp]);
    requirement.code_seconds = Some(40);
    requirement.retries = Some(0);
    world
        .apply(PolicyChange {
            groups: vec![(sales, Some(requirement))],
            ..PolicyChange::default()
        })
        .await
        .unwrap();

    let token = world.pass_password(&world.gate, &alice).await;
    let view = world
        .gate
        .read(&world.anonymous(), Find { token: token.clone() })
        .await
        .unwrap();
    let step = world
        .prove_factor(&world.gate, &token, &Secret::new("000000"))
        .await
        .unwrap();

    assert_eq!((view.seconds_left, view.tries_left), (40, 1));
    assert!(matches!(step, FactorStep::TooManyFailures));
}

#[tokio::test]
async fn preview_sign_in_and_why_agree_about_everybody() {
    let world = company().await;
    let top = world.group("Company", None).await;
    let below = world.group("Finance", Some(top)).await;
    let mut people = Vec::new();
    for (number, group) in [(1, top), (2, below), (3, below), (4, top)] {
        let person = world.user(&format!("p{number}"), Role::PasswordUser).await;
        world.move_to(person.id, group).await;
        people.push(person);
    }
    world.require_of(people[2].id, APP).await;
    for change in [of_group(top, EMAIL), of_group(below, APP), of_group(top, APP)] {
        let previewed = world.preview(change.clone()).await.unwrap();
        world.apply(change).await.unwrap();
        for person in &people {
            let why = world.explain(person.id).await.effective;
            if let Some(row) = previewed.rows.iter().find(|row| row.id == person.id) {
                assert_eq!(row.after, why.text(), "{}", person.username);
            }
            let token = world.pass_password(&world.gate, person).await;
            let view = world.gate.read(&world.anonymous(), Find { token }).await.unwrap();
            assert_eq!(view.methods, why.asked(), "{}", person.username);
        }
    }
}
