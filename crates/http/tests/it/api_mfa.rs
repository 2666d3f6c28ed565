//! The policy of the second step, groups and connections, as programs meet them.

use axum::http::Method;
use portcullis_model::{FactorKind, Role, Scope, Secret};
use portcullis_ops::sign_in::{ChooseMethod, FactorStep};
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

use crate::api::Program;
use crate::browser::Answer;

const NOBODY: &str = "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70";

/// A vault with an administrator at a program.
struct Scene {
    world: World,
    administrator: Person,
    program: Program,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let administrator = world.administrator().await;
        let program = Program::of(&world, &administrator, &Scope::FOR_TOKENS).await;
        Self {
            world,
            administrator,
            program,
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.program.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// Sends a request that must be answered like this.
    #[track_caller]
    fn send(&self, method: Method, path: &str, body: Value, status: u16) -> impl Future<Output = Answer> {
        let place = std::panic::Location::caller();
        async move {
            let answer = self.program.send(method, path, body).await;
            assert_eq!(answer.status, status, "{place}: {path}: {}", answer.text);
            answer
        }
    }

    async fn add_group(&self, name: &str, parent: Option<&str>) -> String {
        let new = json!({ "name": name, "parent": parent });
        let made = self.send(Method::POST, "/groups", new, 201).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(made.location(), format!("/api/v2/groups/{id}"));
        id
    }

    async fn move_person(&self, person: &Person, group: &str) {
        let path = format!("/users/{}/group", person.id);
        self.send(Method::PUT, &path, json!({ "group": group }), 204)
            .await;
    }

    async fn explain(&self, person: &Person) -> Value {
        self.get(&format!("/users/{}/mfa", person.id)).await
    }

    /// Previews a change and applies it.
    async fn apply(&self, change: &Value) -> Value {
        let previewed = self
            .send(Method::POST, "/mfa/preview", change.clone(), 200)
            .await
            .json();
        let new = json!({ "change": change, "summary": "test", "version": previewed["version"] });
        self.send(Method::POST, "/mfa/changes", new, 201).await.json()
    }

    async fn undo(&self, applied: &Value, status: u16) {
        let path = format!("/mfa/changes/{}/undo", applied["id"].as_str().unwrap());
        self.send(Method::POST, &path, Value::Null, status).await;
    }
}

#[tokio::test]
async fn a_group_gets_a_policy_that_its_people_inherit_until_it_is_taken_back() {
    let scene = Scene::new().await;
    let (alice, bob) = (
        scene.world.user("alice", Role::PasswordUser).await,
        scene.world.user("bob", Role::PasswordUser).await,
    );
    let finance = scene.add_group("Finance", None).await;
    let payable = scene.add_group("Accounts payable", Some(&finance)).await;
    let abroad = scene.add_group("Abroad", Some(&finance)).await;
    scene.move_person(&alice, &finance).await;
    scene.move_person(&bob, &payable).await;
    let strict = json!({ "groups": [{ "id": abroad, "requirement": { "methods": ["web_authn"] } }] });
    scene.apply(&strict).await;

    let change = json!({ "groups": [{ "id": finance, "requirement": {
        "methods": ["totp", "email", "totp"], "grace": { "until": "2030-01-01T00:00:00Z" }, "retries": 5
    } }] });
    let previewed = scene
        .send(Method::POST, "/mfa/preview", change.clone(), 200)
        .await
        .json();
    let names: Vec<&str> = previewed["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["username"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["alice", "bob"]);
    assert_eq!(previewed["rows"][1]["group"], "Finance/Accounts payable");
    assert_eq!(previewed["rows"][1]["effect"], "changed");
    assert_eq!(
        previewed["counts"],
        json!({ "blocked": 0, "weaker": 0, "changed": 2, "unchanged": 0 })
    );
    assert_eq!(previewed["sub_groups"][0]["path"], "Finance/Abroad");
    assert_eq!(previewed["locks_out"], false);
    let untouched = scene.explain(&alice).await;
    assert_eq!(
        untouched["reasons"][0],
        "Every method that is switched on may be used."
    );

    let applied = scene.apply(&change).await;
    assert_eq!(applied["scheduled"], false);
    let explained = scene.explain(&bob).await;
    assert_eq!(explained["reasons"][0], "Inherits from Finance.");
    assert_eq!(
        explained["reasons"][1], "Not switched on: Email.",
        "what is not switched on never counts"
    );
    assert_eq!(explained["methods"], json!(["totp"]));
    assert_eq!(explained["usable"], json!(["totp"]));
    assert_eq!(explained["blocked"], Value::Null);
    assert_eq!(explained["retries"], 5);
    assert_eq!(explained["uses_group_settings"], true);
    assert_eq!(explained["grace"], json!({ "until": "2030-01-01T00:00:00Z" }));
    let shown = scene.get(&format!("/groups/{finance}")).await;
    assert_eq!(shown["requirement"]["methods"], json!(["email", "totp"]));
    assert_eq!(shown["people"], 1);

    scene.undo(&applied, 204).await;
    let explained = scene.explain(&bob).await;
    assert_eq!(
        explained["reasons"][0],
        "Every method that is switched on may be used."
    );
    scene.undo(&applied, 409).await;
    let policy = scene.get("/mfa/policy").await;
    assert_eq!(policy["changes"][0]["state"], "undone");
    assert_eq!(policy["changes"][0]["made_by"], "admin");
    assert_eq!(policy["version"], 2);
}

#[tokio::test]
async fn a_change_of_several_people_is_taken_back_in_whatever_order_they_were_named() {
    let scene = Scene::new().await;
    let (alice, bob) = (
        scene.world.user("alice", Role::PasswordUser).await,
        scene.world.user("bob", Role::PasswordUser).await,
    );
    let rule = |person: &Person| json!({ "id": person.id.to_string(), "uses_group_settings": false, "requirement": { "methods": ["totp"] } });

    let applied = scene
        .apply(&json!({ "people": [rule(&bob), rule(&alice)] }))
        .await;
    let own = scene.explain(&alice).await;
    scene.undo(&applied, 204).await;

    assert_eq!(
        (&own["uses_group_settings"], &own["reasons"][0]),
        (
            &json!(false),
            &json!("Set for this person: \"Use group authentication settings for this user\" is off.")
        )
    );
    assert_eq!(scene.explain(&bob).await["uses_group_settings"], true);
    let twice = json!({ "people": [rule(&bob), rule(&bob)] });
    let refused = scene.send(Method::POST, "/mfa/preview", twice, 422).await;
    assert_eq!(refused.json()["errors"][0]["field"], "people");
}

#[tokio::test]
async fn the_site_policy_is_changed_later_and_never_so_that_no_administrator_gets_in() {
    let scene = Scene::new().await;
    let policy = scene.get("/mfa/policy").await;
    let mut site = policy["site"].clone();
    site["code_seconds"] = json!(90);
    site["floors"] = json!({ "privileged_administrator": "totp" });

    let later = json!({
        "change": { "site": site }, "summary": "A shorter wait", "version": policy["version"],
        "at": "2099-01-01T00:00:00Z"
    });
    let applied = scene
        .send(Method::POST, "/mfa/changes", later.clone(), 201)
        .await
        .json();
    assert_eq!(applied["scheduled"], true);
    assert_eq!(scene.get("/mfa/policy").await["site"], policy["site"]);
    let stale = scene.send(Method::POST, "/mfa/changes", later, 409).await;
    assert!(stale.text.contains("Look at the preview again"), "{}", stale.text);
    scene.undo(&applied, 204).await;
    scene.apply(&json!({ "site": site })).await;
    assert_eq!(scene.get("/mfa/policy").await["site"], site);

    site["methods"] = json!(["radius"]);
    site["floors"] = json!({});
    let previewed = scene
        .send(Method::POST, "/mfa/preview", json!({ "site": site }), 200)
        .await
        .json();
    assert_eq!(
        (&previewed["locks_out"], &previewed["counts"]["blocked"]),
        (&json!(true), &json!(1))
    );
    let new = json!({ "change": { "site": site }, "summary": "x", "version": previewed["version"] });
    let refused = scene.send(Method::POST, "/mfa/changes", new, 409).await;
    assert!(
        refused.text.contains("no administrator able to sign in"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn a_group_is_renamed_moved_and_deleted_once_it_is_empty() {
    let scene = Scene::new().await;
    let bob = scene.world.user("bob", Role::PasswordUser).await;
    let finance = scene.add_group("Finance", None).await;
    let payable = scene.add_group("Payable", Some(&finance)).await;
    let path = format!("/groups/{payable}");

    scene
        .send(Method::PATCH, &path, json!({ "name": "Receivable" }), 204)
        .await;
    assert_eq!(
        scene.get(&path).await["path"],
        "Finance/Receivable",
        "its place stays"
    );
    scene
        .send(Method::PATCH, &path, json!({ "parent": null }), 204)
        .await;
    let moved = scene.get(&path).await;
    assert_eq!(
        (&moved["path"], &moved["depth"]),
        (&json!("Receivable"), &json!(0))
    );
    scene.move_person(&bob, &payable).await;
    assert_eq!(scene.get("/groups").await["items"][1]["people"], 1);
    scene.send(Method::DELETE, &path, Value::Null, 409).await;
    let place = format!("/users/{}/group", bob.id);
    scene
        .send(Method::PUT, &place, json!({ "group": null }), 204)
        .await;
    scene.send(Method::DELETE, &path, Value::Null, 204).await;
    scene.send(Method::GET, &path, Value::Null, 404).await;

    let below_itself = json!({ "parent": finance });
    let refused = scene
        .send(Method::PATCH, &format!("/groups/{finance}"), below_itself, 422)
        .await;
    assert_eq!(refused.json()["errors"][0]["field"], "parent");
    scene
        .send(Method::POST, "/groups", json!({ "name": "Finance" }), 422)
        .await;
    scene.send(Method::PUT, &place, json!({}), 422).await;
    scene
        .send(Method::PUT, &place, json!({ "group": NOBODY }), 422)
        .await;
    let path = format!("/users/{NOBODY}/group");
    scene
        .send(Method::PUT, &path, json!({ "group": null }), 404)
        .await;
}

#[tokio::test]
async fn a_pass_is_told_once_and_opens_the_door_once() {
    let scene = Scene::new().await;
    let bob = scene.world.user("bob", Role::PasswordUser).await;
    let path = format!("/users/{}/mfa/pass", bob.id);

    let new = json!({ "minutes": 30, "reason": "INC-1" });
    let issued = scene.send(Method::POST, &path, new, 201).await.json();
    let pass = issued["pass"].as_str().unwrap().to_owned();
    assert!(issued["ends_at"].as_str().unwrap().ends_with('Z'), "{issued}");
    for path in [
        format!("/users/{}", bob.id),
        format!("/users/{}/mfa", bob.id),
        "/audit".to_owned(),
    ] {
        let answer = scene.program.get(&path).await;
        assert!(!answer.text.contains(&pass), "{path} tells the pass");
    }
    assert_eq!(
        scene.explain(&bob).await["usable"],
        json!(["temporary_pass", "backup_code", "totp"])
    );
    assert!(signs_in_with(&scene.world, &bob, &pass).await);
    assert!(!signs_in_with(&scene.world, &bob, &pass).await);

    for wrong in [
        json!({ "minutes": 4, "reason": "INC-1" }),
        json!({ "minutes": 61, "reason": "INC-1" }),
        json!({ "minutes": 30, "reason": " " }),
        json!({ "minutes": 30 }),
        json!({ "minutes": "30", "reason": "INC-1" }),
    ] {
        scene.send(Method::POST, &path, wrong, 422).await;
    }
    let own = format!("/users/{}/mfa/pass", scene.administrator.id);
    let new = json!({ "minutes": 30, "reason": "INC-1" });
    scene.send(Method::POST, &own, new, 409).await;
}

/// Whether the pass stands for the second step.
async fn signs_in_with(world: &World, person: &Person, pass: &str) -> bool {
    let token = world.pass_password(&world.gate, person).await;
    let choose = ChooseMethod {
        token: token.clone(),
        method: FactorKind::TemporaryPass,
    };
    if world.gate.write(&world.anonymous(), choose).await.is_err() {
        return false;
    }
    let step = world.prove_factor(&world.gate, &token, &Secret::new(pass)).await;
    matches!(step, Ok(FactorStep::Passed { .. }))
}

#[tokio::test]
async fn a_method_is_taken_away_and_the_trail_says_why() {
    let scene = Scene::new().await;
    let bob = scene.world.user("bob", Role::PasswordUser).await;
    let path = format!("/users/{}/mfa/reset", bob.id);
    let reset = json!({ "method": "totp", "reason": "lost phone" });

    let removed = scene.send(Method::POST, &path, reset.clone(), 200).await;

    assert_eq!(removed.json(), json!({ "removed": 1 }));
    assert_eq!(scene.explain(&bob).await["usable"], json!(["backup_code"]));
    assert!(
        scene.world.caller(&bob.session_token).await.is_none(),
        "they are signed out"
    );
    let entry = scene.get("/audit?operation=factor.reset").await["items"][0].clone();
    assert_eq!(
        (&entry["reason"], &entry["subject"]),
        (&json!("lost phone"), &json!("bob"))
    );
    scene.send(Method::POST, &path, reset, 409).await;
    scene
        .send(Method::POST, &path, json!({ "method": "sms", "reason": "" }), 422)
        .await;
}

#[tokio::test]
async fn new_addresses_are_told_to_the_old_ones_and_the_letter_is_on_the_list() {
    let scene = Scene::new().await;
    let bob = scene.world.user("bob", Role::PasswordUser).await;
    let path = format!("/users/{}/emails", bob.id);
    let mail =
        json!({ "value": { "host": "mail.example.org", "password": "s3cret-of-mail" }, "revision": 0 });
    scene.send(Method::PUT, "/settings/mail", mail, 204).await;

    let emails = json!({ "email": "new@example.org", "email2": "home@example.org", "choice": "both" });
    scene.send(Method::PUT, &path, emails, 204).await;

    let letters = scene.get("/mail").await;
    assert_eq!(
        (&letters["items"][0]["state"], &letters["items"][0]["finished_at"]),
        (&json!("waiting"), &Value::Null)
    );
    scene.world.send_letters().await;
    assert_eq!(scene.world.mailbox.to("bob@example.org").len(), 1);
    let letters = scene.get("/mail").await;
    assert_eq!(
        letters["items"][0]["subject"],
        "Portcullis: Your e-mail addresses were changed"
    );
    assert_eq!(letters["items"][0]["state"], "sent");
    assert!(
        !letters.to_string().contains("were changed by"),
        "never what they say"
    );
    let user = scene.get(&format!("/users/{}", bob.id)).await;
    assert_eq!(user["email"], "new@example.org");
    for (field, wrong) in [
        ("email", json!({ "email": "nonsense", "email2": "" })),
        ("email2", json!({ "email": "", "email2": "a@b, c@d" })),
        (
            "email_choice",
            json!({ "email": "a@example.org", "email2": "", "choice": "second" }),
        ),
    ] {
        let refused = scene.send(Method::PUT, &path, wrong, 422).await;
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
    scene
        .send(
            Method::PUT,
            &path,
            json!({ "email": "", "email2": "", "choice": "third" }),
            422,
        )
        .await;
}

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
        json!({ "taken": true, "problem": null, "dialogue": [] })
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
async fn wrong_settings_are_refused_by_the_plug_in_and_unknown_connections_are_not_found() {
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
    for (method, path, body, status) in [
        (Method::GET, "/settings/ldap", Value::Null, 404),
        (Method::PUT, "/settings/ldap", radius("x"), 404),
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
