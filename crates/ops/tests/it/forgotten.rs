//! Forgotten passwords: a link by e-mail, and the second step all the same.

use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{FactorStep, Find, ForgotPassword, PasswordStep, RedeemReset};
use portcullis_testkit::{Person, World};

const NEW: &str = "river candle mosaic thunder";

async fn company() -> (World, Person) {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    (world, alice)
}

async fn forgot(world: &World, username: &str, email: &str) {
    let operation = ForgotPassword {
        username: username.to_owned(),
        email: email.to_owned(),
    };
    world
        .gate
        .write(&world.anonymous(), operation)
        .await
        .expect("anybody may forget");
    world.send_letters().await;
}

/// The token in the link of the latest letter.
fn token(world: &World) -> Secret {
    let letter = world.mailbox.letters().pop().expect("a letter was sent");
    let mut lines = letter.text.lines();
    let link = lines
        .find(|line| line.starts_with("https://"))
        .expect("the letter has a link");
    assert!(link.starts_with("https://pw.example.org/sign-in/reset?token="));
    Secret::new(link.rsplit('=').next().unwrap_or_default())
}

async fn redeem(world: &World, token: &Secret, password: &str) -> Result<Secret, OpError> {
    let operation = RedeemReset {
        token: token.clone(),
        password: Secret::new(password),
        agent: "Firefox".to_owned(),
        browser: None,
    };
    world.gate.remote(&world.anonymous(), operation).await
}

async fn password_is(world: &World, username: &str, password: &Secret) -> bool {
    let login = world.begin(&world.gate, username).await;
    let step = world.prove_password(&world.gate, &login, password).await.unwrap();
    matches!(step, PasswordStep::Passed { .. })
}

#[tokio::test]
async fn c3_a_new_password_counts_after_the_second_step_and_ends_the_sessions_of_the_old_one() {
    let (world, alice) = company().await;
    forgot(&world, "alice", "ALICE@example.org").await;
    let token = token(&world);

    let login = redeem(&world, &token, NEW).await.unwrap();
    assert!(password_is(&world, "alice", &alice.password).await);
    assert!(world.caller(&login).await.is_none());
    let step = world
        .prove_factor(&world.gate, &login, &alice.code(&world))
        .await
        .unwrap();

    assert!(matches!(step, FactorStep::Passed { .. }));
    assert!(world.caller(&alice.session_token).await.is_none());
    assert!(!password_is(&world, "alice", &alice.password).await);
    assert!(password_is(&world, "alice", &Secret::new(NEW)).await);
    assert!(matches!(redeem(&world, &token, NEW).await, Err(OpError::Expired)));
}

#[tokio::test]
async fn c3_a_link_is_over_after_half_an_hour_or_when_there_is_a_newer_one() {
    let (world, _) = company().await;
    forgot(&world, "alice", "alice@example.org").await;
    let first = token(&world);
    forgot(&world, "alice", "alice@example.org").await;
    let second = token(&world);

    assert!(matches!(redeem(&world, &first, NEW).await, Err(OpError::Expired)));
    world.clock.advance(Duration::from_mins(31));
    assert!(matches!(
        redeem(&world, &second, NEW).await,
        Err(OpError::Expired)
    ));
    for made_up in ["", "x", "00"] {
        let made_up = Secret::new(made_up);
        assert!(matches!(
            redeem(&world, &made_up, NEW).await,
            Err(OpError::Expired)
        ));
    }
}

#[tokio::test]
async fn c3_a_link_dies_with_the_password_and_with_the_address() {
    let (world, alice) = company().await;
    forgot(&world, "alice", "alice@example.org").await;
    let first = token(&world);
    let change = portcullis_ops::users::ChangeMyPassword {
        current: alice.password.clone(),
        new: Secret::new("window pebble harbour saffron"),
    };
    world.gate.remote(&alice.caller, change).await.unwrap();
    assert!(matches!(redeem(&world, &first, NEW).await, Err(OpError::Expired)));

    forgot(&world, "alice", "alice@example.org").await;
    let second = token(&world);
    let administrator = world.fresh_administrator().await;
    let emails = portcullis_ops::users::SetEmails {
        id: alice.id,
        email: "alice@new.example".to_owned(),
        email2: String::new(),
        choice: None,
    };
    world.gate.write(&administrator, emails).await.unwrap();
    assert!(matches!(
        redeem(&world, &second, NEW).await,
        Err(OpError::Expired)
    ));
}

#[tokio::test]
async fn c2_a_link_goes_to_a_stored_address_and_only_if_it_belongs_to_the_name() {
    let (world, _) = company().await;
    world.user("bob", Role::PasswordUser).await;

    for (username, email) in [
        ("alice", "bob@example.org"),
        ("alice", "alice@example.org,eve@evil.example"),
        ("alice", "alice@example.org\r\nBcc: eve@evil.example"),
        ("alice", ""),
        ("nobody", "nobody@example.org"),
        ("", "alice@example.org"),
    ] {
        forgot(&world, username, email).await;
    }
    let letters = world.mailbox.letters();
    assert!(
        !letters.iter().any(|letter| letter.subject.contains("password")),
        "{letters:?}"
    );

    forgot(&world, "alice", "alice@example.org").await;
    assert_eq!(
        world.mailbox.letters().pop().unwrap().to,
        ["alice@example.org".to_owned()]
    );
}

#[tokio::test]
async fn one_mailbox_is_never_both_proofs() {
    let (world, alice) = company().await;
    world
        .switch_on(&[FactorKind::Email, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    forgot(&world, "alice", "alice@example.org").await;
    let login = redeem(&world, &token(&world), NEW).await.unwrap();
    let find = Find { token: login.clone() };
    let view = world.gate.read(&world.anonymous(), find).await.unwrap();
    assert_eq!(view.methods, [FactorKind::BackupCode, FactorKind::Totp]);
    assert!(matches!(
        world.choose(&world.gate, &login, FactorKind::Email).await,
        Err(OpError::NotFound)
    ));

    world.require_of(alice.id, &[FactorKind::Email]).await;
    forgot(&world, "alice", "alice@example.org").await;
    let letter = world.mailbox.letters().pop().unwrap();
    assert_eq!(letter.subject, "Portcullis: Your password was not reset");
    assert!(!letter.text.contains("token="));
}

#[tokio::test]
async fn a_mailbox_is_not_flooded_with_links() {
    let (world, _) = company().await;

    for _ in 0..10 {
        forgot(&world, "alice", "alice@example.org").await;
    }

    let links = world.mailbox.to("alice@example.org");
    let links = links.iter().filter(|letter| letter.text.contains("token="));
    assert_eq!(links.count(), 3);
}

#[tokio::test]
async fn a_weak_password_is_refused_and_the_link_stays() {
    let (world, _) = company().await;
    forgot(&world, "alice", "alice@example.org").await;
    let token = token(&world);

    assert!(matches!(
        redeem(&world, &token, "alice123").await,
        Err(OpError::Invalid(_))
    ));
    assert!(redeem(&world, &token, NEW).await.is_ok());
}

#[tokio::test]
async fn new_people_are_told_of_their_account_without_the_code() {
    let (world, _) = company().await;

    let invitation = world.invite("carol", Role::PasswordUser).await;
    world.send_letters().await;

    let letter = world
        .mailbox
        .to("carol@example.org")
        .pop()
        .expect("carol was told");
    assert!(letter.text.contains("https://pw.example.org/setup"));
    assert!(!letter.text.contains(invitation.setup_code.expose()));
    assert!(!letter.html.contains(invitation.setup_code.expose()));
}
