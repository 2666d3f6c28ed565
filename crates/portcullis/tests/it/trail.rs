//! The audit trail, proven by the command line against somebody who can write to the database.

use std::fs;

use portcullis_testkit::server::{Installation, Server};

use crate::site::BINARY;

/// A stopped server with a trail of some length.
async fn recorded() -> Server {
    let mut server = Server::start(BINARY).await;
    server.stop().await;
    for _ in 0..6 {
        // Each verification is an entry itself.
        assert_eq!(verify(&server.installation, None).await.0, Some(0));
    }
    server
}

async fn checkpoint(installation: &Installation) -> String {
    let output = installation.run(&["audit", "checkpoint"]).await;
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The exit code and the text of `audit verify`.
async fn verify(installation: &Installation, checkpoint: Option<&str>) -> (Option<i32>, String) {
    let file = installation.folder().join("checkpoint");
    let mut arguments = vec!["audit", "verify"];
    if let Some(text) = checkpoint {
        fs::write(&file, text).unwrap();
        arguments.extend(["--checkpoint", file.to_str().unwrap()]);
    }
    let output = installation.run(&arguments).await;
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Asserts that `audit verify` finds this.
async fn finds(installation: &Installation, checkpoint: Option<&str>, words: &str) {
    let (code, text) = verify(installation, checkpoint).await;
    assert_eq!(code, Some(9), "{text}");
    assert!(text.contains(words), "{text}");
}

#[tokio::test]
async fn an_untouched_trail_is_whole_also_against_an_earlier_checkpoint() {
    let server = recorded().await;
    let kept = checkpoint(&server.installation).await;

    for checkpoint in [None, Some(&kept[..])] {
        let (code, text) = verify(&server.installation, checkpoint).await;
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("entries, whole and in order."), "{text}");
        assert!(text.contains("portcullis-checkpoint-v1 "), "{text}");
    }
}

#[tokio::test]
async fn an_edited_entry_is_found() {
    let server = recorded().await;
    server
        .installation
        .sql("UPDATE audit SET actor = 'mallory' WHERE seq = 3")
        .await;

    finds(&server.installation, None, "entry 3: it was changed").await;
}

#[tokio::test]
async fn a_removed_entry_is_found() {
    let server = recorded().await;
    server.installation.sql("DELETE FROM audit WHERE seq = 3").await;

    finds(
        &server.installation,
        None,
        "entry 4: 1 entries before it are missing",
    )
    .await;
}

#[tokio::test]
async fn two_entries_that_changed_places_are_found() {
    let server = recorded().await;
    let swap = "UPDATE audit SET seq = -3 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; \
                UPDATE audit SET seq = 4 WHERE seq = -3";
    server.installation.sql(swap).await;

    finds(&server.installation, None, "entry 3: it was changed, moved").await;
}

#[tokio::test]
async fn an_inserted_entry_is_found() {
    let server = recorded().await;
    let columns = "at, operation, actor_kind, actor_id, actor, door, address, request, session_id, subject_kind, \
                   subject_id, subject, outcome, reason, message, digest, hash, mac_version, mac";
    let copy =
        format!("INSERT INTO audit (seq, {columns}) SELECT MAX(seq) + 1, {columns} FROM audit WHERE seq = 2");
    // PostgreSQL wants the other columns grouped; one row is what both give.
    let copy = copy.replace("MAX(seq) + 1", "(SELECT MAX(seq) + 1 FROM audit)");
    server.installation.sql(&copy).await;

    finds(
        &server.installation,
        None,
        "it was changed, moved, or the one before it was",
    )
    .await;
}

#[tokio::test]
async fn a_cut_off_tail_is_found_with_a_checkpoint_from_outside() {
    let server = recorded().await;
    let kept = checkpoint(&server.installation).await;
    let seq: i64 = kept.split_whitespace().nth(1).unwrap().parse().unwrap();
    server
        .installation
        .sql(&format!("DELETE FROM audit WHERE seq >= {}", seq - 1))
        .await;

    finds(&server.installation, Some(&kept), "").await;
    // The verifications themselves are recorded, so the trail soon is as long as it was; but it is another one.
    for _ in 0..3 {
        assert_eq!(verify(&server.installation, None).await.0, Some(0));
    }
    finds(
        &server.installation,
        Some(&kept),
        "it is not the one that the checkpoint names",
    )
    .await;
}

#[tokio::test]
async fn what_is_no_checkpoint_is_an_error_and_not_a_finding() {
    let server = recorded().await;

    let (code, text) = verify(&server.installation, Some("portcullis-checkpoint-v1 nonsense")).await;

    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("this is not a checkpoint"), "{text}");
}
