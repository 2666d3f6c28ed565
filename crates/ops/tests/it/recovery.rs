//! Asking an administrator for help with the second step.

mod abuse;

use std::time::Duration;

use portcullis_model::{Caller, FactorKind, PolicyChange, Role, Secret, SitePolicy};
use portcullis_ops::factors::Reset;
use portcullis_ops::recovery::{Approve, Approved, Ask, Deny, Find, FindMine, GoOn, List, RequestView};
use portcullis_ops::sign_in::{Cancel, FactorStep, PasswordStep};
use portcullis_ops::{OpError, users};
use portcullis_testkit::{Person, World};

/// A sign-in of `person` that got as far as asking for help.
async fn asked(world: &World, person: &Person) -> Secret {
    let token = world.pass_password(&world.gate, person).await;
    ask(world, &token).await.unwrap();
    token
}

async fn ask(world: &World, token: &Secret) -> Result<(), OpError> {
    let token = token.clone();
    world.gate.write(&world.anonymous(), Ask { token }).await
}

async fn state(world: &World, token: &Secret) -> String {
    let token = token.clone();
    let mine = world.gate.read(&world.anonymous(), FindMine { token }).await;
    mine.unwrap().state
}

async fn words(world: &World, token: &Secret) -> String {
    let token = token.clone();
    let mine = world.gate.read(&world.anonymous(), FindMine { token }).await;
    mine.unwrap().words.unwrap().expose().to_owned()
}

async fn waiting(world: &World) -> Vec<RequestView> {
    let administrator = world.administrator().await;
    world
        .gate
        .read(&administrator.caller, List)
        .await
        .unwrap()
        .waiting
}

async fn approve(world: &World, by: &Caller, words: &str) -> Result<Approved, OpError> {
    let id = waiting(world).await[0].id;
    world.gate.write(by, approval(id, words)).await
}

fn approval(id: uuid::Uuid, words: &str) -> Approve {
    Approve {
        id,
        words: words.to_owned(),
        minutes: 30,
        confirmed: true,
        reason: "lost phone, called back".to_owned(),
    }
}

async fn go_on(world: &World, token: &Secret) -> Result<Secret, OpError> {
    let token = token.clone();
    world.gate.write(&world.anonymous(), GoOn { token }).await
}

async fn two_must_approve(world: &World) {
    let site = SitePolicy {
        second_approver: true,
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };
    world.apply(change).await.unwrap();
}

#[tokio::test]
async fn who_lost_everything_reads_six_words_out_and_gets_in_with_a_pass_and_nothing_else() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.fresh_administrator().await;
    for method in [FactorKind::Totp, FactorKind::BackupCode] {
        let reset = Reset {
            id: alice.id,
            method,
            reason: "lost everything".to_owned(),
        };
        world.gate.write(&administrator, reset).await.unwrap();
    }
    let token = world.begin(&world.gate, "alice").await;
    let step = world
        .prove_password(&world.gate, &token, &alice.password)
        .await
        .unwrap();
    let PasswordStep::Blocked { login_token, .. } = step else {
        panic!("she has nothing that could be asked for")
    };
    assert_eq!(state(&world, &login_token).await, "");

    ask(&world, &login_token).await.unwrap();
    let spoken = words(&world, &login_token).await;
    assert!(matches!(
        go_on(&world, &login_token).await,
        Err(OpError::Conflict(_))
    ));
    let typed = spoken.to_uppercase().replace(' ', ", ");
    let approved = approve(&world, &administrator, &typed).await.unwrap();
    let Approved::Granted(issued) = approved else {
        panic!("the words were right")
    };
    assert_eq!(state(&world, &login_token).await, "granted");
    let token = go_on(&world, &login_token).await.unwrap();
    let guessed = world
        .prove_factor(&world.gate, &token, &Secret::new("000000"))
        .await
        .unwrap();
    let step = world
        .prove_factor(&world.gate, &token, &issued.pass)
        .await
        .unwrap();

    assert_eq!(spoken.split(' ').count(), 6);
    assert!(matches!(guessed, FactorStep::Wrong { .. }));
    assert!(matches!(step, FactorStep::MustSetUp { .. }));
    assert!(matches!(go_on(&world, &login_token).await, Err(OpError::Expired)));
    let entries = world.entries_after(0).await;
    assert!(entries.iter().all(|entry| !entry.message.contains(&spoken)));
}

#[tokio::test]
async fn a_granted_request_opens_nothing_but_the_question_for_the_pass() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = asked(&world, &alice).await;
    let spoken = words(&world, &token).await;
    let administrator = world.fresh_administrator().await;
    approve(&world, &administrator, &spoken).await.unwrap();

    let token = go_on(&world, &token).await.unwrap();
    let chosen = world.choose(&world.gate, &token, FactorKind::Totp).await;
    let step = world
        .prove_factor(&world.gate, &token, &alice.code_at(&world, 0))
        .await
        .unwrap();

    assert!(matches!(chosen, Err(OpError::NotFound)));
    assert!(matches!(step, FactorStep::Wrong { .. }));
}

