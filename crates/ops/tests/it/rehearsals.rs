//! "Test on me": it runs a method, and opens nothing.

use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::factors::{BeginRehearsal, Rehearse, Rehearsed, Remove};
use portcullis_ops::settings::{Connection, ListPeers, Put};
use portcullis_ops::sign_in::FactorStep;
use portcullis_ops::{OpError, factors};
use portcullis_testkit::radius::FreeRadius;
use portcullis_testkit::security_key::TestKey;
use portcullis_testkit::{Person, World};
use serde_json::json;

async fn rehearse(
    world: &World,
    person: &Person,
    method: FactorKind,
    code: impl Into<String>,
) -> Result<Rehearsed, OpError> {
    let code = Secret::new(code.into());
    world.gate.remote(&person.caller, Rehearse { method, code }).await
}

async fn begin(world: &World, person: &Person, method: FactorKind) -> Result<Rehearsed, OpError> {
    world.gate.remote(&person.caller, BeginRehearsal { method }).await
}

async fn set_radius(world: &World, ports: &[u16]) {
    let servers: Vec<_> = ports
        .iter()
        .map(|port| {
            json!({ "host": "127.0.0.1", "port": port, "transport": { "udp": { "secret": FreeRadius::SECRET } } })
        })
        .collect();
    let put = Put {
        connection: Connection::Radius,
        value: json!({ "servers": servers, "time_out_ms": 400, "tries": 1 }),
        revision: 0,
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, put).await.unwrap();
}

#[tokio::test]
async fn an_app_is_tested_and_the_code_is_spent_and_opens_nothing() {
    let world = World::new().await;
    let root = world.administrator().await;
    let code = root.code(&world).expose().to_owned();
    let sessions = world.count("sessions").await;
    // Old enough to be asked for a fresh second step.
    world.clock.advance(Duration::from_mins(14));
    world.clock.advance(Duration::from_mins(2));
    let stale = code;
    let code = root.code(&world).expose().to_owned();

    let wrong = rehearse(&world, &root, FactorKind::Totp, stale).await;
    let right = rehearse(&world, &root, FactorKind::Totp, code.clone()).await;

    assert!(matches!(wrong, Ok(Rehearsed::Refused { server: None })));
    assert!(matches!(right, Ok(Rehearsed::Accepted { server: None })));
    assert_eq!(world.count("sessions").await, sessions);
    let mine = world.gate.read(&root.caller, factors::ListMine).await.unwrap();
    let remove = Remove { id: mine[0].id };
    let removed = world.gate.write(&root.caller, remove).await;
    assert!(matches!(removed, Err(OpError::StepUp)), "a test is no step-up");
    let token = world.pass_password(&world.gate, &root).await;
    let step = world
        .prove_factor(&world.gate, &token, &Secret::new(code))
        .await
        .unwrap();
    assert!(matches!(step, FactorStep::Wrong { .. }), "a code counts once");
}

#[tokio::test]
async fn a_letter_is_sent_and_its_code_checked_before_the_method_is_switched_on() {
    let world = World::new().await;
    let root = world.administrator().await;
    let none = begin(&world, &root, FactorKind::Email).await;
    assert!(matches!(none, Err(OpError::Conflict(_))));
    world.set_mail().await;

    let asked = begin(&world, &root, FactorKind::Email).await;
    assert!(matches!(asked, Ok(Rehearsed::Asked { .. })));
    let code = world.mailed_code("admin@example.org").await;
    let wrong = if code.expose() == "000000" {
        "000001"
    } else {
        "000000"
    };
    let refused = rehearse(&world, &root, FactorKind::Email, wrong).await;
    let accepted = rehearse(&world, &root, FactorKind::Email, code.expose()).await;
    let twice = rehearse(&world, &root, FactorKind::Email, code.expose()).await;

    assert!(matches!(refused, Ok(Rehearsed::Refused { .. })));
    assert!(matches!(accepted, Ok(Rehearsed::Accepted { .. })));
    assert!(matches!(twice, Ok(Rehearsed::Refused { .. })));
}

