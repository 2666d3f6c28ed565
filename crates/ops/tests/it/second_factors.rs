//! Codes by e-mail, temporary passes, setting up on the way in, and confirming later.

use std::time::Duration;

use portcullis_model::{Clock, FactorKind, MailError, Role, Secret};
use portcullis_ops::OpError;
use portcullis_ops::factors::{Begin, Confirm, Confirmation, Pending, Remove, Reset};
use portcullis_ops::sessions;
use portcullis_ops::sign_in::{
    BeginSetUp, Challenged, ConfirmSetUp, Delivery, FactorStep, Find, LoginView, SetUpStep, ShowSetUp,
    SkipSetUp,
};
use portcullis_testkit::{Authenticator, Person, World};

const EMAIL: [FactorKind; 2] = [FactorKind::Email, FactorKind::BackupCode];

/// A person whose only method of their own is the code by e-mail.
async fn mailed(world: &World) -> Person {
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    world
        .switch_on(&[FactorKind::Email, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    world.require_of(alice.id, &EMAIL).await;
    alice
}

async fn look(world: &World, token: &Secret) -> LoginView {
    let token = token.clone();
    world
        .gate
        .read(&world.anonymous(), Find { token })
        .await
        .expect("the sign-in is not over")
}

fn begin(method: FactorKind) -> Begin {
    let details = String::new();
    Begin { method, details }
}

#[tokio::test]
async fn a_mailed_code_signs_in_once_and_the_letter_holds_no_link() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;

    world.challenge(&world.gate, &token).await.unwrap();
    let code = world.mailed_code("alice@example.org").await;
    let step = world.prove_factor(&world.gate, &token, &code).await.unwrap();

    assert!(matches!(
        step,
        FactorStep::Passed {
            method: FactorKind::Email,
            ..
        }
    ));
    let letter = world.mailbox.to("alice@example.org").pop().unwrap();
    assert!(!letter.html.contains("href"), "{}", letter.html);
    let again = world.prove_factor(&world.gate, &token, &code).await;
    assert!(matches!(again, Err(OpError::Expired)));
}

#[tokio::test]
async fn b11_a_new_code_replaces_the_old_one_and_none_is_good_for_another_login() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let (mine, other) = (
        world.pass_password(&world.gate, &alice).await,
        world.pass_password(&world.gate, &alice).await,
    );
    world.challenge(&world.gate, &mine).await.unwrap();
    let first = world.mailed_code("alice@example.org").await;
    world.challenge(&world.gate, &mine).await.unwrap();
    let second = world.mailed_code("alice@example.org").await;
    world.challenge(&world.gate, &other).await.unwrap();

    for (token, code) in [(&mine, &first), (&other, &second)] {
        let step = world.prove_factor(&world.gate, token, code).await.unwrap();
        assert!(matches!(step, FactorStep::Wrong { tries_left: 3 }));
    }
    let step = world.prove_factor(&world.gate, &mine, &second).await.unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
}

#[tokio::test]
async fn b11_a_mailed_code_is_over_after_its_time() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;
    world.challenge(&world.gate, &token).await.unwrap();
    let code = world.mailed_code("alice@example.org").await;

    world.clock.advance(Duration::from_secs(601));
    let step = world.prove_factor(&world.gate, &token, &code).await;

    assert!(matches!(step, Ok(FactorStep::TimedOut) | Err(OpError::Expired)));
}

#[tokio::test]
async fn b12_a_mailbox_cannot_be_flooded() {
    let world = World::new().await;
    let alice = mailed(&world).await;

    let mut sent = 0;
    for _ in 0..10 {
        let token = world.pass_password(&world.gate, &alice).await;
        for _ in 0..3 {
            if let Challenged::Ready = world.challenge(&world.gate, &token).await.unwrap() {
                sent += 1;
            }
        }
    }
    world.send_letters().await;

    assert_eq!(sent, 3);
    let codes = world.mailbox.to("alice@example.org");
    let codes = codes.iter().filter(|letter| letter.subject.contains("code"));
    assert_eq!(codes.count(), 3);
}

#[tokio::test]
async fn a_letter_that_does_not_leave_is_told_plainly_and_tried_again() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;
    world
        .mailbox
        .fail(Some(MailError::Later("451 come back".to_owned())));
    world.challenge(&world.gate, &token).await.unwrap();
    world.send_letters().await;
    let failed = look(&world, &token).await;

    world.mailbox.fail(None);
    world.clock.advance(Duration::from_secs(20));
    let code = world.mailed_code("alice@example.org").await;

    assert_eq!(failed.delivery, Some(Delivery::Failed));
    assert_eq!(failed.addresses, ["a•••e@example.org"]);
    let step = world.prove_factor(&world.gate, &token, &code).await.unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
}

