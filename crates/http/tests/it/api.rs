use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use portcullis_model::{Role, Scope};
use portcullis_ops::tokens;
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

use crate::browser::{Answer, doors, send};

pub(crate) struct Program {
    router: Router,
    token: String,
}

impl Program {
    pub(crate) async fn of(world: &World, person: &Person, scopes: &[Scope]) -> Self {
        let add = tokens::Add {
            name: "test".to_owned(),
            scopes: scopes.to_vec(),
            days: 7,
        };
        let made = world.gate.write(&person.caller, add).await.unwrap();
        Self {
            router: doors(world),
            token: made.token.expose().to_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, "").await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        self.ask(method, path, &body.to_string()).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v2{path}"))
            .header(header::HOST, "vault.example")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        send(&self.router, request).await
    }
}

#[tokio::test]
async fn a_program_walks_through_the_whole_vault() {
    let world = World::new().await;
    let person = world.administrator().await;
    let program = Program::of(&world, &person, &Scope::FOR_TOKENS).await;

    assert_eq!(program.get("/me").await.json()["username"], "admin");
    let draft =
        json!({ "name": "db-prod-01", "kind": "Linux", "attributes": [{ "name": "rack", "value": "B7" }] });
    let made = program.send(Method::POST, "/resources", draft).await;
    assert_eq!(made.status, 201);
    let resource = made.json()["id"].as_str().unwrap().to_owned();
    let new = json!({ "resource": resource, "name": "root", "password": "first-password-of-root" });
    let made = program.send(Method::POST, "/accounts", new).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.location(), format!("/api/v2/accounts/{id}"));
    let found = program.get("/accounts?query=root&kind=Linux&size=1").await.json();
    assert_eq!(found["items"][0]["id"], id.as_str());
    let change = json!({ "notes": "main database" });
    assert_eq!(
        program
            .send(Method::PATCH, &format!("/accounts/{id}"), change)
            .await
            .status,
        204
    );
    assert_eq!(
        program.get(&format!("/accounts/{id}")).await.json()["notes"],
        "main database"
    );
    let change = json!({ "address": "10.0.0.4" });
    assert_eq!(
        program
            .send(Method::PATCH, &format!("/resources/{resource}"), change)
            .await
            .status,
        204
    );
    let facts = program.get(&format!("/resources/{resource}")).await.json();
    assert_eq!(
        (&facts["address"], &facts["kind"]),
        (&json!("10.0.0.4"), &json!("Linux"))
    );
    let reveal = json!({ "reason": "INC-1" });
    let shown = program
        .send(Method::POST, &format!("/accounts/{id}/reveal"), reveal)
        .await;
    assert_eq!(shown.json(), json!({ "password": "first-password-of-root" }));
    let set = program
        .send(
            Method::PUT,
            &format!("/accounts/{id}/password"),
            json!({ "reason": "due" }),
        )
        .await;
    assert_eq!(set.json(), json!({ "version": 2 }));
    let versions = program.get(&format!("/accounts/{id}/versions")).await.json();
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_program_shares_deletes_and_oversees() {
    let world = World::new().await;
    let person = world.administrator().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let program = Program::of(&world, &person, &Scope::FOR_TOKENS).await;
    let resource = world.resource(&person, "db-prod-01").await;
    let id = world
        .account(&person, resource, "root", "first-password-of-root")
        .await;
    world.reveal(&person, id).await.unwrap();

    let grant = format!("/accounts/{id}/grants/{}", bob.id);
    assert_eq!(
        program
            .send(Method::PUT, &grant, json!({ "right": "view" }))
            .await
            .status,
        204
    );
    assert!(
        program
            .get(&format!("/accounts/{id}/grants"))
            .await
            .text
            .contains("\"bob\"")
    );
    assert_eq!(program.ask(Method::DELETE, &grant, "").await.status, 204);
    assert_eq!(
        program
            .ask(Method::DELETE, &format!("/accounts/{id}"), "")
            .await
            .status,
        204
    );
    assert_eq!(program.get(&format!("/accounts/{id}")).await.status, 404);
    assert_eq!(
        program
            .ask(Method::POST, &format!("/accounts/{id}/restore"), "")
            .await
            .status,
        204
    );
    assert_eq!(
        program
            .get("/audit?operation=account.reveal_password")
            .await
            .json()["items"][0]["actor"],
        "admin"
    );
    assert_eq!(program.get("/audit/verify").await.json()["problems"], json!([]));
    assert_eq!(
        program.get("/policies").await.json()["items"][0]["name"],
        "Strong"
    );
    let drawn = program
        .send(Method::POST, "/passwords", json!({ "policy": "Short" }))
        .await
        .json();
    assert!(12 <= drawn["password"].as_str().unwrap().len());
    assert_eq!(
        program.get("/users").await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let lock = program
        .send(
            Method::POST,
            &format!("/users/{}/lock", bob.id),
            json!({ "reason": "left" }),
        )
        .await;
    assert_eq!(lock.status, 204);
}

#[tokio::test]
async fn problems_are_documents_and_never_faults_of_the_server() {
    let world = World::new().await;
    let person = world.administrator().await;
    let program = Program::of(&world, &person, &Scope::FOR_TOKENS).await;
    let missing = "/accounts/0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70";
    let cases = [
        (Method::GET, missing, "", 404, "not_found"),
        (Method::GET, "/accounts/nonsense", "", 400, "bad_request"),
        (Method::GET, "/nowhere", "", 404, "not_found"),
        (Method::GET, "/accounts?size=many", "", 400, "bad_request"),
        (Method::DELETE, "/me", "", 405, "method_not_allowed"),
        (Method::POST, "/resources", "{", 400, "bad_request"),
        (Method::POST, "/resources", "", 400, "bad_request"),
        (Method::POST, "/resources", "{}", 422, "unprocessable"),
        (Method::POST, "/resources", "[]", 422, "unprocessable"),
        (
            Method::POST,
            "/resources",
            r#"{"name":"a","owner":"me"}"#,
            422,
            "unprocessable",
        ),
        (Method::POST, "/resources", r#"{"name":7}"#, 422, "unprocessable"),
        (Method::POST, "/resources", r#"{"name":""}"#, 422, "invalid"),
        (Method::GET, "/audit?since=yesterday", "", 422, "invalid"),
    ];

    for (method, path, body, status, code) in cases {
        let answer = program.ask(method, path, body).await;

        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{path} {body}");
        assert_eq!(
            problem["request_id"],
            answer.headers["x-request-id"].to_str().unwrap()
        );
    }
    let unknown = program
        .ask(Method::POST, "/resources", r#"{"name":"a","owner":"me"}"#)
        .await;
    assert_eq!(unknown.json()["detail"], "The field `owner` is unknown.");
}

#[tokio::test]
async fn only_a_valid_token_with_the_scope_opens_the_api() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut program = Program::of(&world, &person, &[Scope::Read]).await;

    assert_eq!(program.get("/accounts").await.status, 200);
    assert_eq!(
        program
            .send(Method::POST, "/resources", json!({ "name": "x" }))
            .await
            .status,
        403
    );
    program.token = person.session_token.expose().to_owned();
    let refused = program.get("/accounts").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.headers["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    let request = Request::get("/api/v2/me")
        .header(
            header::COOKIE,
            format!("__Host-portcullis_session={}", person.session_token.expose()),
        )
        .body(Body::empty())
        .unwrap();
    assert_eq!(send(&program.router, request).await.status, 401);
}

#[tokio::test]
async fn the_description_is_open_to_everybody() {
    let world = World::new().await;

    let request = Request::get("/api/v2/openapi.json").body(Body::empty()).unwrap();
    let description = send(&doors(&world), request).await.json();

    assert_eq!(description["openapi"], "3.1.0");
}