#[tokio::test]
async fn where_two_must_approve_the_first_cannot_be_the_second() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let second = world.user("second", Role::Administrator).await;
    two_must_approve(&world).await;
    let token = asked(&world, &alice).await;
    let spoken = words(&world, &token).await;
    let first = world.fresh_administrator().await;

    let once = approve(&world, &first, &spoken).await.unwrap();
    let again = approve(&world, &first, &spoken).await;
    let before = state(&world, &token).await;
    let second = world.sign_in(&second).await.unwrap().caller;
    let twice = approve(&world, &second, &spoken).await.unwrap();

    assert!(matches!(once, Approved::Once));
    assert!(matches!(again, Err(OpError::Conflict(_))));
    assert_eq!(before, "approved_once");
    assert!(matches!(twice, Approved::Granted(_)));
    let entries = world.entries_after(0).await;
    let [approval, pass] = entries.last_chunk().unwrap();
    assert!(approval.message.contains("admin approved first"));
    assert_eq!(
        (&*pass.operation, &*pass.subject_kind, &*pass.subject),
        ("factor.issue_pass", "user", "alice")
    );
}

#[tokio::test]
async fn a_request_ends_by_itself_and_a_new_one_ends_the_one_before_and_there_are_not_many() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let first = asked(&world, &alice).await;
    let second = asked(&world, &alice).await;
    assert_eq!(state(&world, &first).await, "cancelled");
    assert_eq!(waiting(&world).await.len(), 1);

    let spoken = words(&world, &second).await;
    let id = waiting(&world).await[0].id;
    let administrator = world.fresh_administrator().await;
    world.clock.advance(Duration::from_mins(14));
    let fresh = world.fresh_administrator().await;
    world.clock.advance(Duration::from_mins(14));
    world.clock.advance(Duration::from_mins(2));
    let stale = world.gate.write(&administrator, approval(id, &spoken)).await;
    let late = world.gate.write(&fresh, approval(id, &spoken)).await;
    assert!(matches!(stale, Err(OpError::StepUp)));
    assert!(matches!(late, Err(OpError::StepUp | OpError::Conflict(_))));
    assert!(waiting(&world).await.is_empty());

    for _ in 0..3 {
        asked(&world, &alice).await;
    }
    let token = world.pass_password(&world.gate, &alice).await;
    assert!(matches!(ask(&world, &token).await, Err(OpError::TooMany { .. })));
}

#[tokio::test]
async fn a_new_password_a_lock_or_giving_up_ends_what_was_asked_for() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = asked(&world, &alice).await;
    let spoken = words(&world, &token).await;
    let signed_in = world.sign_in(&alice).await.unwrap();
    let change = users::ChangeMyPassword {
        current: alice.password.clone(),
        new: Secret::new("river candle mosaic thunder"),
    };
    world.gate.remote(&signed_in.caller, change).await.unwrap();
    let administrator = world.fresh_administrator().await;

    let approved = approve(&world, &administrator, &spoken).await;

    assert!(matches!(approved, Err(OpError::Conflict(_))));
    assert_eq!(world.count("factors WHERE kind = 'temporary_pass'").await, 0);
    let bob = world.user("bob", Role::PasswordUser).await;
    let token = asked(&world, &bob).await;
    assert_eq!(waiting(&world).await.len(), 2);
    world
        .gate
        .write(&world.anonymous(), Cancel { token })
        .await
        .unwrap();
    assert_eq!(waiting(&world).await.len(), 1);
}

#[tokio::test]
async fn the_person_and_every_other_administrator_hear_of_it_and_see_the_facts() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    world.sign_in(&alice).await.unwrap();
    let wrong = world.pass_password(&world.gate, &alice).await;
    world
        .prove_factor(&world.gate, &wrong, &alice.wrong_code(&world))
        .await
        .unwrap();
    let token = asked(&world, &alice).await;
    let administrator = world.fresh_administrator().await;
    let id = waiting(&world).await[0].id;

    let found = world.gate.read(&administrator, Find { id }).await.unwrap();
    let deny = Deny {
        id,
        reason: "the number does not answer".to_owned(),
    };
    world.gate.write(&administrator, deny).await.unwrap();
    world.send_letters().await;

    assert_eq!(state(&world, &token).await, "denied");
    let facts = found.facts;
    assert_eq!(
        (facts.sign_ins_from_there, facts.wrong_answers, facts.asked),
        (1, 1, 1)
    );
    assert_eq!(facts.enrolled, [FactorKind::BackupCode, FactorKind::Totp]);
    assert!(facts.password_changed_at.is_some() && facts.blocked.is_none());
    let subjects = |address| -> Vec<String> {
        let letters = world.mailbox.to(address);
        letters.into_iter().map(|letter| letter.subject).collect()
    };
    assert_eq!(
        subjects("alice@example.org"),
        [
            "Portcullis: Help with your second step was asked for",
            "Portcullis: Help with your second step was denied"
        ]
    );
    assert_eq!(
        subjects("admin@example.org"),
        ["Portcullis: Somebody asks for help with the second step"]
    );
}

#[tokio::test]
async fn the_list_has_to_be_gone_through_and_a_reason_given() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = asked(&world, &alice).await;
    let spoken = words(&world, &token).await;
    let id = waiting(&world).await[0].id;
    let administrator = world.fresh_administrator().await;
    let unconfirmed = Approve {
        confirmed: false,
        ..approval(id, &spoken)
    };
    let unreasoned = Approve {
        reason: " ".to_owned(),
        ..approval(id, &spoken)
    };
    let long = Approve {
        minutes: 61,
        ..approval(id, &spoken)
    };

    for wrong in [unconfirmed, unreasoned, long] {
        let result = world.gate.write(&administrator, wrong).await;
        assert!(matches!(result, Err(OpError::Invalid(_))));
    }
    assert_eq!(waiting(&world).await[0].tries_left, 3);
}
