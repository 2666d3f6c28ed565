//! Somebody who knows the password and asks what no server asks: nothing rings that should not, and nothing is given away.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use data_encoding::BASE64;
use portcullis_crypto::Pairing;
use portcullis_model::{AGENT_NONCE, AGENT_SEAL};
use portcullis_phone_agent::{Person, router};
use portcullis_testkit::phones::{Behaviour, Sipp};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::office::{Office, PERSON};

const CALL: &str = "0199d0a0-0000-7000-8000-000000000001";
const OTHER: &str = "0199d0a0-0000-7000-8000-000000000002";

struct Door {
    router: Router,
    credentials: String,
}

impl Door {
    fn of(office: &Office) -> Self {
        let login = Pairing::of(&office.password).unwrap();
        let credentials = format!("portcullis:{}", login.login().expose());
        Self {
            router: router(office.agent.clone()),
            credentials: format!("Basic {}", BASE64.encode(credentials.as_bytes())),
        }
    }

    async fn ask(&self, method: &str, path: &str, body: impl Into<Body>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", &self.credentials)
            .header(AGENT_NONCE, "n")
            .body(body.into())
            .unwrap();
        let (status, _, answer) = self.send(request).await;
        (status, answer)
    }

    /// Status, whether the answer is sealed, and what it says.
    async fn send(&self, request: Request<Body>) -> (StatusCode, bool, Value) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, is_sealed) = (answer.status(), answer.headers().contains_key(AGENT_SEAL));
        let body = to_bytes(answer.into_body(), 100_000).await.unwrap();
        (
            status,
            is_sealed,
            serde_json::from_slice(&body).unwrap_or_default(),
        )
    }
}

fn call(person: &str) -> Value {
    json!({ "id": CALL, "person": person, "task": "confirm", "language": "en", "fraud_blocks": true })
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_refused_and_nobody_is_called() {
    let office = Office::new(1);
    let door = Door::of(&office);
    let with = |field: &str, value: Value| {
        let mut call = call(PERSON);
        call[field] = value;
        call.to_string()
    };
    for body in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "\"d.okafor\"".to_owned(),
        "person=d.okafor".to_owned(),
        with("id", json!("")),
        with("id", json!(7)),
        with("person", Value::Null),
        with("person", json!([PERSON])),
        with("task", json!("grant")),
        with("task", json!({ "match": 471 })),
        with("language", json!(1)),
        with("fraud_blocks", json!("yes")),
        with("granted", json!(true)),
    ] {
        let (status, _) = door.ask("POST", "/v1/calls", body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    }
    let (status, _) = door.ask("POST", "/v1/calls", "x".repeat(17 * 1024)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(office.agent.calls().unwrap().is_empty());
}

#[tokio::test]
async fn a_call_that_is_not_there_tells_nothing_and_grants_nothing() {
    let office = Office::new(1);
    let door = Door::of(&office);
    for id in [CALL, "00000000-0000-0000-0000-000000000000", "1", "%2e%2e", ""] {
        for (method, path) in [
            ("GET", format!("/v1/calls/{id}?seen=over")),
            ("POST", format!("/v1/calls/{id}/take")),
            ("POST", format!("/v1/calls/{id}/cancel")),
        ] {
            let (status, answer) = door.ask(method, &path, "").await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert!(
                answer.get("granted").is_none() && answer.get("outcome").is_none(),
                "{answer}"
            );
        }
    }
    for (method, path) in [
        ("GET", "/v1/people"),
        ("GET", "/v1/calls"),
        ("DELETE", "/v1/people/d.okafor"),
        ("GET", "/"),
    ] {
        assert_eq!(
            door.ask(method, path, "").await.0,
            StatusCode::NOT_FOUND,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn without_the_password_or_a_nonce_there_is_no_answer_that_counts() {
    let office = Office::new(1);
    let door = Door::of(&office);
    let basic = |text: &str| format!("Basic {}", BASE64.encode(text.as_bytes()));
    for credentials in [
        String::new(),
        "Basic".to_owned(),
        "Basic ???".to_owned(),
        basic(""),
        basic("portcullis:"),
        basic(&format!("portcullis:{}", office.password.expose())),
        door.credentials.replace("Basic", "Bearer"),
    ] {
        let request = Request::post("/v1/calls")
            .header("authorization", &credentials)
            .header(AGENT_NONCE, "n")
            .body(Body::from(call(PERSON).to_string()))
            .unwrap();
        let (status, is_sealed, _) = door.send(request).await;
        assert_eq!(
            (status, is_sealed),
            (StatusCode::UNAUTHORIZED, false),
            "{credentials}"
        );
    }
    let without_nonce = Request::post("/v1/calls")
        .header("authorization", &door.credentials)
        .body(Body::from(call(PERSON).to_string()))
        .unwrap();
    assert_eq!(door.send(without_nonce).await.0, StatusCode::BAD_REQUEST);
    assert!(office.agent.calls().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_of_somebody_elses_call_calls_nobody_and_says_whose_it_is() {
    let phone = Sipp::play(Behaviour::RingForever);
    let office = Office::new(phone.port);
    office.agent.add(Person::new("j.chen", "1 9259249501")).unwrap();
    let door = Door::of(&office);

    let body = call(PERSON).to_string();
    let (one, two) = tokio::join!(
        door.ask("POST", "/v1/calls", body.clone()),
        door.ask("POST", "/v1/calls", body)
    );
    assert_eq!((one.0, two.0), (StatusCode::OK, StatusCode::OK));
    assert_eq!(one.1["request"], two.1["request"]);
    let other = door.ask("POST", "/v1/calls", call("j.chen").to_string()).await;

    // The server compares what it asked with this, and takes no answer to another question.
    assert_eq!(other.1["request"], one.1["request"]);
    let calls = office.agent.calls().unwrap();
    assert_eq!(
        calls.len(),
        1,
        "the same question twice, and another under its name, ring once"
    );
    assert_eq!(calls[0].name.as_deref(), Some(PERSON));

    let take = format!("/v1/calls/{CALL}/take");
    let taken = tokio::join!(door.ask("POST", &take, ""), door.ask("POST", &take, ""));
    assert_eq!(
        (&taken.0.1["granted"], &taken.1.1["granted"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        door.ask("POST", &format!("/v1/calls/{OTHER}/cancel"), "").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(office.agent.calls().unwrap()[0].outcome, None, "it still rings");
    let (status, _) = door.ask("POST", &format!("/v1/calls/{CALL}/cancel"), "").await;
    assert_eq!(status, StatusCode::OK);
}
