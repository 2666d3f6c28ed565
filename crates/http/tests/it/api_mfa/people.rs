use axum::http::Method;
use portcullis_model::{FactorKind, Role, Secret};
use portcullis_ops::factors::IssuePass;
use portcullis_ops::sign_in::{ChooseMethod, FactorStep};
use portcullis_ops::users::Invite;
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

use super::Scene;

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
async fn every_administrator_hears_of_a_pass_from_the_command_line_and_of_no_other() {
    let scene = Scene::new().await;
    let bob = scene.world.user("bob", Role::PasswordUser).await;
    let carol = scene.world.user("carol", Role::Administrator).await;
    let mail = json!({ "value": { "host": "mail.example.org" }, "revision": 0 });
    scene.send(Method::PUT, "/settings/mail", mail, 204).await;
    let letters = async || {
        scene.world.send_letters().await;
        ["bob", "carol", "admin"].map(|name| scene.world.mailbox.to(&format!("{name}@example.org")).len())
    };

    let path = format!("/users/{}/mfa/pass", bob.id);
    let new = json!({ "minutes": 30, "reason": "INC-1" });
    scene.send(Method::POST, &path, new, 201).await;
    assert_eq!(letters().await, [1, 0, 0]);
    let issue = IssuePass {
        id: bob.id,
        minutes: 30,
        reason: "INC-2\nnobody did this".to_owned(),
    };
    let issued = scene
        .world
        .gate
        .write(&scene.world.console(), issue)
        .await
        .unwrap();
    assert_eq!(letters().await, [2, 1, 1]);
    let letter = &scene.world.mailbox.to("carol@example.org")[0];
    assert!(
        letter.text.contains("INC-2\\u{a}nobody did this"),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains(issued.pass.expose()));
    let invite = Invite {
        id: carol.id,
        reason: "INC-3".to_owned(),
    };
    scene
        .world
        .gate
        .write(&scene.world.console(), invite)
        .await
        .unwrap();
    // Whom the code is for hears of it besides.
    assert_eq!(letters().await, [2, 3, 2]);
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
