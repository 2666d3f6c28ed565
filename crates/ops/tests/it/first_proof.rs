//! What is typed in place of a password, and must never be taken for one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::settings::{Connection, Put};
use portcullis_ops::sign_in::{FactorStep, PasswordStep};
use portcullis_testkit::World;
use serde_json::json;
use tokio::net::UdpSocket;

/// Long enough that nobody has to wait because of the guesses before.
const HOUR: Duration = Duration::from_hours(1);

/// What some servers take for a bind without a name, or cut off.
fn strange() -> [Secret; 5] {
    [
        Secret::new(""),
        Secret::new(" "),
        Secret::new("\0"),
        Secret::new("right\0wrong"),
        Secret::new("x".repeat(1 << 20)),
    ]
}

/// A server that counts what it is asked, and says nothing.
async fn counting() -> (u16, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    tokio::spawn(async move {
        let mut packet = [0; 4096];
        while socket.recv_from(&mut packet).await.is_ok() {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, seen)
}

#[tokio::test]
async fn a4_a_strange_password_is_wrong_here_and_never_sent_to_a_radius_server() {
    let world = World::new().await;
    let dave = world.user("dave", Role::PasswordUser).await;
    let (port, seen) = counting().await;
    let server = json!({ "host": "127.0.0.1", "port": port, "transport": { "udp": { "secret": "shared" } } });
    let put = Put {
        connection: Connection::Radius,
        value: json!({ "servers": [server], "time_out_ms": 100, "tries": 1 }),
        revision: 0,
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, put).await.unwrap();
    let methods = [FactorKind::BackupCode, FactorKind::Radius];
    world
        .switch_on(&[FactorKind::BackupCode, FactorKind::Radius, FactorKind::Totp])
        .await;
    world.require_of(dave.id, &methods).await;

    for password in strange() {
        world.clock.advance(HOUR);
        let token = world.begin(&world.gate, "dave").await;
        let step = world.prove_password(&world.gate, &token, &password).await;
        assert!(matches!(step, Ok(PasswordStep::Wrong)));

        let token = world.pass_password(&world.gate, &dave).await;
        let step = world.prove_factor(&world.gate, &token, &password).await;
        assert!(!matches!(step, Ok(FactorStep::Passed { .. })));
    }
    assert_eq!(seen.load(Ordering::SeqCst), 0, "the server was asked");

    world.clock.advance(HOUR);
    let token = world.pass_password(&world.gate, &dave).await;
    let _ = world
        .prove_factor(&world.gate, &token, &Secret::new("123456"))
        .await;
    assert_eq!(seen.load(Ordering::SeqCst), 1, "an honest code gets there");
}

#[tokio::test]
async fn a6_a_name_of_sixty_letters_needs_its_password_each_time() {
    let world = World::new().await;
    let name = "u".repeat(60);
    let person = world.user(&name, Role::PasswordUser).await;
    let mut almost = person.password.expose().to_owned();
    almost.push('x');

    for wrong in ["wrong", "wrong", &almost] {
        let token = world.begin(&world.gate, &name).await;
        let step = world
            .prove_password(&world.gate, &token, &Secret::new(wrong))
            .await;
        assert!(matches!(step, Ok(PasswordStep::Wrong)), "{wrong}");
    }
    world.pass_password(&world.gate, &person).await;
}
