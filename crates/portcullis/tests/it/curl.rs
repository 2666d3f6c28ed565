//! The client that most people call the API with.

use std::process::Command;

use portcullis_testkit::server::Server;

use crate::site::BINARY;

#[tokio::test]
async fn an_answer_that_did_not_need_the_body_reaches_curl() {
    let server = Server::start(BINARY).await;
    let url = server.url("/api/v2/accounts");
    let certificate = server.installation.certificate();
    let body = server.installation.folder().join("body.json");
    std::fs::write(&body, format!(r#"{{"notes": "{}"}}"#, "n".repeat(600_000))).expect("write the body");

    for round in 0..5 {
        let output = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--http2",
                "--write-out",
                "%{http_code}",
                "--cacert",
            ])
            .arg(&certificate)
            .args([
                "--header",
                "Content-Type: application/json",
                "--output",
                "/dev/null",
                "--data-binary",
            ])
            .arg(format!("@{}", body.display()))
            .arg(&url)
            .output()
            .expect("curl is installed");

        let status = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(status, "401", "round {round}: {error}");
    }
}
