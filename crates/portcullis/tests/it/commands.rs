//! What an operator types.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use portcullis_testkit::server::{Installation, Server};
use portcullis_testkit::{Dialect, dialect};

use crate::site::{BINARY, Site};

fn both(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn help_leads_with_examples_and_ends_with_exit_codes() {
    let output = Command::new(BINARY).arg("--help").output().unwrap();
    let text = both(&output);

    assert!(text.starts_with("Examples:\n  portcullis  "), "{text}");
    assert!(text.find("Examples:") < text.find("Usage:"), "{text}");
    assert!(text.contains("Exit codes: 0 ok"), "{text}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_command_that_does_not_exist_is_a_usage_error() {
    let output = Command::new(BINARY).arg("doctr").output().unwrap();

    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
    assert!(both(&output).contains("doctor"), "{}", both(&output));
}

#[tokio::test]
async fn commands_on_a_vault_that_is_not_there_say_so_and_make_nothing() {
    let installation = Installation::new(BINARY).await;

    for arguments in [
        ["key", "status"],
        ["key", "rotate"],
        ["audit", "verify"],
        ["audit", "checkpoint"],
        ["mfa", "show"],
        ["mfa", "undo"],
    ] {
        let output = installation.run(&arguments).await;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", both(&output));
        assert!(
            both(&output).contains("there is no master key"),
            "{}",
            both(&output)
        );
    }
    assert!(!installation.key().exists());
    assert!(!installation.data().exists());
}

#[tokio::test]
async fn the_doctor_finds_an_empty_machine_fit_and_makes_nothing() {
    let installation = Installation::new(BINARY).await;

    let output = installation.run(&["doctor"]).await;

    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    assert!(
        both(&output).contains("is not there yet; the first start makes it"),
        "{}",
        both(&output)
    );
    assert!(!installation.data().exists());
    assert!(!installation.key().exists());
}

#[tokio::test]
async fn the_doctor_finds_a_serving_vault_well() {
    let site = Site::new().await;
    let installation = &site.server.installation;

    let output = installation.run(&["doctor"]).await;

    let text = both(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("opens with the master key"), "{text}");
    assert!(text.contains("Everything the server needs is there."), "{text}");
    assert!(site.console.is_signed_in().await, "the server was not disturbed");
}

#[tokio::test]
async fn the_doctor_finds_what_is_broken_and_says_what_to_do() {
    let mut server = Server::start(BINARY).await;
    server.stop().await;
    let installation = &server.installation;
    let key = fs::read(installation.key()).unwrap();

    fs::set_permissions(installation.key(), fs::Permissions::from_mode(0o644)).unwrap();
    ails(installation, &["FAIL  Master key", "chmod 600"]).await;
    fs::set_permissions(installation.key(), fs::Permissions::from_mode(0o600)).unwrap();

    fs::write(installation.key(), "hunter2canary\n").unwrap();
    ails(installation, &["FAIL  Master key", "is not a key file"]).await;

    let other = Server::start(BINARY).await;
    fs::copy(other.installation.key(), installation.key()).unwrap();
    ails(installation, &["FAIL  Vault", "does not open this database"]).await;
    fs::write(installation.key(), &key).unwrap();

    let certificate = fs::read(installation.certificate()).unwrap();
    fs::write(installation.certificate(), "hunter2canary\n").unwrap();
    ails(installation, &["FAIL  Certificate", "certificate.pem"]).await;
    fs::write(installation.certificate(), certificate).unwrap();

    if dialect() == Dialect::Sqlite {
        let database = fs::read(installation.sqlite()).unwrap();
        fs::write(
            installation.sqlite(),
            "hunter2canary, which is no database, however long one looks at it",
        )
        .unwrap();
        ails(installation, &["FAIL  Database"]).await;
        fs::write(installation.sqlite(), database).unwrap();
    }
    let output = installation.run(&["doctor"]).await;
    assert_eq!(
        output.status.code(),
        Some(0),
        "all is as before: {}",
        both(&output)
    );
}

/// Asserts that the doctor finds this, and repeats no contents.
async fn ails(installation: &Installation, words: &[&str]) {
    let output = installation.run(&["doctor"]).await;
    let text = both(&output);
    assert_eq!(output.status.code(), Some(9), "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in: {text}");
    }
    assert!(!text.contains("hunter2canary"), "{text}");
}

#[tokio::test]
async fn a_healthcheck_tells_well_from_not_ready() {
    let installation = Installation::new(BINARY).await;
    let off = installation.run(&["healthcheck"]).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let installation = installation.with("diagnostics.listen", free);
    let nobody = installation.run(&["healthcheck"]).await;
    let mut server = Server::serve(installation).await;
    let well = server.installation.run(&["healthcheck"]).await;
    server.installation.sql("DELETE FROM install").await;
    let foreign = server.installation.run(&["healthcheck"]).await;
    server.kill();
    let gone = server.installation.run(&["healthcheck"]).await;

    assert_eq!(off.status.code(), Some(1), "{}", both(&off));
    assert!(
        both(&off).contains("`diagnostics.listen` is off"),
        "{}",
        both(&off)
    );
    assert_eq!(nobody.status.code(), Some(7), "{}", both(&nobody));
    assert_eq!(well.status.code(), Some(0), "{}", both(&well));
    assert_eq!(foreign.status.code(), Some(7), "{}", both(&foreign));
    assert!(
        both(&foreign).contains("another installation"),
        "{}",
        both(&foreign)
    );
    assert_eq!(gone.status.code(), Some(7), "{}", both(&gone));
}
