//! The way back in when everything else is dead: a pass from the server's own command line.

use portcullis_model::{FactorKind, MailError, Role, Secret};
use portcullis_ops::factors::{IssuePass, Reset};
use portcullis_ops::recovery::Ask;
use portcullis_ops::settings::{Connection, Put};
use portcullis_ops::sign_in::{FactorStep, ProveFactor, SkipSetUp};
use portcullis_ops::{OpError, sign_in};
use portcullis_testkit::World;
use serde_json::json;

use crate::browser::Browser;

/// A server that nobody listens at.
async fn set_dead_radius(world: &World) {
    let put = Put {
        connection: Connection::Radius,
        value: json!({
            "servers": [{ "host": "127.0.0.1", "port": 9, "transport": { "udp": { "secret": "shared" } } }],
            "protocol": "pap", "time_out_ms": 100, "tries": 1, "nas_identifier": "portcullis",
            "require_message_authenticator": true
        }),
        revision: 0,
    };
    world.gate.write(&world.console(), put).await.unwrap();
}

#[tokio::test]
async fn c9_a_pass_of_the_console_works_once_on_two_nodes_with_mail_and_radius_dead_and_alarms_everybody() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.user("second", Role::Administrator).await;
    world.set_mail().await;
    set_dead_radius(&world).await;
    world
        .mailbox
        .fail(Some(MailError::Later("connection refused".to_owned())));
    world
        .switch_on(&[FactorKind::Email, FactorKind::Radius, FactorKind::Totp])
        .await;
    for method in [FactorKind::Totp, FactorKind::BackupCode] {
        let reset = Reset {
            id: alice.id,
            method,
            reason: "lost".to_owned(),
        };
        world.gate.write(&world.console(), reset).await.unwrap();
    }
    let token = world.pass_password(&world.gate, &alice).await;
    let dead = world
        .prove_factor(&world.gate, &token, &Secret::new("123456"))
        .await
        .unwrap();
    assert!(matches!(dead, FactorStep::Unanswered { .. }));
    // Whoever sets nothing up gets no further.
    world.require_of(alice.id, &[FactorKind::Totp]).await;

    let before = world.last_entry().await;
    let issue = IssuePass {
        id: alice.id,
        minutes: 30,
        reason: "INC-9, all is down".to_owned(),
    };
    let pass = world.gate.write(&world.console(), issue).await.unwrap().pass;
    let nodes = [world.second_node().await, world.second_node().await];
    let mut logins = Vec::new();
    for round in 0..6 {
        let gate = nodes[round % 2].clone();
        let token = world.pass_password(&gate, &alice).await;
        world
            .choose(&gate, &token, FactorKind::TemporaryPass)
            .await
            .unwrap();
        logins.push((gate, token));
    }
    let mut tries = tokio::task::JoinSet::new();
    for (gate, token) in logins {
        let (caller, code) = (world.anonymous(), pass.clone());
        tries.spawn(async move {
            gate.remote(
                &caller,
                ProveFactor {
                    token,
                    code,
                    remember: false,
                },
            )
            .await
        });
    }
    let mut got_on = Vec::new();
    while let Some(result) = tries.join_next().await {
        match result.unwrap() {
            Ok(FactorStep::MustSetUp { login_token }) => got_on.push(login_token),
            Ok(FactorStep::Passed { .. }) => panic!("the policy still asks for a method of her own"),
            _ => {}
        }
    }

    assert_eq!(got_on.len(), 1, "the pass is good for one sign-in");
    nothing_else_opens(&world, &got_on[0]).await;
    world.send_letters().await;
    assert!(world.mailbox.letters().is_empty());
    let alarms = "outbox WHERE state = 'waiting' AND subject LIKE '%was issued on the server'";
    assert_eq!(world.count(alarms).await, 2, "one for each administrator");
    let entries = world.entries_after(before).await;
    let issued = entries
        .iter()
        .find(|entry| entry.operation == "factor.issue_pass")
        .unwrap();
    assert_eq!(
        (&*issued.actor_kind, &*issued.outcome, &*issued.reason),
        ("console", "succeed", "INC-9, all is down")
    );
    let proven = entries
        .iter()
        .filter(|entry| entry.operation == "login.prove_factor" && entry.outcome == "succeed");
    assert_eq!(proven.count(), 1);
    assert!(entries.iter().all(|entry| !entry.message.contains(pass.expose())));
    assert!(world.verify(None).await.problems.is_empty());
}

/// Whoever has used the pass and set nothing up yet is not signed in, wherever they go.
async fn nothing_else_opens(world: &World, token: &Secret) {
    let caller = world.anonymous();
    let token = || token.clone();
    assert!(world.caller(&token()).await.is_none());
    let skipped = world.gate.write(&caller, SkipSetUp { token: token() }).await;
    assert!(matches!(skipped, Err(OpError::Denied)));
    let asked = world.gate.write(&caller, Ask { token: token() }).await;
    assert!(matches!(asked, Err(OpError::Expired)));
    let again = ProveFactor {
        token: token(),
        code: Secret::new("0000-0000"),
        remember: false,
    };
    assert!(matches!(
        world.gate.remote(&caller, again).await,
        Err(OpError::Expired)
    ));
    let found = world
        .gate
        .read(&caller, sign_in::Find { token: token() })
        .await
        .unwrap();
    assert_eq!(found.step, sign_in::LoginStep::SetUp);
    let mut browser = Browser::with(world, "__Host-portcullis_login", &token());
    for path in [
        "/",
        "/passwords",
        "/me/security",
        "/users",
        "/admin/mfa",
        "/users/recovery",
    ] {
        let answer = browser.get(path).await;
        assert!(
            answer.status == 303 && answer.location().starts_with("/sign-in"),
            "{path}: {} {}",
            answer.status,
            answer.location()
        );
    }
}
