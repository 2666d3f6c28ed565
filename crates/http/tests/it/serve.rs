use std::time::Duration;
use portcullis_model::{AccountRight, Clock, Role};
use portcullis_ops::setup::Offer;
use portcullis_testkit::World;
#[tokio::test]
#[ignore]
async fn serve() {
    let world = World::new().await;
    let person = if std::env::var("FRESH").is_ok() { None } else { Some(world.administrator().await) };
    if let Some(person) = &person {
        let bob = world.user("bob", Role::PasswordUser).await;
        world.user("s.bose", Role::PasswordAuditor).await;
        world.invite("t.ito", Role::PasswordAdministrator).await;
        for (index, name) in ["db-prod-01", "db-prod-02", "nas-02", "fw-edge-1", "vcenter", "mail-relay"].into_iter().enumerate() {
            let r = world.resource(person, name).await;
            for account in ["root", "oracle", "svc-backup"].iter().take(1 + index % 3) {
                let a = world.account(person, r, account, "fir-Pass7word$of-root!x").await;
                if index == 0 { world.share(person, a, &bob, AccountRight::View).await; world.reveal(person, a).await.unwrap(); }
            }
            world.clock.advance(Duration::from_secs(86400 * [3, 9, 40, 70, 20, 2][index]));
        }
        world.reveal(&bob, "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70".parse().unwrap()).await.ok();
        let p = world.sign_in(person).await.unwrap();
        std::fs::write("/tmp/session", p.session_token.expose()).unwrap();
        std::fs::write("/tmp/now", format!("{}", world.clock.now().seconds())).unwrap();
    } else {
        let code = world.gate.write(&world.console(), Offer).await.unwrap().unwrap();
        std::fs::write("/tmp/setupcode", code.expose()).unwrap();
    }
    let router = crate::browser::doors(&world);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:7979").await.unwrap();
    tokio::time::timeout(Duration::from_secs(900), async { axum::serve(listener, router).await }).await.ok();
}