#[tokio::test]
async fn a_key_is_tested_with_a_challenge_of_its_own() {
    let world = World::new().await;
    let root = world.administrator().await;
    let none = begin(&world, &root, FactorKind::WebAuthn).await;
    assert!(matches!(none, Err(OpError::Conflict(_))));
    let key = TestKey::new("root");
    world.add_key(&root, &key, &world.honest(root.id)).await;

    let asked = begin(&world, &root, FactorKind::WebAuthn).await;
    let Ok(Rehearsed::Asked { prompt }) = asked else {
        panic!("a key is asked for");
    };
    let answer = key.get(&prompt, &world.counting(root.id, 2));
    let accepted = rehearse(&world, &root, FactorKind::WebAuthn, answer).await;

    assert!(matches!(accepted, Ok(Rehearsed::Accepted { .. })));
}

#[tokio::test]
async fn the_server_that_judged_is_named_and_so_is_one_that_is_silent() {
    let world = World::new().await;
    let root = world.administrator().await;
    let radius = FreeRadius::start().await;
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let dead = silent.local_addr().unwrap().port();
    set_radius(&world, &[dead, radius.strict()]).await;
    let peers = async || world.gate.read(&root.caller, ListPeers).await.unwrap();
    assert_eq!(peers().await[0].answered_at, None);

    let refused = rehearse(&world, &root, FactorKind::Radius, "wrong").await;

    let Ok(Rehearsed::Refused { server: Some(server) }) = refused else {
        panic!("the second server says no");
    };
    assert!(server.contains(&radius.strict().to_string()), "{server}");
    let known = peers().await;
    let (_, why) = known[0].silent.clone().unwrap();
    assert!(why.contains("did not answer in time"), "{why}");
    assert!(known[1].answered_at.is_some() && known[1].silent.is_none());

    radius_only(&world, dead).await;
    let unanswered = rehearse(&world, &root, FactorKind::Radius, "wrong").await;
    let Ok(Rehearsed::Unanswered { why }) = unanswered else {
        panic!("nobody answers");
    };
    assert!(why.contains(&dead.to_string()), "{why}");
    let messages = world
        .texts("SELECT CAST(message AS TEXT) FROM audit WHERE operation = 'factor.rehearse' ORDER BY seq")
        .await;
    assert!(messages[0].contains(&server), "{messages:?}");
    assert!(messages[1].contains(&dead.to_string()), "{messages:?}");
}

/// Puts one silent server in place of the two.
async fn radius_only(world: &World, port: u16) {
    let put = Put {
        connection: Connection::Radius,
        value: json!({
            "servers": [{ "host": "127.0.0.1", "port": port, "transport": { "udp": { "secret": FreeRadius::SECRET } } }],
            "time_out_ms": 400, "tries": 1,
        }),
        revision: 1,
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, put).await.unwrap();
}

#[tokio::test]
async fn who_signs_in_does_not_read_which_server_failed_but_the_trail_does() {
    let world = World::new().await;
    let dave = world.user("dave", Role::PasswordUser).await;
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let dead = silent.local_addr().unwrap().port();
    set_radius(&world, &[dead]).await;
    world
        .switch_on(&[FactorKind::Radius, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    let token = world.pass_password(&world.gate, &dave).await;
    world
        .choose(&world.gate, &token, FactorKind::Radius)
        .await
        .unwrap();

    let step = world
        .prove_factor(&world.gate, &token, &Secret::new("123456"))
        .await;

    let Ok(FactorStep::Unanswered { text, .. }) = step else {
        panic!("nobody answers");
    };
    assert_eq!(text, "The RADIUS server did not answer.");
    let messages = world
        .texts("SELECT CAST(message AS TEXT) FROM audit WHERE operation = 'login.prove_factor' ORDER BY seq")
        .await;
    let last = messages.last().unwrap();
    assert!(last.starts_with("Login error. MFA method: RADIUS"), "{last}");
    assert!(last.contains(&dead.to_string()), "{last}");
}

#[tokio::test]
async fn what_works_once_is_not_tested_and_nobody_else_may_test() {
    let world = World::new().await;
    let root = world.administrator().await;
    let alice = world.user("alice", Role::PasswordUser).await;

    let code = root.backup_codes[0].expose().to_owned();
    let backup = rehearse(&world, &root, FactorKind::BackupCode, code).await;
    let denied = rehearse(&world, &alice, FactorKind::Totp, "000000").await;

    assert!(matches!(backup, Err(OpError::Conflict(_))));
    assert!(matches!(denied, Err(OpError::Denied)));
}
