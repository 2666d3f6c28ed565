//! Between the server and its agent: what happens when one of them is down, slow, or not who it says it is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use portcullis_model::{AGENT_SEAL, CallOutcome, FactorError, Secret};
use portcullis_phone_agent::router;
use portcullis_testkit::phones::{Behaviour, Sipp};

use crate::office::{Certified, Office, PERSON, Server, serve};

/// Somebody in between, with a certificate that the server trusts.
async fn between<F, A>(office: &Office, mode: &str, meddle: F) -> Server
where
    F: Fn(Request, Next) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response> + Send + 'static,
{
    let certified = Certified::new("localhost");
    let meddled = router(Arc::clone(&office.agent)).layer(from_fn(meddle));
    let address = serve(meddled, &certified).await;
    Server::new(address, &office.password, &certified.authority, mode)
}

/// What an answer was about, its status, its seal and its body.
type Said = (String, u16, String, Vec<u8>);

/// A phone on which `#` is pressed once the voice has said what to do.
fn willing() -> Sipp {
    Sipp::play_slowly(Behaviour::Info('#'), Duration::from_secs(15))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_by_the_agent_lets_in_once() {
    let phone = willing();
    let office = Office::new(phone.port);
    let server = Server::honest(&office, "confirm").await;

    let challenge = server.challenge(PERSON).await.unwrap();
    let request = challenge.call.unwrap();
    assert_eq!(request.masked, "+1 ••• ••• ••00 (ext. 292)");
    assert_eq!(server.place(&request.spec).await, CallOutcome::Granted);

    // The same call again is the same call, and its yes was taken.
    assert_eq!(server.place(&request.spec).await, CallOutcome::Lost);
    assert_eq!(office.agent.calls().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_ask_for_one_call_ring_once() {
    let phone = willing();
    let office = Office::new(phone.port);
    let server = Server::honest(&office, "confirm").await;
    let request = server.challenge(PERSON).await.unwrap().call.unwrap();

    let (one, other) = tokio::join!(server.place(&request.spec), server.place(&request.spec));

    let granted = [one, other]
        .iter()
        .filter(|outcome| **outcome == CallOutcome::Granted)
        .count();
    assert_eq!(granted, 1, "{one:?} {other:?}");
    assert_eq!(office.agent.calls().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_down_is_a_no() {
    let office = Office::new(1);
    let gone = "127.0.0.1:1".parse().unwrap();
    let server = Server::new(
        gone,
        &office.password,
        &Certified::new("localhost").authority,
        "confirm",
    );

    let asked = server.challenge(PERSON).await;
    assert!(
        matches!(&asked, Err(FactorError::Unreachable { text, .. }) if *text == "The phone agent did not answer."),
        "{:?}",
        asked.err()
    );
    let honest = Server::honest(&office, "confirm").await;
    let spec = honest.challenge(PERSON).await.unwrap().call.unwrap().spec;
    assert_eq!(server.place(&spec).await, CallOutcome::ProviderDown);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_takes_too_long_is_a_no() {
    let office = Office::new(1);
    let slow = between(&office, "confirm", async |request: Request, next: Next| {
        tokio::time::sleep(Duration::from_mins(1)).await;
        next.run(request).await
    })
    .await;
    let honest = Server::honest(&office, "confirm").await;
    let spec = honest.challenge(PERSON).await.unwrap().call.unwrap().spec;

    let begun = Instant::now();
    assert!(slow.challenge(PERSON).await.is_err());
    assert_eq!(slow.place(&spec).await, CallOutcome::ProviderDown);
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_yes_is_a_no() {
    // Nobody presses anything, and somebody in between says that they did.
    let phone = Sipp::play(Behaviour::RingForever);
    let office = Office::new(phone.port);
    let forge = async |request: Request, next: Next| {
        let response = next.run(request).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 100_000).await.unwrap();
        let text = String::from_utf8_lossy(&body)
            .replace("\"outcome\":null", "\"outcome\":\"granted\"")
            .replace("\"granted\":false", "\"granted\":true");
        let mut parts = parts;
        parts.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(parts, Body::from(text))
    };
    let server = between(&office, "confirm", forge).await;

    let outcome = server.call().await;

    assert_eq!(outcome, CallOutcome::ProviderDown);
    let calls = office.agent.calls().unwrap();
    assert_ne!(calls[0].outcome, Some(CallOutcome::Granted));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_answers_without_the_password_is_a_no() {
    let office = Office::new(1);
    let honest = Server::honest(&office, "confirm").await;
    let spec = honest.challenge(PERSON).await.unwrap().call.unwrap().spec;
    for (status, body, seal) in [
        (200, "", ""),
        (200, "{}", "00"),
        (
            200,
            r#"{"request":"","step":"over","outcome":"granted","report":null}"#,
            "",
        ),
        (204, "", ""),
        (302, "", ""),
        (500, "oops", ""),
    ] {
        let certified = Certified::new("localhost");
        let answer = move || async move {
            let headers = [(AGENT_SEAL, seal), ("location", "https://localhost:1/")];
            (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
        };
        let address = serve(Router::new().fallback(answer), &certified).await;
        let server = Server::new(address, &office.password, &certified.authority, "confirm");

        assert!(server.challenge(PERSON).await.is_err(), "{status} {body}");
        assert_eq!(
            server.place(&spec).await,
            CallOutcome::ProviderDown,
            "{status} {body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_of_another_call_is_a_no() {
    // One call is granted; everything that the agent said about it is played back for the next one.
    let first = willing();
    let office = Office::new(first.port);
    let kept: Arc<Mutex<Vec<Said>>> = Arc::default();
    let is_replaying = Arc::new(AtomicUsize::new(0));
    let (tape, replaying) = (Arc::clone(&kept), Arc::clone(&is_replaying));
    let server = between(&office, "confirm", move |request: Request, next: Next| {
        let (tape, replaying) = (Arc::clone(&tape), Arc::clone(&replaying));
        async move {
            let kind = request
                .uri()
                .path()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned();
            let kind = if kind == "take" { kind } else { "view".to_owned() };
            let is_about_a_call = request.uri().path().contains("/calls");
            if is_about_a_call && replaying.load(Ordering::SeqCst) == 1 {
                let known = tape
                    .lock()
                    .unwrap()
                    .iter()
                    .rev()
                    .find(|(of, ..)| *of == kind)
                    .cloned();
                let (_, status, seal, body) = known.expect("such an answer was given before");
                let status = StatusCode::from_u16(status).unwrap();
                return (status, [(AGENT_SEAL, seal)], body).into_response();
            }
            let response = next.run(request).await;
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, 100_000).await.unwrap().to_vec();
            let seal = parts.headers[AGENT_SEAL].to_str().unwrap().to_owned();
            if is_about_a_call {
                tape.lock()
                    .unwrap()
                    .push((kind, parts.status.as_u16(), seal, body.clone()));
            }
            Response::from_parts(parts, Body::from(body))
        }
    })
    .await;
    assert_eq!(server.call().await, CallOutcome::Granted);
    assert!(kept.lock().unwrap().iter().any(|(kind, ..)| kind == "take"));

    is_replaying.store(1, Ordering::SeqCst);

    assert_eq!(server.call().await, CallOutcome::ProviderDown);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_is_a_no_and_ends_the_old_one_at_once() {
    let office = Office::new(1);
    let server = Server::honest(&office, "confirm").await;
    assert!(server.challenge(PERSON).await.is_ok());

    office.agent.draw_password("portcullis").unwrap();

    let refused = server.challenge(PERSON).await.err().unwrap().to_string();
    assert!(
        refused.contains("does not accept the user name or the password"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_imported_authority_may_vouch_for_the_agent() {
    let office = Office::new(1);
    let refusal = async |certified: Certified, authority: &str| {
        let address = serve(router(Arc::clone(&office.agent)), &certified).await;
        let server = Server::new(address, &office.password, authority, "confirm");
        let begun = Instant::now();
        let refused = server
            .challenge(PERSON)
            .await
            .err()
            .map(|error| error.to_string());
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        refused
    };
    let right = Certified::new("localhost");
    let authority = right.authority.clone();
    assert_eq!(refusal(right, &authority).await, None);

    let wrong = refusal(Certified::new("localhost"), &authority).await.unwrap();
    assert!(
        wrong.contains("not vouched for by an authority that is trusted here"),
        "{wrong}"
    );

    let expired = Certified::with("localhost", |params| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    });
    let authority = expired.authority.clone();
    let expired = refusal(expired, &authority).await.unwrap();
    assert!(expired.contains("its certificate has expired"), "{expired}");

    let elsewhere = Certified::new("phones.example.org");
    let authority = elsewhere.authority.clone();
    let elsewhere = refusal(elsewhere, &authority).await.unwrap();
    assert!(elsewhere.contains("for another host name"), "{elsewhere}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_good_for_a_minute() {
    let phone = willing();
    let office = Office::new(phone.port);
    let clock = Arc::clone(&office.clock);
    let late = between(&office, "confirm", move |request: Request, next: Next| {
        let clock = Arc::clone(&clock);
        async move {
            if request.uri().path().ends_with("/take") {
                clock.advance(Duration::from_secs(61));
            }
            next.run(request).await
        }
    })
    .await;

    assert_eq!(late.call().await, CallOutcome::Lost);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_killed_in_mid_call_grants_nothing_afterwards() {
    let phone = Sipp::play(Behaviour::RingForever);
    let office = Office::new(phone.port);
    let server = Server::honest(&office, "confirm").await;
    let spec = server.challenge(PERSON).await.unwrap().call.unwrap().spec;
    let (phone_of_server, settings) = (Arc::clone(&server.phone), server.settings.clone());
    let placed = spec.clone();
    let placing = tokio::spawn(async move {
        use portcullis_model::Telephone;
        phone_of_server.place(&settings, &placed, &|_| {}).await
    });
    while office.agent.calls().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    placing.abort();

    // What stands in its database is all that the next process knows.
    let next = Office {
        agent: Arc::new(crate::office::open(&office.path, &office.clock)),
        password: Secret::new(office.password.expose()),
        clock: Arc::clone(&office.clock),
        path: office.path.clone(),
        folder: office.folder,
    };
    next.agent.tidy_up().unwrap();
    let server = Server::honest(&next, "confirm").await;

    assert_eq!(server.place(&spec).await, CallOutcome::Lost);
}
