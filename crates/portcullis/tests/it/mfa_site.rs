//! What holds for everybody at the second step, from the command line.

use crate::site::Site;

#[tokio::test]
async fn a_passkey_and_the_codes_of_new_apps_are_set_shown_and_taken_back() {
    let site = Site::new().await;
    let installation = &site.server.installation;
    let run = async |arguments: &[&str]| {
        let output = installation.run(arguments).await;
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.success(), text)
    };
    let rule = [
        "--site",
        "--passkey-alone",
        "true",
        "--app-hash",
        "sha256",
        "--app-digits",
        "8",
    ];

    let (good, text) = run(&[&["mfa", "preview"], &rule[..]].concat()).await;
    assert!(good && text.contains("a passkey alone is enough"), "{text}");
    let (good, text) = run(&[&["mfa", "set", "--yes"], &rule[..]].concat()).await;
    assert!(good && text.contains("SHA-256 · 8 digits"), "{text}");
    let (_, shown) = run(&["mfa", "show"]).await;
    assert!(shown.contains("A passkey:   counts as both proofs"), "{shown}");
    assert!(shown.contains("New apps:    SHA-256 · 8 digits"), "{shown}");
    let policy = site.api.get("/api/v2/mfa/policy").await.expect(200);
    assert_eq!(policy.body["site"]["passkey_alone"], true);
    assert_eq!(policy.body["site"]["app_hash"], "sha256");
    assert_eq!(policy.body["site"]["app_digits"], 8);

    let (good, text) = run(&["mfa", "set", "--site", "--app-digits", "7", "--yes"]).await;
    assert!(!good && text.contains("6 or 8"), "{text}");
    let (good, _) = run(&["mfa", "undo"]).await;
    let (_, shown) = run(&["mfa", "show"]).await;
    assert!(good && shown.contains("A passkey:   is a second step"), "{shown}");
}
