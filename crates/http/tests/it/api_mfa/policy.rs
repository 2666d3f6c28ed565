use axum::http::Method;
use portcullis_model::Role;
use portcullis_testkit::Person;
use serde_json::{Value, json};

use super::Scene;

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
