use std::time::Duration;

use portcullis_model::{FactorKind, Grace, PersonSetting, PolicyChange, Requirement, Role};
use portcullis_ops::factors::{IssuePass, Reset};
use portcullis_ops::health::SignIn;
use portcullis_testkit::World;

#[tokio::test]
async fn health_names_who_has_nothing_who_puts_it_off_and_which_passes_are_open() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let health = async || world.gate.read(&world.console(), SignIn).await.unwrap();
    assert!(health().await.is_good());

    let bob = world.user("bob", Role::PasswordUser).await;
    let eve = world.user("eve", Role::PasswordUser).await;
    let mut key = Requirement::of([FactorKind::WebAuthn, FactorKind::Totp]);
    key.methods = vec![FactorKind::WebAuthn];
    key.grace = Grace::Skips(3);
    let setting = PersonSetting {
        uses_group_settings: false,
        requirement: Some(key),
    };
    world
        .apply(PolicyChange {
            people: vec![(eve.id, setting)],
            ..PolicyChange::default()
        })
        .await
        .unwrap();
    let reset = Reset {
        id: bob.id,
        method: FactorKind::Totp,
        reason: "lost".to_owned(),
    };
    let pass = IssuePass {
        id: bob.id,
        minutes: 30,
        reason: "lost".to_owned(),
    };
    let admin = world.sign_in(&admin).await.unwrap();
    world.gate.write(&admin.caller, reset).await.unwrap();
    world.gate.write(&admin.caller, pass).await.unwrap();

    let found = health().await;
    let names = |people: &[portcullis_model::UserName]| {
        people
            .iter()
            .map(|person| person.username.clone())
            .collect::<Vec<_>>()
    };
    assert!(!found.is_good());
    assert!(names(&found.without_method).contains(&"bob".to_owned()));
    assert_eq!(found.delayed.len(), 1);
    assert_eq!(found.delayed[0].person.username, "eve");
    assert_eq!(found.delayed[0].grace, Grace::Skips(3));
    assert_eq!(found.passes.len(), 1);
    assert_eq!(found.passes[0].person.username, "bob");
    world.clock.advance(Duration::from_mins(31));
    assert!(health().await.passes.is_empty());
}

#[tokio::test]
async fn health_says_since_when_letters_do_not_leave() {
    let world = World::new().await;
    world.set_mail().await;
    let before = world.gate.read(&world.console(), SignIn).await.unwrap().mail;
    assert!(before.is_set && before.failing.is_none());
    world
        .sql(&format!(
            "INSERT INTO outbox (id, kind, subject, state, attempts, next_at, ends_at, problem, created_at) \
             VALUES ({}, 'notice', 'x', 'waiting', 2, 9000000000000000, 9000000000000001, 'no route to host', 5000000)",
            world.id(uuid::Uuid::from_u128(1))
        ))
        .await;

    let mail = world.gate.read(&world.console(), SignIn).await.unwrap();

    let (since, problem) = mail.mail.failing.clone().unwrap();
    assert_eq!((since.seconds(), problem.as_str()), (5, "no route to host"));
    assert_eq!(mail.mail.waiting, 1);
    assert!(!mail.is_good());
}
