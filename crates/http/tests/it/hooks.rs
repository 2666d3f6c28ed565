//! The door of the providers of phone calls: what comes in is handed on as it came, and everything else is nowhere.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use portcullis_http::{Web, router};
use portcullis_model::{CallHook, CallHooks};
use portcullis_testkit::World;

use crate::browser::{Answer, send, web};

const TOKEN: &str = "the-token-of-a-call";

/// One call that believes whoever knows its token and signs with `right`.
#[derive(Default)]
struct OneCall(Mutex<Vec<CallHook>>);

#[async_trait]
impl CallHooks for OneCall {
    async fn hear(&self, hook: CallHook) -> Option<String> {
        let is_believed = hook.token == TOKEN && hook.signature == "right";
        self.0.lock().unwrap().push(hook);
        is_believed.then(|| "<Response/>".to_owned())
    }

    fn recording(&self, token: &str, name: &str) -> Option<Vec<u8>> {
        (token == TOKEN && name == "greeting.wav").then(|| b"RIFF".to_vec())
    }
}

async fn door() -> (Router, Arc<OneCall>) {
    let call = Arc::new(OneCall::default());
    let world = World::new().await;
    let web = Web {
        hooks: call.clone(),
        ..web(&world)
    };
    (router(web), call)
}

fn request(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::HOST, "vault.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("x-twilio-signature", "right")
}

async fn ask(door: &Router, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
    send(door, request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn what_a_provider_says_is_handed_on_as_it_came_and_answered_as_xml() {
    let (door, call) = door().await;

    let path = format!("/hooks/voice/{TOKEN}/3");
    let answer = ask(
        &door,
        request(&path),
        "To=%2B1925&Digits=471&Name=a+b%26c&Digits=",
    )
    .await;

    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::OK, "<Response/>")
    );
    assert_eq!(answer.headers["content-type"], "text/xml; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let heard = call.0.lock().unwrap();
    let hook = heard.first().unwrap();
    assert_eq!((hook.token.as_str(), hook.event.as_str()), (TOKEN, "3"));
    let fields: Vec<(&str, &str)> = hook
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        fields,
        [
            ("To", "+1925"),
            ("Digits", "471"),
            ("Name", "a b&c"),
            ("Digits", "")
        ]
    );
}

#[tokio::test]
async fn a_call_that_does_not_believe_it_looks_like_no_call_at_all() {
    let (door, _) = door().await;
    let of_a_call = format!("/hooks/voice/{TOKEN}/3");
    let of_none = "/hooks/voice/another/3";

    let mut wrong = request(&of_a_call);
    wrong
        .headers_mut()
        .unwrap()
        .insert("x-twilio-signature", "wrong".parse().unwrap());
    let wrong = ask(&door, wrong, "Digits=471").await;
    let unknown = ask(&door, request(of_none), "Digits=471").await;
    let nowhere = ask(&door, request("/hooks/voice"), "Digits=471").await;

    for answer in [&wrong, &unknown] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers["content-type"], nowhere.headers["content-type"]);
    }
    let text = |answer: &Answer| {
        answer
            .text
            .replace(answer.headers["x-request-id"].to_str().unwrap(), "")
    };
    assert_eq!(text(&wrong), text(&unknown));
    assert_eq!(text(&wrong), text(&nowhere));
}

#[tokio::test]
async fn what_no_provider_sends_does_not_even_reach_the_call() {
    let (door, call) = door().await;
    let path = format!("/hooks/voice/{TOKEN}/3");
    let unsigned = Request::post(&path)
        .header(header::HOST, "vault.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let json = Request::post(&path)
        .header(header::HOST, "vault.example")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-twilio-signature", "right");

    let long = "a=".to_owned() + &"b".repeat(17 * 1024);
    for answer in [
        ask(&door, unsigned, "Digits=471").await,
        ask(&door, json, "{}").await,
        ask(&door, request(&path), long).await,
        ask(&door, request(&format!("{path}?x=1")), "Digits=471").await,
        ask(&door, request(&format!("{path}/4")), "Digits=471").await,
    ] {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    }
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let answer = ask(&door, request(&path).header(name, value), "Digits=471").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    assert!(call.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_recordings_of_a_call_are_there_for_whoever_knows_its_token() {
    let (door, _) = door().await;
    let get = |path: String| Request::get(path).header(header::HOST, "vault.example");

    let found = ask(
        &door,
        get(format!("/hooks/voice/{TOKEN}/greeting.wav")),
        Body::empty(),
    )
    .await;
    assert_eq!((found.status, found.text.as_str()), (StatusCode::OK, "RIFF"));
    assert_eq!(found.headers["content-type"], "audio/wav");
    for path in [
        "/hooks/voice/another/greeting.wav",
        "/hooks/voice/the-token-of-a-call/other.wav",
    ] {
        let missing = ask(&door, get(path.to_owned()), Body::empty()).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
    }
}
