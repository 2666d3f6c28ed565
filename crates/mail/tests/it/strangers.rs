//! What answers on the port, and is no honest mail server.

use std::time::Duration;

use portcullis_model::MailError;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{letter, problem, send};

/// Listens once per connection and says one thing after each thing it hears, beginning with a greeting.
async fn stranger(words: &'static [&'static [u8]]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = [0; 1024];
            for word in words {
                let _ = stream.write_all(word).await;
                let _ = stream.read(&mut heard).await;
            }
        }
    });
    port
}

fn settings(security: &str, port: u16) -> Value {
    json!({
        "host": "localhost",
        "port": port,
        "security": security,
        "from_address": "vault@example.test",
        "timeout_seconds": 1,
    })
}

#[tokio::test]
async fn what_is_sent_in_clear_ahead_of_the_encryption_is_not_believed() {
    let port = stranger(&[
        b"220 mail.example.test\r\n",
        b"250-mail.example.test\r\n250 STARTTLS\r\n",
        b"220 go ahead\r\n250-mail.example.test\r\n250 AUTH PLAIN\r\n",
    ])
    .await;

    let sent = send(&settings("starttls", port), &letter(&["ann@example.test"])).await;
    let words = problem(&settings("starttls", port), "ann@example.test").await;

    assert_eq!(
        sent,
        Err(MailError::Later(
            "asking for encryption: the server spoke out of turn before the encryption".to_owned()
        ))
    );
    assert!(words.contains("sent more than it was asked for"), "{words}");
}

#[tokio::test]
async fn another_service_on_the_port_is_recognized() {
    const OTHERS: [&[&[u8]]; 4] = [
        &[b"SSH-2.0-OpenSSH_9.2\r\n"],
        &[b"220-  \r\n220 mail\r\n"],
        &[b"220 mail\r\n", b"250-mail\r\n250-   \r\n250 HELP\r\n"],
        &[&[b'x'; 10_000]],
    ];
    for words in OTHERS {
        let port = stranger(words).await;

        let problem = problem(&settings("none", port), "ann@example.test").await;

        assert!(
            problem.starts_with("What answers on port") || problem.contains("closed the connection"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_server_that_refuses_everybody_is_told() {
    let port = stranger(&[b"554 5.7.1 Your address is on a list\r\n"]).await;

    let sent = send(&settings("none", port), &letter(&["ann@example.test"])).await;
    let words = problem(&settings("none", port), "ann@example.test").await;

    assert!(matches!(sent, Err(MailError::Settings(_))), "{sent:?}");
    assert!(
        words.starts_with("localhost does not want to talk to this machine.") && words.contains("on a list"),
        "{words}"
    );
}

#[tokio::test]
async fn a_server_that_never_greets_is_given_up() {
    let port = stranger(&[b""]).await;

    let sent = send(&settings("none", port), &letter(&["ann@example.test"])).await;

    assert_eq!(
        sent,
        Err(MailError::Later("greeting: the server took too long".to_owned()))
    );
}

#[tokio::test]
async fn many_slow_steps_end_in_time_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let mut heard = [0; 1024];
        while stream.write_all(b"220 as you like\r\n").await.is_ok() {
            let _ = stream.read(&mut heard).await;
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    });
    let to = ["ann@example.test"; 20];

    let sent = send(&settings("none", port), &letter(&to)).await;

    assert_eq!(
        sent,
        Err(MailError::Later(
            "talking to the mail server: the server took too long".to_owned()
        ))
    );
}
