//! Hostile JSON on both sides of the link; see `portcullis_testkit::fuzz`.

use axum::body::Body;
use axum::http::Request;
use data_encoding::BASE64;
use portcullis_crypto::Pairing;
use portcullis_model::{AGENT_NONCE, AgentCall, AgentGrant, AgentHealth, AgentPerson, AgentView};
use portcullis_phone_agent::router;
use portcullis_testkit::fuzz::Mutator;
use tower::ServiceExt;

use crate::office::Office;

const QUESTIONS: [(&str, &str, &str); 5] = [
    (
        "POST",
        "/v1/calls",
        r#"{"id":"0199d0a0-0000-7000-8000-000000000001","person":"nobody","task":{"match":"471"},"language":"en","fraud_blocks":true}"#,
    ),
    (
        "GET",
        "/v1/calls/0199d0a0-0000-7000-8000-000000000001?seen=over",
        "",
    ),
    ("POST", "/v1/calls/0199d0a0-0000-7000-8000-000000000001/take", ""),
    (
        "POST",
        "/v1/calls/0199d0a0-0000-7000-8000-000000000001/cancel",
        "",
    ),
    ("GET", "/v1/people/d%2Eokafor", ""),
];

#[tokio::test(flavor = "multi_thread")]
async fn fuzz_what_the_agent_is_asked() {
    let office = Office::new(1);
    let pairing = Pairing::of(&office.password).unwrap();
    let credentials = format!("portcullis:{}", pairing.login().expose());
    let credentials = format!("Basic {}", BASE64.encode(credentials.as_bytes()));
    let router = router(office.agent.clone());
    let mut mutator = Mutator::new();
    while mutator.goes_on() {
        let (method, target, body) = *mutator.pick(&QUESTIONS);
        let target = String::from_utf8_lossy(&mutator.mutate(target.as_bytes())).into_owned();
        let mut body = mutator.mutate(body.as_bytes());
        // Whoever is known would be called.
        if body.windows(8).any(|window| window == b"d.okafor") {
            body.clear();
        }
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header("authorization", &credentials)
            .header(AGENT_NONCE, "n")
            .body(Body::from(body));
        let Ok(request) = request else { continue };
        let status = router.clone().oneshot(request).await.unwrap().status().as_u16();
        assert!(status == 200 || (400..500).contains(&status), "{status}");
    }
}

#[test]
fn fuzz_what_the_agent_answers() {
    const ANSWERS: [&str; 4] = [
        r#"{"request":"00ff","step":"ringing","outcome":"granted","report":{"trunk":"a","lasted_seconds":1,"connected_seconds":2,"key_source":"event","used_backup":false,"strangers":0}}"#,
        r#"{"id":"0199d0a0-0000-7000-8000-000000000001","request":"00ff","granted":true}"#,
        r#"{"is_known":true,"masked":"+1","has_pin":true,"is_blocked":false}"#,
        r#"{"version":"1","people":3,"trunks":[{"name":"a","is_well":null,"problem":""}]}"#,
    ];
    let mut mutator = Mutator::new();
    while mutator.goes_on() {
        let good = *mutator.pick(&ANSWERS);
        let bytes = mutator.mutate(good.as_bytes());
        let _ = serde_json::from_slice::<AgentView>(&bytes);
        let _ = serde_json::from_slice::<AgentGrant>(&bytes);
        let _ = serde_json::from_slice::<AgentPerson>(&bytes);
        let _ = serde_json::from_slice::<AgentHealth>(&bytes);
        if let Ok(call) = serde_json::from_slice::<AgentCall>(&bytes) {
            assert!(serde_json::to_vec(&call).is_ok());
        }
    }
}
