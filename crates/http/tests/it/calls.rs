//! The page of a phone call, for those who have no business there, and for those who are hurled out of it.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::factors::SetPhone;
use portcullis_ops::sessions::Ask;
use portcullis_ops::settings::{Connection, Put};
use portcullis_telephony::{KeySource, NotReached, Outcome};
use portcullis_testkit::{Person, World};
use serde_json::json;

use crate::browser::{Browser, doors, send};

const HERE: &str = "/sign-in/call";
/// Leads to the page of whatever is asked.
const ONWARD: &str = "/sign-in/code";
const LOGIN: &str = "__Host-portcullis_login";

/// Trunks, and people who are called at these numbers.
async fn called<const N: usize>(world: &World, people: [(&str, &str); N]) -> [Person; N] {
    world
        .switch_on(&[FactorKind::Phone, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    let put = Put {
        connection: Connection::Phone,
        value: json!({
            "trunks": [{ "host": "sip.example.org", "transport": "udp", "username": "portcullis" }],
            "countries": ["US"],
        }),
        revision: 0,
    };
    let administrator = world.fresh_administrator().await;
    world.gate.write(&administrator, put).await.unwrap();
    let mut found = Vec::new();
    for (username, number) in people {
        let person = world.user(username, Role::PasswordUser).await;
        let set = SetPhone {
            id: person.id,
            number: number.to_owned(),
            reason: "from the directory".to_owned(),
        };
        let administrator = world.fresh_administrator().await;
        world.gate.write(&administrator, set).await.unwrap();
        world
            .require_of(person.id, &[FactorKind::Phone, FactorKind::Totp])
            .await;
        found.push(person);
    }
    found.try_into().unwrap_or_else(|_| unreachable!())
}

/// The token of a sign-in that is asked for the phone.
async fn at_the_phone(world: &World, person: &Person) -> Secret {
    world.clock.advance(Duration::from_secs(30));
    let token = world.pass_password(&world.gate, person).await;
    world
        .choose(&world.gate, &token, FactorKind::Phone)
        .await
        .unwrap();
    token
}

#[tokio::test]
async fn who_has_not_passed_the_password_is_led_back_and_nobody_is_called() {
    let world = World::new().await;
    let [alice] = called(&world, [("alice", "1 9259249500")]).await;
    let begun = world.begin(&world.gate, &alice.username).await;
    let made_up = Secret::new("made-up");
    for token in [None, Some(&made_up), Some(&begun)] {
        let mut browser = match token {
            Some(token) => Browser::with(&world, LOGIN, token),
            None => Browser::new(&world),
        };
        for answer in [browser.get(HERE).await, browser.post(HERE, &[]).await] {
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
            assert!(answer.location().starts_with("/sign-in"), "{}", answer.location());
            assert_ne!(answer.location(), HERE);
        }
    }
    assert_eq!(world.count("calls").await, 0);
}

#[tokio::test]
async fn what_no_page_sends_places_no_call() {
    let world = World::new().await;
    let [alice] = called(&world, [("alice", "1 9259249500")]).await;
    let token = at_the_phone(&world, &alice).await;
    let door = doors(&world);
    let post = |kind: &str, origin: &str, body: &'static str| {
        Request::post(HERE)
            .header(header::HOST, "vault.example")
            .header(header::ORIGIN, origin)
            .header(header::COOKIE, format!("{LOGIN}={}", token.expose()))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap()
    };
    let form = "application/x-www-form-urlencoded";
    for (kind, origin, body, status) in [
        (
            "application/json",
            "https://vault.example",
            "{}",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "text/plain",
            "https://vault.example",
            "next=",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (form, "https://evil.example", "next=", StatusCode::FORBIDDEN),
    ] {
        let answer = send(&door, post(kind, origin, body)).await;
        assert_eq!(answer.status, status, "{kind} {origin}");
        assert_eq!(world.count("calls").await, 0, "{kind} {origin}");
    }

    // A form without any field is as good as one with an empty one: there is nothing in it that is needed.
    let answer = send(&door, post(form, "https://vault.example", "")).await;
    assert_eq!(answer.location(), ONWARD);
    assert_eq!(world.count("calls").await, 1);
}

#[tokio::test]
async fn the_same_request_twice_at_once_rings_once() {
    let world = World::new().await;
    let [alice] = called(&world, [("alice", "1 9259249500")]).await;
    let token = at_the_phone(&world, &alice).await;
    let (mut one, mut two) = (
        Browser::with(&world, LOGIN, &token),
        Browser::with(&world, LOGIN, &token),
    );

    let answers = tokio::join!(one.post(HERE, &[]), two.post(HERE, &[]));

    for answer in [&answers.0, &answers.1] {
        let is_fine = answer.location() == ONWARD || answer.status == StatusCode::CONFLICT;
        assert!(is_fine, "{} {}", answer.status, answer.text);
    }
    assert_eq!(world.count("calls").await, 1);
    assert_eq!(world.place_calls(&world.gate).await, 1);
}

#[tokio::test]
async fn nobody_sees_or_ends_the_call_of_somebody_else() {
    let world = World::new().await;
    let [alice, bob] = called(&world, [("alice", "1 9259249500"), ("bob", "1 9259249501")]).await;
    let (of_alice, of_bob) = (
        at_the_phone(&world, &alice).await,
        at_the_phone(&world, &bob).await,
    );
    let mut mine = Browser::with(&world, LOGIN, &of_alice);
    mine.post(HERE, &[]).await;
    world.place_calls(&world.gate).await;
    let mut other = Browser::with(&world, LOGIN, &of_bob);

    let page = other.get(HERE).await;
    assert!(
        !page.text.contains("alice") && !page.text.contains("••00"),
        "{}",
        page.text
    );
    let ids = world.texts("SELECT CAST(outcome AS TEXT) FROM calls").await;
    for (name, value) in [
        ("owner", "1"),
        ("call", "1"),
        ("login", of_alice.expose()),
        ("method", "phone"),
    ] {
        other.post("/sign-in/cancel", &[(name, value)]).await;
    }

    assert_eq!(world.texts("SELECT CAST(outcome AS TEXT) FROM calls").await, ids);
    world
        .until("alice's call is under way", async || {
            world.switchboard.under_way() == 1
        })
        .await;
    mine.get(HERE).await.shows("+1 ••• ••• ••00");
}

#[tokio::test]
async fn a_confirmation_that_was_reported_on_the_phone_leads_to_the_sign_in_page_with_the_reason() {
    let world = World::new().await;
    let [alice] = called(&world, [("alice", "1 9259249500")]).await;
    let ask = Ask {
        method: FactorKind::Phone,
    };
    let me = world.sign_in(&alice).await.unwrap();
    let _ = world.gate.remote(&me.caller, ask).await.unwrap();
    world.place_calls(&world.gate).await;
    let mut browser = Browser::of(&world, &me);
    browser.get("/me/confirm/call").await.shows("Confirm it's you");

    world.switchboard.end(Outcome::Fraud { block: true });
    world
        .until("the session is over", async || {
            world.caller(&me.session_token).await.is_none()
        })
        .await;

    let ended = browser.get("/me/confirm/call?next=/me/security").await;
    assert!(
        ended.location().starts_with("/sign-in?notice=not-you&next="),
        "{}",
        ended.location()
    );
    assert!(!browser.has("__Host-portcullis_session"));
    browser
        .get(ended.location())
        .await
        .shows("Somebody on the phone said that this wasn't you, so the sign-in was ended.");
}

#[tokio::test]
async fn the_log_is_filtered_by_its_address_and_taken_out_as_a_file() {
    let world = World::new().await;
    let [alice, bob] = called(&world, [("alice", "1 9259249500"), ("bob", "1 9259249501")]).await;
    for (person, outcome) in [
        (&alice, Outcome::Granted(KeySource::Event)),
        (&bob, NotReached::Busy.into()),
    ] {
        let token = at_the_phone(&world, person).await;
        Browser::with(&world, LOGIN, &token).post(HERE, &[]).await;
        world.place_calls(&world.gate).await;
        world.switchboard.end(outcome);
        world
            .until("the call has ended", async || {
                let outcomes = world.texts("SELECT CAST(outcome AS TEXT) FROM calls").await;
                outcomes.iter().all(|outcome| !outcome.is_empty())
            })
            .await;
    }
    let mut browser = Browser::of(&world, &world.administrator().await);

    let page = browser.get("/admin/phone/calls").await;
    for text in ["alice", "+1 ••• ••• ••00", "granted", "bob", "busy", "192.0.2."] {
        page.shows(text);
    }
    let busy = browser.get("/admin/phone/calls?outcome=busy").await;
    busy.shows("••01");
    busy.shows("/admin/phone/calls/csv?outcome=busy");
    assert!(!busy.text.contains("••00"));
    browser
        .get("/admin/phone/calls?who=bob&outcome=granted")
        .await
        .shows("No call fits this filter.");
    let file = browser.get("/admin/phone/calls/csv?who=alice").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(
        lines[0].starts_with("\"Time\",\"Person\",\"Number\""),
        "{lines:?}"
    );
    assert!(
        lines.len() == 2 && lines[1].contains("\"alice\",\"'+1 ••• ••• ••00\",\"US\",\"Sign-in\""),
        "{lines:?}"
    );

    world.clock.advance(Duration::from_mins(14));
    browser.get("/").await;
    world.clock.advance(Duration::from_mins(2));
    let stale = browser.get("/admin/phone/calls/csv?who=alice").await;
    assert_eq!(
        stale.location(),
        "/me/confirm?next=/admin/phone/calls%3Fwho%3Dalice"
    );
}
