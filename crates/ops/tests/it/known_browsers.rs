//! Guessing from elsewhere keeps nobody out of a browser that they are known from.

use std::time::Duration;

use portcullis_model::{Caller, Door, FactorKind, Role, Secret};
use portcullis_ops::sign_in::{Begin, FactorStep, PasswordStep, ProveFactor, ProvePassword};
use portcullis_testkit::{Person, World};

/// Somebody at an address of their own.
struct Visitor<'a> {
    world: &'a World,
    caller: Caller,
    browser: Option<Secret>,
}

impl<'a> Visitor<'a> {
    fn at(world: &'a World, host: u32, browser: Option<&Secret>) -> Self {
        let address = format!("198.51.100.{host}");
        Self {
            world,
            caller: Caller::anonymous(Door::Web, address, world.gate.request_id()),
            browser: browser.cloned(),
        }
    }

    async fn password(&self, username: &str, password: &Secret) -> PasswordStep {
        let begin = Begin {
            username: username.to_owned(),
            agent: "Firefox".to_owned(),
            browser: self.browser.clone(),
        };
        let token = self.world.gate.write(&self.caller, begin).await.unwrap();
        let password = password.clone();
        let step = ProvePassword { token, password };
        self.world.gate.remote(&self.caller, step).await.unwrap()
    }

    async fn code(&self, token: Secret, code: Secret) -> FactorStep {
        let step = ProveFactor {
            token,
            code,
            remember: false,
        };
        self.world.gate.remote(&self.caller, step).await.unwrap()
    }

    /// Both proofs, the code of the app as it shows now.
    async fn signs_in(&self, person: &Person) -> bool {
        match self.password(&person.username, &person.password).await {
            PasswordStep::Passed { login_token } => matches!(
                self.code(login_token, person.code(self.world)).await,
                FactorStep::Passed { .. }
            ),
            _ => false,
        }
    }
}

/// Wrong passwords from many addresses, until none is looked at any more.
async fn flood_with_passwords(world: &World, username: &str) {
    for host in 1..=50 {
        Visitor::at(world, host, None)
            .password(username, &Secret::new("not the password"))
            .await;
        if host < 12 {
            world.clock.advance(Duration::from_mins(15));
        }
    }
}

/// The same by somebody who knows the password, with wrong codes.
async fn flood_with_codes(world: &World, person: &Person) {
    let mut locked = false;
    for host in 1..=30 {
        let visitor = Visitor::at(world, host, None);
        let PasswordStep::Passed { login_token } = visitor.password(&person.username, &person.password).await
        else {
            panic!("the attacker knows the password")
        };
        let step = visitor.code(login_token, person.wrong_code(world)).await;
        locked |= matches!(step, FactorStep::Locked { .. });
        if host < 12 {
            world.clock.advance(Duration::from_mins(15));
        }
    }
    assert!(locked, "thirty wrong codes are too many");
}

#[tokio::test]
async fn a7_who_floods_a_person_with_passwords_does_not_keep_them_out_of_their_own_browser() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    flood_with_passwords(&world, "alice").await;
    let elsewhere = Visitor::at(&world, 90, None)
        .password("alice", &alice.password)
        .await;
    assert!(matches!(elsewhere, PasswordStep::Locked { .. }));

    assert!(
        Visitor::at(&world, 7, Some(&alice.browser))
            .signs_in(&alice)
            .await
    );

    let attacker = Visitor::at(&world, 1, None)
        .password("alice", &alice.password)
        .await;
    assert!(
        matches!(attacker, PasswordStep::Locked { .. }),
        "the attacker is as slow as before"
    );
}

#[tokio::test]
async fn a7_who_knows_the_password_and_floods_with_codes_does_not_keep_them_out_either() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    flood_with_codes(&world, &alice).await;

    let victim = Visitor::at(&world, 7, Some(&alice.browser));
    assert!(victim.signs_in(&alice).await);

    world.clock.advance(Duration::from_secs(30));
    let attacker = Visitor::at(&world, 1, None);
    let PasswordStep::Passed { login_token } = attacker.password("alice", &alice.password).await else {
        panic!("the attacker knows the password")
    };
    let step = attacker.code(login_token, alice.code(&world)).await;
    assert!(
        matches!(step, FactorStep::Locked { .. }),
        "not looked at, however right"
    );
}

#[tokio::test]
async fn a7_a_cookie_that_is_forged_or_belongs_to_somebody_else_gives_nothing() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let mallory = world.user("mallory", Role::PasswordUser).await;
    flood_with_passwords(&world, "alice").await;

    for browser in [mallory.browser.clone(), Secret::new("forged"), Secret::new("")] {
        let step = Visitor::at(&world, 90, Some(&browser))
            .password("alice", &alice.password)
            .await;
        assert!(matches!(step, PasswordStep::Locked { .. }));
    }
}

#[tokio::test]
async fn a7_the_budget_of_a_known_browser_is_as_strict_as_any() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let thief = Visitor::at(&world, 1, Some(&alice.browser));
    let mut waits = Vec::new();

    for _ in 0..12 {
        let wrong = Secret::new("not the password");
        thief.password("alice", &wrong).await;
        if let PasswordStep::Locked { retry_after } = thief.password("alice", &wrong).await {
            waits.push(retry_after.as_secs());
            world.clock.advance(retry_after);
        }
    }

    assert_eq!(waits[..6], [1, 2, 4, 8, 16, 32]);
    let elsewhere = Visitor::at(&world, 2, None);
    assert!(elsewhere.signs_in(&alice).await, "others are not slowed by it");
}

#[tokio::test]
async fn who_is_signed_in_confirms_whatever_is_guessed_elsewhere() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    flood_with_codes(&world, &alice).await;
    let alice = Person {
        caller: world
            .caller(&alice.session_token)
            .await
            .unwrap_or(alice.caller.clone()),
        ..alice
    };

    let confirm = portcullis_ops::sessions::Confirm {
        method: FactorKind::Totp,
        code: alice.code(&world),
    };

    let confirmed = world.gate.remote(&alice.caller, confirm).await.unwrap();
    assert!(matches!(confirmed, portcullis_ops::sessions::Confirmed::Yes));
}

#[tokio::test]
async fn a_person_is_known_for_ninety_days_and_from_twenty_browsers() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    for _ in 0..25 {
        world.sign_in(&alice).await.unwrap();
    }
    let known = format!("browsers WHERE user_id = {}", world.id(alice.id.0));
    assert_eq!(world.count(&known).await, 20);

    world.clock.advance(Duration::from_hours(90 * 24 + 1));
    world
        .gate
        .write(&world.job(), portcullis_ops::jobs::Sweep)
        .await
        .unwrap();

    assert_eq!(world.count(&known).await, 0);
}
