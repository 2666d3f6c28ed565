//! A phone call outlives the node that placed it only as one that was cut off.

use std::time::{Duration, Instant};

use portcullis_testkit::phones::{Behaviour, Sipp};
use portcullis_testkit::server::{Api, Console};
use serde_json::{Value, json};

use crate::site::Site;

const PASSWORD: &str = "lamp copper orbit thistle";

/// After how long the page of another node tells: ten seconds of silence, and the next look.
const TOLD: Duration = Duration::from_secs(12);

/// Long enough for the voice to say what to do.
const LISTENS: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_node_is_killed_is_cut_off_and_the_other_node_calls_again() {
    let mut site = Site::new().await;
    let phone = Sipp::play(Behaviour::RingForever);
    set_phone(&site, phone.port).await;
    let here = called(&site).await;
    // With nobody beside it, it is this node that calls.
    let _ = here.begin_sign_in("vera", PASSWORD).await.expect(303);
    shows(&here, "Ringing… Answer your phone.", Duration::from_secs(10)).await;
    let other = site.server.beside().await;
    let there = here.at(&other);
    shows(&there, "Ringing… Answer your phone.", Duration::from_secs(1)).await;

    site.server.kill();
    // monotonic: only the difference is used.
    let begin = Instant::now();
    shows(
        &there,
        "The call was cut off. Call again, or try another way.",
        TOLD,
    )
    .await;
    println!("told {:?} after the kill", begin.elapsed());
    let confirmed = there.post("/sign-in/code", &[("code", "")]).await.expect(303);
    assert_eq!(confirmed.location(), "/sign-in/call");
    assert!(!there.is_signed_in().await);
    ended(&site, &["lost"]).await;

    site.api = Api::new(&other, site.api.token());
    let phone = Sipp::play_slowly(Behaviour::Info('#'), LISTENS);
    set_phone(&site, phone.port).await;
    let _ = there.post("/sign-in/call", &[]).await.expect(303);
    shows(&there, "Confirmed.", Duration::from_secs(30)).await;
    let _ = there.post("/sign-in/code", &[("code", "")]).await.expect(303);

    assert!(there.is_signed_in().await);
    ended(&site, &["lost", "granted"]).await;
}

/// Looks as often as a browser does.
async fn shows(console: &Console, words: &str, patience: Duration) {
    // monotonic: only the difference is used.
    let begin = Instant::now();
    loop {
        let page = console.get("/sign-in/call").await;
        if page.text.contains(words) {
            return;
        }
        assert!(
            begin.elapsed() < patience,
            "`{words}` is not on {}:\n{}",
            page.status,
            page.text
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn set_phone(site: &Site, port: u16) {
    let trunk = json!({
        "host": "127.0.0.1", "port": port, "transport": "udp", "username": "portcullis", "upkeep": "none",
    });
    let found = site.api.get("/api/v2/settings/phone").await.expect(200);
    let body = json!({
        "value": { "trunks": [trunk], "mode": "confirm", "countries": ["US"] },
        "revision": found.body["revision"],
    });
    let _ = site.api.put("/api/v2/settings/phone", &body).await.expect(204);
}

/// The browser of somebody who is called at the second step, before they sign in.
async fn called(site: &Site) -> Console {
    let code = site.console.add_person("vera", "password_user").await;
    let _ = Console::set_up(&site.server, &code, "vera", PASSWORD).await;
    let people = site.api.get("/api/v2/users?query=vera").await.expect(200);
    let id = people.body["items"][0]["id"].as_str().unwrap().to_owned();
    let mut policy = site.api.get("/api/v2/mfa/policy").await.expect(200).body["site"].clone();
    policy["methods"] = json!(["phone", "backup_code", "totp"]);
    apply(site, json!({ "site": policy })).await;
    let number = json!({ "number": "+19259249500", "reason": "staff directory" });
    let path = format!("/api/v2/users/{id}/mfa/phone");
    let _ = site.api.put(&path, &number).await.expect(204);
    let own = json!({
        "id": id, "uses_group_settings": false, "requirement": { "methods": ["phone", "backup_code"] },
    });
    apply(site, json!({ "people": [own] })).await;
    Console::new(&site.server)
}

async fn apply(site: &Site, change: Value) {
    let previewed = site.api.post("/api/v2/mfa/preview", &change).await.expect(200);
    let new = json!({ "change": change, "summary": "test", "version": previewed.body["version"] });
    let _ = site.api.post("/api/v2/mfa/changes", &new).await.expect(201);
}

/// Waits until the calls have ended so, on record.
async fn ended(site: &Site, expected: &[&str]) {
    let query = "SELECT COALESCE(outcome, '') FROM calls ORDER BY made_at";
    let mut outcomes = Vec::new();
    for _ in 0..50 {
        outcomes = site.server.installation.texts(query).await;
        if outcomes == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(outcomes, expected);
}
