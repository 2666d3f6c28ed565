use std::fs;
use std::time::Duration;

use portcullis_testkit::server::{Server, Signal};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::limits::wire::Wire;
use crate::site::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_runs_when_the_server_stops_is_answered_and_new_ones_are_not_taken() {
    let mut server = Server::start(BINARY).await;
    let mut wire = Wire::connect(&server).await;
    let origin = server.address().origin();
    let head = format!(
        "POST /setup HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 10\r\n\r\ncode=",
        server.address().authority(),
    );
    wire.send(head.as_bytes()).await.unwrap();
    // The head has arrived when the answer to a second request on another connection has.
    assert_eq!(
        server
            .client()
            .get(server.url("/healthz"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );

    server.signal(Signal::TERM);
    server.logged("\"stopping\"").await;
    refused(&server).await;
    wire.send(b"wrong").await.unwrap();

    assert_eq!(
        wire.status().await,
        Some(422),
        "the form was read to its end and answered"
    );
    assert!(
        wire.rest().await.contains("connection: close"),
        "and that is the last one"
    );
    assert_eq!(server.wait().await, Some(0));
}

/// Waits until nobody listens any more.
async fn refused(server: &Server) {
    let closing = async {
        while TcpStream::connect(server.address().authority()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), closing)
        .await
        .expect("the port is closed at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_never_ends_holds_the_stop_up_only_for_a_while() {
    let mut server = Server::start(BINARY).await;
    let mut wire = Wire::connect(&server).await;
    let host = server.address().authority();
    let head = format!(
        "POST /setup HTTP/1.1\r\nhost: {host}\r\norigin: https://{host}\r\ncontent-length: 10\r\n\r\n"
    );
    wire.send(head.as_bytes()).await.unwrap();

    // Waits for as long as a request may take to end, and no longer.
    assert_eq!(server.stop().await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hang_up_reads_the_certificate_again_and_cuts_nobody_off() {
    let (server, other) = (Server::start(BINARY).await, Server::start(BINARY).await);
    let (old, new) = (server.client(), other.client());
    assert_eq!(
        old.get(server.url("/healthz")).send().await.unwrap().status(),
        200
    );
    assert!(
        new.get(server.url("/healthz")).send().await.is_err(),
        "the other certificate is not trusted yet"
    );

    for file in ["tls/certificate.pem", "tls/key.pem"] {
        fs::copy(
            other.installation.data().join(file),
            server.installation.data().join(file),
        )
        .unwrap();
    }
    server.signal(Signal::HUP);
    server.logged("read the certificate again").await;

    assert_eq!(
        new.get(server.url("/healthz")).send().await.unwrap().status(),
        200,
        "a new connection"
    );
    assert_eq!(
        old.get(server.url("/healthz")).send().await.unwrap().status(),
        200,
        "the one from before"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_cannot_be_used_leaves_the_present_one() {
    let server = Server::start(BINARY).await;
    let client = server.client();
    fs::write(server.installation.data().join("tls/key.pem"), "nonsense").unwrap();

    server.signal(Signal::HUP);
    server
        .logged("the certificate cannot be read, the present one stays")
        .await;

    assert_eq!(
        client.get(server.url("/healthz")).send().await.unwrap().status(),
        200
    );
}
