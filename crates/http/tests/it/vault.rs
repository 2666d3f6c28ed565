use portcullis_model::{AccountRight, Role};
use portcullis_testkit::World;

use crate::browser::Browser;

#[tokio::test]
async fn a_resource_and_an_account_are_added_and_the_password_is_revealed_to_forms_and_scripts() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = Browser::of(&world, &person);

    let fields = [
        ("name", "db-prod-01"),
        ("kind", "Linux"),
        ("policy", "Strong"),
        ("attribute_name", "rack"),
        ("attribute_value", "B7"),
    ];
    let added = browser.post("/resources/new", &fields).await;
    let resource = added.location().split(['/', '?']).nth(2).unwrap().to_owned();
    let fields = [
        ("resource", resource.as_str()),
        ("name", "root"),
        ("mode", "type"),
        ("password", "s3cret-<of>-root"),
    ];
    let added = browser.post("/passwords/new", &fields).await;
    let account = added.location().split('?').next().unwrap().to_owned();

    let list = browser.get("/passwords?q=type%3Alinux%20root").await;
    list.shows("db-prod-01");
    assert!(!list.text.contains("s3cret"));
    let page = browser.get(added.location()).await;
    page.shows("Account added.");
    assert!(!page.text.contains("s3cret"));
    let shown = browser
        .post(&format!("{account}/reveal"), &[("reason", "INC-1")])
        .await;
    assert!(shown.text.contains("s3cret-&#60;of&#62;-root"), "{}", shown.text);
    assert_eq!(shown.headers["cache-control"], "no-store");
    let fetched = browser
        .fetch(&format!("{account}/reveal"), &[("reason", "INC-1")])
        .await;
    assert_eq!(fetched.json()["password"], "s3cret-<of>-root");
    let copied = browser
        .fetch(&format!("{account}/copy"), &[("reason", "INC-1")])
        .await;
    assert_eq!(copied.json()["password"], "s3cret-<of>-root");
}

#[tokio::test]
async fn every_tab_and_action_of_an_account_works_with_forms_alone() {
    let world = World::new().await;
    let person = world.administrator().await;
    let other = world.user("bob", Role::PasswordUser).await;
    let resource = world.resource(&person, "db-prod-01").await;
    let id = world
        .account(&person, resource, "root", "first-password-of-root")
        .await;
    let mut browser = Browser::of(&world, &person);
    let base = format!("/accounts/{id}");

    let set = browser
        .post(
            &format!("{base}/password"),
            &[("mode", "generate"), ("reason", "due")],
        )
        .await;
    assert_eq!(set.location(), format!("{base}?notice=password-generated&n=2"));
    browser
        .get(set.location())
        .await
        .shows("New password generated and saved as version 2.");
    let shared = browser
        .post(&format!("{base}/share"), &[("person", "bob"), ("right", "view")])
        .await;
    browser.get(shared.location()).await.shows("The bob");
    let unknown = browser
        .post(
            &format!("{base}/share"),
            &[("person", "nobody"), ("right", "view")],
        )
        .await;
    assert_eq!(unknown.status, 422);
    unknown.shows("must be the user name of somebody here");
    browser.get(&format!("{base}?tab=history")).await.shows("current");
    browser
        .get(&format!("{base}?tab=activity"))
        .await
        .shows("account.set_password");
    let restored = browser
        .post(&format!("{base}/versions/1/restore"), &[("reason", "broke")])
        .await;
    browser
        .get(restored.location())
        .await
        .shows("Earlier password restored as version 3.");
    let user = other.id.to_string();
    let taken = browser.post(&format!("{base}/unshare"), &[("user", &user)]).await;
    assert_eq!(taken.location(), format!("{base}?tab=access&notice=unshared"));
    let deleted = browser.post(&format!("{base}/delete"), &[]).await;
    let page = browser.get(deleted.location()).await;
    page.shows(&format!("action=\"{base}/restore\""));
    browser.get("/trash").await.shows("root");
    browser.post(&format!("{base}/restore"), &[]).await;
    assert_eq!(browser.get(&base).await.status, 200);
}

#[tokio::test]
async fn a_stranger_cannot_tell_that_the_account_exists() {
    let world = World::new().await;
    let person = world.administrator().await;
    let stranger = world.user("mallory", Role::PasswordUser).await;
    let viewer = world.user("victor", Role::PasswordUser).await;
    let resource = world.resource(&person, "db-prod-01").await;
    let id = world
        .account(&person, resource, "root", "first-password-of-root")
        .await;
    world.share(&person, id, &viewer, AccountRight::View).await;

    let mut browser = Browser::of(&world, &stranger);
    let page = browser.get(&format!("/accounts/{id}")).await;
    let reveal = browser
        .post(&format!("/accounts/{id}/reveal"), &[("reason", "x")])
        .await;
    let mut browser = Browser::of(&world, &viewer);
    let edit = browser.get(&format!("/accounts/{id}/edit")).await;
    let seen = browser
        .fetch(&format!("/accounts/{id}/reveal"), &[("reason", "x")])
        .await;

    assert_eq!((page.status.as_u16(), reveal.status.as_u16()), (404, 404));
    assert_eq!(edit.status, 403);
    assert_eq!(seen.json()["password"], "first-password-of-root");
}