#[tokio::test]
async fn a_letter_that_cannot_be_read_does_not_keep_the_others() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    world.send_letters().await;
    let token = world.pass_password(&world.gate, &alice).await;
    world.challenge(&world.gate, &token).await.unwrap();
    world.sql("DELETE FROM sealed WHERE what = 'letter'").await;
    world.clock.advance(Duration::from_secs(1));
    world.challenge(&world.gate, &token).await.unwrap();

    world.send_letters().await;
    let code = world.mailed_code("alice@example.org").await;

    let step = world.prove_factor(&world.gate, &token, &code).await.unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
}

#[tokio::test]
async fn before_the_password_is_right_nobody_hears_what_a_person_has() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let token = world.begin(&world.gate, &alice.username).await;

    let view = look(&world, &token).await;

    assert!(view.methods.is_empty() && view.addresses.is_empty() && view.prompt.is_empty());
    assert!(matches!(
        world.challenge(&world.gate, &token).await,
        Err(OpError::Expired)
    ));
}

#[tokio::test]
async fn a_method_that_the_policy_does_not_allow_cannot_be_chosen() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let token = world.pass_password(&world.gate, &alice).await;

    let chosen = world.choose(&world.gate, &token, FactorKind::Totp).await;

    assert!(matches!(chosen, Err(OpError::NotFound)));
    let step = world
        .prove_factor(&world.gate, &token, &alice.code(&world))
        .await
        .unwrap();
    assert!(matches!(step, FactorStep::Wrong { .. }));
}

#[tokio::test]
async fn b16_a_method_that_is_taken_away_in_the_middle_lets_nobody_in() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let other = world.second_node().await;
    let token = world.pass_password(&other, &alice).await;

    world.require_of(alice.id, &[FactorKind::WebAuthn]).await;
    let step = world
        .prove_factor(&other, &token, &alice.code(&world))
        .await
        .unwrap();

    // The app still opens the way to setting up a key, and nothing else.
    assert!(matches!(step, FactorStep::MustSetUp { .. }));
}

#[tokio::test]
async fn who_must_set_something_up_gets_no_session_before_it_is_confirmed() {
    let world = World::new().await;
    let alice = mailed(&world).await;
    let administrator = world.fresh_administrator().await;
    let reset = Reset {
        id: alice.id,
        method: FactorKind::Totp,
        reason: "lost phone".to_owned(),
    };
    world.gate.write(&administrator, reset).await.unwrap();
    world
        .require_of(alice.id, &[FactorKind::BackupCode, FactorKind::Totp])
        .await;
    let token = world.pass_password(&world.gate, &alice).await;

    let step = world
        .prove_factor(&world.gate, &token, &alice.backup_codes[0])
        .await
        .unwrap();
    let FactorStep::MustSetUp { login_token } = step else {
        panic!("the app must be set up again")
    };
    assert!(matches!(
        world
            .gate
            .write(
                &world.anonymous(),
                SkipSetUp {
                    token: login_token.clone()
                }
            )
            .await,
        Err(OpError::Denied)
    ));
    assert!(world.caller(&login_token).await.is_none());
    let app = begin_app(&world, &login_token).await;
    let wrong = confirm(&world, &login_token, Secret::new("000000")).await;
    let right = confirm(&world, &login_token, app.code(world.clock.now(), 0)).await;

    assert!(matches!(wrong, SetUpStep::Wrong { .. }));
    let SetUpStep::Done { session_token, .. } = right else {
        panic!("the code of the new app is right")
    };
    assert!(world.caller(&session_token).await.is_some());
}

async fn begin_app(world: &World, token: &Secret) -> Authenticator {
    let begin = BeginSetUp {
        token: token.clone(),
        method: FactorKind::Totp,
        details: String::new(),
    };
    world.gate.write(&world.anonymous(), begin).await.unwrap();
    let show = ShowSetUp { token: token.clone() };
    let shown = world.gate.read(&world.anonymous(), show).await.unwrap();
    let portcullis_model::Shown::Totp { key, .. } = shown.shown else {
        panic!("an app is set up with a key")
    };
    Authenticator::new(key)
}

async fn confirm(world: &World, token: &Secret, code: Secret) -> SetUpStep {
    let confirm = ConfirmSetUp {
        token: token.clone(),
        code,
        name: "New phone".to_owned(),
    };
    world.gate.remote(&world.anonymous(), confirm).await.unwrap()
}

