use axum::http::Method;
use serde_json::{Value, json};

use super::Scene;

#[tokio::test]
async fn no_answer_ever_shows_the_password_of_the_mail_server() {
    let scene = Scene::new().await;
    let none = scene.get("/settings/mail").await;
    assert_eq!((&none["value"], &none["revision"]), (&Value::Null, &json!(0)));
    let put = |host: &str, password: Value, revision: u32| json!({ "value": { "host": host, "port": 587, "username": "u", "password": password }, "revision": revision });

    let first = put("mail.example.org", json!("s3cret-of-mail"), 0);
    scene
        .send(Method::PUT, "/settings/mail", first.clone(), 204)
        .await;
    let stale = scene.send(Method::PUT, "/settings/mail", first, 409).await;
    assert!(!stale.text.contains("s3cret"), "{}", stale.text);
    let kept = put("mail.example.org", json!(true), 1);
    scene.send(Method::PUT, "/settings/mail", kept, 204).await;
    let shown = scene.get("/settings/mail").await;
    assert_eq!(shown["value"]["password"], true);
    assert_eq!(
        (&shown["revision"], &shown["changed_by"]),
        (&json!(2), &json!("admin"))
    );
    let test = json!({ "value": { "host": "mail.example.org", "password": "s3cret-of-mail" }, "to": "a@example.org" });
    let tested = scene.send(Method::POST, "/settings/mail/test", test, 200).await;
    assert_eq!(
        tested.json(),
        json!({ "taken": true, "problem": null, "dialogue": [
            { "speaker": "note", "text": "connected" },
            { "speaker": "us", "text": "RCPT TO:<a@example.org>" },
            { "speaker": "server", "text": "250 kept" },
        ] })
    );
    for path in ["/settings/mail", "/audit", "/mail", "/mfa/policy"] {
        let answer = scene.program.get(path).await;
        assert!(!answer.text.contains("s3cret"), "{path}: {}", answer.text);
    }

    scene
        .send(Method::DELETE, "/settings/mail?revision=1", Value::Null, 409)
        .await;
    scene
        .send(Method::DELETE, "/settings/mail", Value::Null, 400)
        .await;
    scene
        .send(Method::DELETE, "/settings/mail?revision=2", Value::Null, 204)
        .await;
    assert_eq!(scene.get("/settings/mail").await["revision"], 0);
    let again = put("mail.example.org", json!("s3cret-of-mail"), 0);
    scene.send(Method::PUT, "/settings/mail", again, 204).await;
    assert_eq!(scene.get("/settings/mail").await["revision"], 4);
}

#[tokio::test]
async fn wrong_settings_are_refused_by_the_plug_in() {
    let scene = Scene::new().await;
    let radius = |secret: &str| {
        json!({ "revision": 0, "value": { "servers": [
            { "host": "radius.example.org", "port": 1812, "transport": { "udp": { "secret": secret } } }
        ] } })
    };

    let refused = scene
        .send(
            Method::PUT,
            "/settings/radius",
            json!({ "revision": 0, "value": { "servers": [] } }),
            422,
        )
        .await;
    assert_eq!(refused.json()["code"], "invalid");
    scene
        .send(
            Method::PUT,
            "/settings/radius",
            radius("s3cret-of-radius-and-more"),
            204,
        )
        .await;
    let shown = scene.get("/settings/radius").await;
    assert_eq!(shown["value"]["servers"][0]["transport"]["udp"]["secret"], true);
}

#[tokio::test]
async fn what_calls_cost_is_set_in_the_smallest_unit_and_told_with_what_was_spent() {
    let scene = Scene::new().await;
    let phone = |change: &dyn Fn(&mut Value)| {
        let mut value = json!({
            "trunks": [{ "host": "sip.example.org", "transport": "udp", "username": "portcullis" }],
            "countries": ["US"],
            "limits": { "budget_of_a_day": 5000 },
            "prices": { "currency": "EUR", "a_minute": 2, "countries": { "DE": 4 } },
        });
        change(&mut value);
        json!({ "revision": 0, "value": value })
    };
    let nothing = scene.get("/settings/phone/spending").await;
    assert_eq!(
        nothing,
        json!({ "currency": null, "spent": 0, "budget_of_a_day": null })
    );

    for (field, change) in [
        (
            "currency",
            &(|it: &mut Value| it["prices"]["currency"] = "\u{20ac}".into()) as &dyn Fn(&mut Value),
        ),
        ("price", &|it| it["prices"]["a_minute"] = 0.into()),
        ("prices", &|it| {
            it["prices"]["countries"] = json!({ "Germany": 4 });
        }),
        ("budget_of_a_day", &|it| {
            it["limits"]["budget_of_a_day"] = 1.into();
        }),
        ("limits", &|it| it["limits"]["to_a_country_in_a_day"] = 0.into()),
    ] {
        let refused = scene
            .send(Method::PUT, "/settings/phone", phone(change), 422)
            .await;
        assert_eq!(refused.json()["errors"][0]["field"], field, "{}", refused.text);
    }
    let float = phone(&|it| it["prices"]["a_minute"] = json!(0.02));
    scene.send(Method::PUT, "/settings/phone", float, 422).await;
    scene
        .send(Method::PUT, "/settings/phone", phone(&|_| {}), 204)
        .await;

    let spending = scene.get("/settings/phone/spending").await;
    assert_eq!(
        spending,
        json!({ "currency": "EUR", "spent": 0, "budget_of_a_day": 5000 })
    );
}

#[tokio::test]
async fn the_log_of_calls_takes_known_words_and_moments_only() {
    let scene = Scene::new().await;
    let asked = "/calls?who=alice&outcome=no_answer&since=2026-11-21T00:00:00Z&size=1";
    assert_eq!(scene.get(asked).await["items"], json!([]));
    for (query, field) in [
        ("outcome=perhaps", "outcome"),
        ("since=yesterday", "since"),
        ("until=1", "until"),
    ] {
        for path in ["/calls", "/calls/csv"] {
            let refused = scene
                .send(Method::GET, &format!("{path}?{query}"), Value::Null, 422)
                .await;
            assert!(refused.text.contains(field), "{query}: {}", refused.text);
        }
    }
    scene
        .send(Method::GET, "/calls?sort=cost", Value::Null, 400)
        .await;
}
