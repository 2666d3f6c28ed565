use axum::http::Method;
use portcullis_model::Role;
use serde_json::{Value, json};

use super::{NOBODY, Scene};

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