#[tokio::test]
async fn c5_a_stale_session_changes_no_factor_until_it_is_confirmed() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let method = FactorKind::Totp;
    world.clock.advance(Duration::from_mins(16));
    // Activity keeps a session alive, and makes no factor fresh.
    let caller = world.caller(&alice.session_token).await.unwrap();

    let stale = world.gate.write(&caller, begin(method)).await;
    let code = alice.code(&world);
    let confirmed = world
        .gate
        .remote(&caller, sessions::Confirm { method, code })
        .await
        .unwrap();
    let caller = world.caller(&alice.session_token).await.unwrap();
    let fresh = world.gate.write(&caller, begin(method)).await;

    assert!(matches!(stale, Err(OpError::StepUp)));
    assert!(matches!(confirmed, sessions::Confirmed::Yes));
    assert!(fresh.is_ok());
}

#[tokio::test]
async fn a_second_app_counts_when_it_is_confirmed_and_the_last_one_cannot_be_removed() {
    let world = World::new().await;
    world.set_mail().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let own = || async {
        world
            .gate
            .read(&alice.caller, portcullis_ops::factors::ListMine)
            .await
            .unwrap()
            .into_iter()
            .filter(|factor| factor.kind == FactorKind::Totp)
            .map(|factor| factor.id)
            .collect::<Vec<_>>()
    };
    let first = own().await[0];
    let last = world.gate.write(&alice.caller, Remove { id: first }).await;
    assert!(matches!(last, Err(OpError::Conflict(_))));

    let method = FactorKind::Totp;
    world.gate.write(&alice.caller, begin(method)).await.unwrap();
    let pending = world.gate.read(&alice.caller, Pending).await.unwrap();
    let portcullis_model::Shown::Totp { key, .. } = pending.shown else {
        panic!("an app is set up with a key")
    };
    let app = Authenticator::new(key);
    let operation = Confirm {
        code: app.code(world.clock.now(), 0),
        name: "Tablet".to_owned(),
    };
    let confirmed = world.gate.remote(&alice.caller, operation).await.unwrap();
    assert!(matches!(confirmed, Confirmation::Done { .. }));
    world
        .gate
        .write(&alice.caller, Remove { id: first })
        .await
        .unwrap();

    assert_eq!(own().await.len(), 1);
    world.clock.advance(Duration::from_secs(30));
    let token = world.pass_password(&world.gate, &alice).await;
    let code = app.code(world.clock.now(), 0);
    let step = world.prove_factor(&world.gate, &token, &code).await.unwrap();
    assert!(matches!(step, FactorStep::Passed { .. }));
    world.send_letters().await;
    let subjects: Vec<String> = world
        .mailbox
        .to("alice@example.org")
        .into_iter()
        .map(|letter| letter.subject)
        .collect();
    assert_eq!(
        subjects,
        [
            "Portcullis: Set up your account",
            "Portcullis: A second step was added",
            "Portcullis: A second step was removed",
            "Portcullis: New sign-in"
        ]
    );
}

#[tokio::test]
async fn c6_what_one_person_begins_another_cannot_finish_and_late_is_too_late() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let method = FactorKind::Totp;
    world.gate.write(&alice.caller, begin(method)).await.unwrap();

    let finish = || Confirm {
        code: Secret::new("123456"),
        name: String::new(),
    };
    let by_bob = world.gate.remote(&bob.caller, finish()).await;
    assert!(matches!(by_bob, Err(OpError::Expired)));

    world.clock.advance(Duration::from_mins(14));
    let caller = world.sign_in(&alice).await.unwrap().caller;
    world.clock.advance(Duration::from_mins(2));
    let late = world.gate.remote(&caller, finish()).await;
    assert!(matches!(late, Err(OpError::Expired)));
}

#[tokio::test]
async fn where_the_policy_says_so_a_password_is_shown_after_a_fresh_second_step_only() {
    let world = World::new().await;
    let (alice, account) = world.owner_with_account("s3cret-of-root").await;
    let reveal = || portcullis_ops::accounts::RevealPassword {
        id: account,
        reason: "INC-7".to_owned(),
        version: None,
    };
    world.clock.advance(Duration::from_mins(16));
    let caller = world.caller(&alice.session_token).await.unwrap();
    assert!(world.gate.read(&caller, reveal()).await.is_ok());

    let site = portcullis_model::SitePolicy {
        step_up_reveal: true,
        ..portcullis_model::SitePolicy::default()
    };
    world
        .apply(portcullis_model::PolicyChange {
            site: Some(site),
            ..portcullis_model::PolicyChange::default()
        })
        .await
        .unwrap();

    assert!(matches!(
        world.gate.read(&caller, reveal()).await,
        Err(OpError::StepUp)
    ));
    let (method, code) = (FactorKind::Totp, alice.code(&world));
    world
        .gate
        .remote(&caller, sessions::Confirm { method, code })
        .await
        .unwrap();
    let caller = world.caller(&alice.session_token).await.unwrap();
    assert!(world.gate.read(&caller, reveal()).await.is_ok());
}
