use axum::http::Method;
use portcullis_model::{Role, Scope};
use serde_json::{Value, json};

use super::{NOBODY, Scene};
use crate::api::Program;

#[tokio::test]
async fn what_is_wrong_or_not_there_is_said_in_a_problem_document() {
    let scene = Scene::new().await;
    let radius = json!({ "revision": 0, "value": { "servers": [] } });

    for (method, path, body, status) in [
        (Method::GET, "/settings/ldap", Value::Null, 404),
        (Method::PUT, "/settings/ldap", radius, 404),
        (Method::PUT, "/settings/radius", json!({ "revision": 0 }), 422),
        (
            Method::PUT,
            "/settings/radius",
            json!({ "revision": -1, "value": {} }),
            422,
        ),
        (
            Method::PUT,
            "/settings/radius",
            json!({ "revision": 0, "value": "x" }),
            422,
        ),
        (
            Method::POST,
            "/settings/mail/test",
            json!({ "value": {}, "to": "nonsense" }),
            422,
        ),
        (
            Method::POST,
            "/settings/mail/test",
            json!({ "to": "a@example.org" }),
            422,
        ),
        (Method::POST, "/mfa/preview", json!({}), 409),
        (
            Method::POST,
            "/mfa/preview",
            json!({ "groups": [{ "id": NOBODY, "requirement": null }] }),
            404,
        ),
        (
            Method::POST,
            "/mfa/preview",
            json!({ "groups": [{ "id": NOBODY }] }),
            422,
        ),
        (
            Method::POST,
            "/mfa/preview",
            json!({ "site": { "methods": ["totp"] } }),
            422,
        ),
        (
            Method::POST,
            "/mfa/preview",
            json!({ "groups": [{ "id": NOBODY, "requirement": { "methods": [] } }] }),
            422,
        ),
        (
            Method::POST,
            "/mfa/preview",
            json!({ "groups": [{ "id": NOBODY, "requirement": { "methods": ["totp"], "grace": { "until": "soon" } } }] }),
            422,
        ),
        (
            Method::POST,
            "/mfa/changes",
            json!({ "change": { "groups": [{ "id": NOBODY, "requirement": null }] }, "summary": "x", "version": 0,
                 "at": "soon" }),
            422,
        ),
        (
            Method::POST,
            "/mfa/changes/0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70/undo",
            Value::Null,
            404,
        ),
        (
            Method::GET,
            "/users/0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70/mfa",
            Value::Null,
            404,
        ),
    ] {
        let answer = scene.send(method, path, body, status).await;
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn nobody_but_an_administrator_comes_near_any_of_it() {
    let scene = Scene::new().await;
    let auditor = scene.world.user("carol", Role::PasswordAuditor).await;
    let theirs = Program::of(&scene.world, &auditor, &Scope::FOR_TOKENS).await;
    let only_reads = Program::of(&scene.world, &scene.administrator, &[Scope::Read]).await;
    let id = auditor.id;
    let change = json!({ "groups": [{ "id": NOBODY, "requirement": null }] });

    for (method, path, body) in [
        (Method::GET, "/groups".to_owned(), Value::Null),
        (Method::POST, "/groups".to_owned(), json!({ "name": "x" })),
        (Method::PATCH, format!("/groups/{NOBODY}"), json!({ "name": "x" })),
        (Method::DELETE, format!("/groups/{NOBODY}"), Value::Null),
        (
            Method::PUT,
            format!("/users/{id}/group"),
            json!({ "group": null }),
        ),
        (Method::GET, "/mfa/policy".to_owned(), Value::Null),
        (Method::POST, "/mfa/preview".to_owned(), change.clone()),
        (
            Method::POST,
            "/mfa/changes".to_owned(),
            json!({ "change": change, "summary": "x", "version": 0 }),
        ),
        (Method::POST, format!("/mfa/changes/{NOBODY}/undo"), Value::Null),
        (Method::GET, format!("/users/{id}/mfa"), Value::Null),
        (
            Method::POST,
            format!("/users/{id}/mfa/reset"),
            json!({ "method": "totp" }),
        ),
        (
            Method::POST,
            format!("/users/{id}/mfa/pass"),
            json!({ "minutes": 30, "reason": "x" }),
        ),
        (
            Method::PUT,
            format!("/users/{id}/emails"),
            json!({ "email": "", "email2": "" }),
        ),
        (Method::GET, "/settings/mail".to_owned(), Value::Null),
        (
            Method::PUT,
            "/settings/mail".to_owned(),
            json!({ "value": {}, "revision": 0 }),
        ),
        (
            Method::DELETE,
            "/settings/mail?revision=0".to_owned(),
            Value::Null,
        ),
        (
            Method::POST,
            "/settings/mail/test".to_owned(),
            json!({ "value": {}, "to": "a@example.org" }),
        ),
        (Method::GET, "/mail".to_owned(), Value::Null),
    ] {
        for program in [&theirs, &only_reads] {
            let answer = program.send(method.clone(), &path, body.clone()).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text);
        }
    }
}
