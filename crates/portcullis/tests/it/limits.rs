//! Too slow, too large, too many; and how it stops.

mod flood;
mod shutdown;
mod wire;

use std::time::{Duration, Instant};

use portcullis_testkit::server::Server;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::time::{sleep, timeout};

use crate::site::{BINARY, Site, alone};
use wire::Wire;

/// How long anybody else may have to wait meanwhile.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// The resident memory of the server, in MiB.
pub(crate) fn resident(server: &Server, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_keep_nobody_from_being_served_and_are_sent_away() {
    let _quiet = alone().await;
    let server = Server::start(BINARY).await;
    let mut slow = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let mut wire = Wire::connect(&server).await;
        slow.spawn(async move {
            for byte in b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: "
                .iter()
                .cycle()
            {
                if wire.send(&[*byte]).await.is_err() {
                    return;
                }
                // One byte a second is the test, not a wait for something.
                tokio::select! {
                    () = sleep(Duration::from_secs(1)) => {}
                    () = wire.closed() => return,
                }
            }
        });
    }

    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        // monotonic: only the difference is used.
        let begin = Instant::now();
        let answer = server.client().get(server.url("/healthz")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        slowest = slowest.max(begin.elapsed());
    }
    assert!(slowest < PATIENCE, "{slowest:?}");
    let gone = timeout(Duration::from_secs(30), slow.join_all()).await;
    assert!(gone.is_ok(), "a client that never ends its request is sent away");
    println!("200 slow clients: the slowest of 20 others waited {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_a_hundred_mebibytes_is_refused_and_never_held() {
    let site = Site::new().await;
    let before = resident(&site.server, "VmRSS");
    let authorization = format!("authorization: Bearer {}", site.api.token());
    let targets = [
        ("/api/v2/accounts", "application/json", &authorization[..]),
        ("/sign-in", "application/x-www-form-urlencoded", ""),
    ];
    for (path, kind, extra) in targets {
        for length in ["content-length: 104857600", "transfer-encoding: chunked"] {
            let mut wire = Wire::connect(&site.server).await;
            let origin = site.server.address().origin();
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\ncontent-type: {kind}\r\n{length}\r\n{extra}{}\r\n",
                site.server.address().authority(),
                if extra.is_empty() { "" } else { "\r\n" },
            );
            wire.send(head.as_bytes()).await.unwrap();
            let status = wire.pour(length.contains("chunked"), 100).await;
            assert_eq!(status, Some(413), "{path} {length}");
        }
    }

    let after = resident(&site.server, "VmHWM");
    println!("4 bodies of 100 MiB: {before} MiB before, at most {after} MiB");
    // A sign-in alone takes 46 MiB, and set-up was one.
    assert!(after < before + 64, "{before} MiB before, at most {after} MiB");
}

#[tokio::test]
async fn a_body_that_is_deep_or_wrong_is_refused_with_a_problem() {
    let site = Site::new().await;
    let deep = "[".repeat(100_000);
    let bodies = [deep.as_str(), "", "null", "{\"name\":", "\u{0}"];
    for body in bodies {
        let answer = site
            .server
            .client()
            .post(site.server.url("/api/v2/resources"))
            .bearer_auth(site.api.token())
            .header("content-type", "application/json")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        assert!(
            answer.status().is_client_error(),
            "{} for {:.20}",
            answer.status(),
            body
        );
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    assert_eq!(
        site.api
            .post("/api/v2/resources", &json!({ "name": "x", "kind": "Linux" }))
            .await
            .status,
        201
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_shakes_hands_is_sent_away() {
    let server = Server::start(BINARY).await;
    let mut silent = tokio::net::TcpStream::connect(server.address().authority())
        .await
        .unwrap();

    let read = timeout(Duration::from_secs(20), silent.read(&mut [0; 16])).await;

    assert!(matches!(read, Ok(Ok(0) | Err(_))), "{read:?}");
}
