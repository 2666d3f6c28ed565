//! The lines of the user activity, byte for byte those that the AMM's documentation prints.

use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_testkit::{Person, World, amm};

use crate::policy::{APP, EMAIL, company};

/// The code that the person's method wants now.
async fn right_code(world: &World, person: &Person, token: &Secret, method: FactorKind) -> Secret {
    if method == FactorKind::Totp {
        return person.code(world);
    }
    world.challenge(&world.gate, token).await.unwrap();
    world
        .mailed_code(&format!("{}@example.org", person.username))
        .await
}

#[tokio::test]
async fn the_lines_of_the_user_activity_are_those_of_the_source() {
    let world = company().await;
    for (username, method, name) in [
        ("alice", FactorKind::Totp, "Authenticator App"),
        ("vera", FactorKind::Email, "Email"),
    ] {
        let person = world.user(username, Role::PasswordUser).await;
        let methods = if method == FactorKind::Totp { APP } else { EMAIL };
        world.require_of(person.id, methods).await;
        world.clock.advance(Duration::from_hours(2));
        let before = world.last_entry().await;

        let token = world.pass_password(&world.gate, &person).await;
        let right = right_code(&world, &person, &token, method).await;
        let wrong = Secret::new(if right.expose() == "000000" {
            "000001"
        } else {
            "000000"
        });
        for _ in 0..4 {
            world.prove_factor(&world.gate, &token, &wrong).await.unwrap();
        }
        let token = world.pass_password(&world.gate, &person).await;
        let late = right_code(&world, &person, &token, method).await;
        world.clock.advance(Duration::from_secs(601));
        let _ = world.prove_factor(&world.gate, &token, &late).await;
        let token = world.pass_password(&world.gate, &person).await;
        let right = right_code(&world, &person, &token, method).await;
        world.prove_factor(&world.gate, &token, &right).await.unwrap();

        let lines: Vec<String> = world
            .entries_after(before)
            .await
            .iter()
            .map(|entry| entry.message.to_string())
            .filter(|message| message.starts_with("Login "))
            .collect();
        let [time_out, incorrect, too_many] = amm::messages();
        let wrong = amm::failed(name, incorrect);
        let expected = [
            amm::awaits(name),
            wrong.clone(),
            wrong.clone(),
            wrong,
            amm::failed(name, too_many),
            amm::awaits(name),
            amm::failed(name, time_out),
            amm::awaits(name),
            amm::verified(name),
        ];
        assert_eq!(lines, expected);
    }
}
