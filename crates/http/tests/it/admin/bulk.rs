use portcullis_model::Role;
use portcullis_testkit::World;

use super::{apply_from, methods};
use crate::browser::Browser;

#[tokio::test]
async fn everybody_who_matches_is_chosen_over_all_pages_and_previewed_before_anything_changes() {
    let world = World::new().await;
    let mut last = None;
    for number in 0..60 {
        last = Some(
            world
                .invite(&format!("bulk.{number:02}"), Role::PasswordUser)
                .await
                .id,
        );
    }
    let other = world.invite("other", Role::PasswordUser).await.id;
    let administrator = world.sign_in(&world.administrator().await).await.unwrap();
    let mut browser = Browser::of(&world, &administrator);

    let page = browser.get("/admin/mfa/people?q=bulk").await;
    let small = browser.get("/admin/mfa/people?q=bulk.0").await;
    let enable = [
        ("kind", "people"),
        ("all", "matching"),
        ("q", "bulk"),
        ("do", "enable"),
        ("methods", "totp"),
    ];
    let preview = browser.post("/admin/mfa/preview", &enable).await;
    let nobody = [&enable[..2], &[("q", "nobody fits"), ("do", "disable")]].concat();
    let nobody = browser.post("/admin/mfa/preview", &nobody).await;
    let before = methods(&world, last.unwrap()).await;
    let applied = apply_from(&mut browser, &preview, &[("when", "now")]).await;

    page.shows("Select all 60 people that match");
    assert!(!small.text.contains("Select all"));
    preview.shows("bulk.00, bulk.01, bulk.02 and 57 more: Authenticator App");
    assert_eq!(nobody.status, 422);
    nobody.shows("The filter must fit 1 to 5,000 people.");
    assert_eq!(before, "Security Key or Authenticator App");
    assert_eq!(applied.location(), "/admin/mfa?notice=policy-applied");
    assert_eq!(methods(&world, last.unwrap()).await, "Authenticator App");
    assert_eq!(methods(&world, other).await, "Security Key or Authenticator App");
}
