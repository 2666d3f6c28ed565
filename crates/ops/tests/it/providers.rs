//! Whatever a provider does but say yes: nobody gets in, and the text is the same neutral one.

use std::net::SocketAddr;
use std::time::Duration;

use portcullis_model::{FactorKind, MailError, Role, Secret};
use portcullis_ops::settings::{Connection, Put};
use portcullis_ops::sign_in::{Delivery, FactorStep, Find};
use portcullis_testkit::radius::{Authority, FreeRadius};
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, UdpSocket};

use crate::policy::{EMAIL, company};

/// How long the person's server has. What comes later comes too late.
const TIME_OUT: Duration = Duration::from_millis(300);

/// A server by UDP that answers every request with what `answer` makes of it, after `delay`.
async fn by_udp(delay: Duration, answer: fn(&[u8]) -> Option<Vec<u8>>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut request = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut request).await {
            tokio::time::sleep(delay).await;
            if let Some(reply) = answer(&request[..length]) {
                let _ = socket.send_to(&reply, from).await;
            }
        }
    });
    address
}

/// A server by TCP that says `words` to whoever calls, and hangs up.
async fn by_tcp(words: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(words).await;
        }
    });
    address
}

/// An address where nobody listens any more.
async fn nobody() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}

/// An Access-Accept with the right number, and `authenticator` for a proof.
fn accept(request: &[u8], authenticator: &[u8]) -> Option<Vec<u8>> {
    let mut reply = vec![2, *request.get(1)?, 0, 20];
    reply.extend(authenticator);
    Some(reply)
}

fn udp(address: SocketAddr) -> Value {
    udp_with(address, "shared-secret-of-the-test")
}

fn udp_with(address: SocketAddr, secret: &str) -> Value {
    json!({ "host": address.ip().to_string(), "port": address.port(), "transport": { "udp": { "secret": secret } } })
}

fn rad_sec(port: u16, authority: &Authority, server_name: &str) -> Value {
    let tls = json!({ "ca": authority.pem(), "server_name": server_name, "identity": null });
    json!({ "host": "127.0.0.1", "port": port, "transport": { "radsec": tls } })
}

/// Servers of every unkind sort, each with what it does.
async fn unkind_servers(real: &FreeRadius) -> Vec<(&'static str, Value)> {
    let now = Duration::ZERO;
    let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let (ours, other) = (real.authority(), Authority::new());
    vec![
        ("refuses the packet", udp(nobody().await)),
        ("says nothing", udp(by_udp(now, |_| None).await)),
        (
            "answers with an empty packet",
            udp(by_udp(now, |_| Some(Vec::new())).await),
        ),
        (
            "answers with garbage",
            udp(by_udp(now, |_| Some(vec![0xA5; 61])).await),
        ),
        (
            "echoes the request",
            udp(by_udp(now, |request| Some(request.to_vec())).await),
        ),
        (
            "says yes without a proof",
            udp(by_udp(now, |request| accept(request, &[0; 16])).await),
        ),
        (
            "says yes with our own proof",
            udp(by_udp(now, |request| accept(request, request.get(4..20)?)).await),
        ),
        (
            "says half a yes",
            udp(by_udp(now, |request| accept(request, &[0; 7])).await),
        ),
        (
            "says yes too late",
            udp(by_udp(2 * TIME_OUT, |request| accept(request, &[0; 16])).await),
        ),
        (
            "has no address",
            json!({ "host": "no-such-host.invalid", "port": 1812, "transport": { "udp": { "secret": "shared-secret-of-the-test" } } }),
        ),
        (
            "refuses the connection",
            rad_sec(nobody().await.port(), ours, "localhost"),
        ),
        ("hangs up", rad_sec(by_tcp(b"").await.port(), ours, "localhost")),
        (
            "speaks no TLS",
            rad_sec(by_tcp(b"HTTP/1.1 200 OK\r\n\r\n").await.port(), ours, "localhost"),
        ),
        (
            "has a foreign certificate",
            rad_sec(real.rad_sec(), &other, "localhost"),
        ),
        (
            "has a certificate for another name",
            rad_sec(real.rad_sec(), ours, "radius.example.org"),
        ),
        (
            "sends no Message-Authenticator",
            udp_with(local(real.legacy()), FreeRadius::SECRET),
        ),
        ("has another secret", udp(local(real.strict()))),
    ]
}

async fn set_radius(world: &World, server: &Value, revision: i64) {
    let put = Put {
        connection: Connection::Radius,
        value: json!({ "servers": [server], "time_out_ms": TIME_OUT.as_millis(), "tries": 1 }),
        revision,
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, put).await.unwrap();
}

async fn sessions_of(world: &World, person: &Person) -> i64 {
    world
        .count(&format!("sessions WHERE user_id = {}", world.id(person.id.0)))
        .await
}

#[tokio::test]
async fn no_fault_of_a_radius_server_lets_anybody_in_and_all_read_alike() {
    let world = World::new().await;
    let dave = world.user("dave", Role::PasswordUser).await;
    let real = FreeRadius::start().await;
    let servers = unkind_servers(&real).await;
    set_radius(&world, &servers[0].1, 0).await;
    world
        .switch_on(&[FactorKind::BackupCode, FactorKind::Radius, FactorKind::Totp])
        .await;
    world
        .require_of(dave.id, &[FactorKind::BackupCode, FactorKind::Radius])
        .await;
    let before = sessions_of(&world, &dave).await;

    for (revision, (does, server)) in (1..).zip(&servers) {
        world.clock.advance(Duration::from_hours(1));
        set_radius(&world, server, revision).await;
        let token = world.pass_password(&world.gate, &dave).await;
        let step = world
            .prove_factor(&world.gate, &token, &Secret::new("Pw-dave-1"))
            .await;

        let Ok(FactorStep::Unanswered { text, .. }) = step else {
            panic!("a server that {does} was taken at its word");
        };
        assert_eq!(text, "The RADIUS server did not answer.", "a server that {does}");
    }

    assert_eq!(sessions_of(&world, &dave).await, before);
    // There is another way.
    let token = world.pass_password(&world.gate, &dave).await;
    world
        .choose(&world.gate, &token, FactorKind::BackupCode)
        .await
        .unwrap();
    let step = world
        .prove_factor(&world.gate, &token, &dave.backup_codes[0])
        .await;
    assert!(matches!(step, Ok(FactorStep::Passed { .. })));
}

#[tokio::test]
async fn no_fault_of_a_mail_server_lets_anybody_in_and_all_read_alike() {
    let world = company().await;
    let vera = world.user("vera", Role::PasswordUser).await;
    world.require_of(vera.id, EMAIL).await;
    let before = sessions_of(&world, &vera).await;

    for (error, code) in [
        (MailError::Refused("550 no such user".to_owned()), ""),
        (MailError::Later("timed out".to_owned()), "000000"),
        (MailError::Settings("535 go away".to_owned()), "not a code"),
    ] {
        world.clock.advance(Duration::from_hours(1));
        world.mailbox.fail(Some(error.clone()));
        let token = world.pass_password(&world.gate, &vera).await;
        world.challenge(&world.gate, &token).await.unwrap();
        world.send_letters().await;

        let find = Find { token: token.clone() };
        let view = world.gate.read(&world.anonymous(), find).await.unwrap();
        assert_eq!(view.delivery, Some(Delivery::Failed), "{error}");
        let step = world.prove_factor(&world.gate, &token, &Secret::new(code)).await;
        assert!(matches!(step, Ok(FactorStep::Wrong { .. })), "{error}");
    }
    assert_eq!(sessions_of(&world, &vera).await, before);
}
