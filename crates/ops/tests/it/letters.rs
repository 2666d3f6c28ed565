//! What people hear by letter of what bears on their accounts.

use std::time::Duration;

use portcullis_model::{FactorKind, Letter, Role, Secret};
use portcullis_ops::jobs::Sweep;
use portcullis_ops::sign_in::{Begin, Cancel, FactorStep, PasswordStep};
use portcullis_testkit::{Person, World};

const REFUSED: &str = "Portcullis: A sign-in was refused at the second step";

async fn company() -> (World, Person) {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    (world, alice)
}

/// The letters to a person with a subject.
async fn told(world: &World, subject: &str) -> Vec<Letter> {
    world.send_letters().await;
    let letters = world.mailbox.to("alice@example.org").into_iter();
    letters.filter(|letter| letter.subject == subject).collect()
}

/// Types wrong codes until the login dies.
async fn guess(world: &World, alice: &Person) {
    world.clock.advance(Duration::from_mins(5));
    let token = world.pass_password(&world.gate, alice).await;
    let wrong = alice.wrong_code(world);
    loop {
        let step = world.prove_factor(&world.gate, &token, &wrong).await.unwrap();
        match step {
            FactorStep::TooManyFailures => return,
            FactorStep::Locked { retry_after } => world.clock.advance(retry_after),
            FactorStep::Wrong { .. } => {}
            _ => panic!("the code is wrong"),
        }
    }
}

#[tokio::test]
async fn a_login_that_dies_of_wrong_codes_is_told_once_an_hour() {
    let (world, alice) = company().await;

    guess(&world, &alice).await;
    guess(&world, &alice).await;

    let letters = told(&world, REFUSED).await;
    assert_eq!(letters.len(), 1);
    let text = &letters[0].text;
    assert!(
        text.contains("gave 4 wrong verification codes. Nobody was let in."),
        "{text}"
    );
    assert!(text.contains("alice") && text.contains("192.0.2.7"), "{text}");
    assert!(text.contains("somebody knows your password"), "{text}");

    world.clock.advance(Duration::from_hours(1));
    guess(&world, &alice).await;
    assert_eq!(told(&world, REFUSED).await.len(), 2);
}

#[tokio::test]
async fn a_login_that_ends_by_time_or_is_given_up_is_told_too() {
    let (world, alice) = company().await;
    world.pass_password(&world.gate, &alice).await;
    world.clock.advance(Duration::from_mins(11));
    world.gate.write(&world.job(), Sweep).await.unwrap();
    let letters = told(&world, REFUSED).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].text.contains("gave no verification code in time"));

    world.clock.advance(Duration::from_hours(2));
    let token = world.pass_password(&world.gate, &alice).await;
    world
        .gate
        .write(&world.anonymous(), Cancel { token })
        .await
        .unwrap();
    assert_eq!(told(&world, REFUSED).await.len(), 2);

    world.clock.advance(Duration::from_hours(2));
    let token = world.pass_password(&world.gate, &alice).await;
    world.clock.advance(Duration::from_mins(3));
    let step = world.prove_factor(&world.gate, &token, &alice.code(&world)).await;
    assert!(matches!(step, Ok(FactorStep::TimedOut)));
    assert_eq!(told(&world, REFUSED).await.len(), 3);
}

#[tokio::test]
async fn nobody_is_told_of_what_the_wrong_password_or_their_own_browser_did() {
    let (world, alice) = company().await;
    let token = world.begin(&world.gate, "alice").await;
    let wrong = Secret::new("not the password");
    world.prove_password(&world.gate, &token, &wrong).await.unwrap();
    world
        .gate
        .write(&world.anonymous(), Cancel { token })
        .await
        .unwrap();

    let token = world.begin_in(&world.gate, "alice", Some(&alice.browser)).await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;
    let PasswordStep::Passed { login_token: token } = step.unwrap() else {
        panic!("the password is right")
    };
    world
        .gate
        .write(&world.anonymous(), Cancel { token })
        .await
        .unwrap();

    assert!(told(&world, REFUSED).await.is_empty());
}

#[tokio::test]
async fn the_use_of_a_backup_code_is_told_with_what_is_left() {
    let (world, alice) = company().await;
    for (number, code) in alice.backup_codes.iter().enumerate() {
        let token = world.pass_password(&world.gate, &alice).await;
        let method = FactorKind::BackupCode;
        world.choose(&world.gate, &token, method).await.unwrap();
        let step = world.prove_factor(&world.gate, &token, code).await.unwrap();
        assert!(matches!(step, FactorStep::Passed { .. }), "{number}");
    }

    let letters = told(&world, "Portcullis: A backup code was used").await;

    let texts: Vec<&str> = letters.iter().map(|letter| letter.text.as_str()).collect();
    assert_eq!(texts.len(), 10);
    assert!(texts[0].contains("9 of them are left.") && !texts[0].contains("new list under"));
    assert!(
        !texts[5].contains("Make a new list under My security"),
        "{}",
        texts[5]
    );
    assert!(texts[6].contains("3 of them are left. Make a new list under My security soon."));
    assert!(texts[8].contains("1 of them is left."));
    assert!(texts[9].contains("That was the last one: make a new list under My security now."));
}

#[tokio::test]
async fn a_new_browser_is_told_in_words_of_ours_and_a_known_one_is_not() {
    let (world, alice) = company().await;
    let agent = "Firefox/1 (Windows) call +1 555 0100 <a href='https://evil.example'>";
    let begin = Begin {
        username: "alice".to_owned(),
        agent: agent.to_owned(),
        browser: None,
    };
    let token = world.gate.write(&world.anonymous(), begin).await.unwrap();
    let step = world.prove_password(&world.gate, &token, &alice.password).await;
    let PasswordStep::Passed { login_token } = step.unwrap() else {
        panic!("the password is right")
    };
    let code = alice.code(&world);
    world
        .prove_factor(&world.gate, &login_token, &code)
        .await
        .unwrap();

    let letters = told(&world, "Portcullis: New sign-in").await;
    assert_eq!(letters.len(), 1);
    let text = &letters[0].text;
    assert!(
        text.starts_with("New sign-in to Portcullis from Firefox on Windows, 192.0.2.7, "),
        "{text}"
    );
    assert!(!text.contains("555") && !letters[0].html.contains("evil"));

    world.clock.advance(Duration::from_secs(30));
    let token = world.begin_in(&world.gate, "alice", Some(&alice.browser)).await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;
    let PasswordStep::Passed { login_token } = step.unwrap() else {
        panic!("the password is right")
    };
    let code = alice.code(&world);
    world
        .prove_factor(&world.gate, &login_token, &code)
        .await
        .unwrap();
    assert_eq!(told(&world, "Portcullis: New sign-in").await.len(), 1);
}
