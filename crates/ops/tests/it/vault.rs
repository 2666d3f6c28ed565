use portcullis_model::{AccountRight, Role};
use portcullis_testkit::World;

#[tokio::test]
async fn a_person_who_was_given_view_reveals_the_password() {
    let world = World::new().await;
    let owner = world.user("olga", Role::PasswordAdministrator).await;
    let viewer = world.user("vera", Role::PasswordUser).await;
    let resource = world.resource(&owner, "db-prod-01").await;
    let account = world.account(&owner, resource, "root", "first secret").await;
    world.share(&owner, account, &viewer, AccountRight::View).await;

    let revealed = world.reveal(&viewer, account).await;

    assert_eq!(revealed.unwrap(), "first secret");
    assert!(world.verify(None).await.problems.is_empty());
    let again = world.sign_in(&viewer).await.unwrap();
    assert_eq!(world.reveal(&again, account).await.unwrap(), "first secret");
    println!("{:#?}", world.trail().await);
}
