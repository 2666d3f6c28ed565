//! The phone call through a trunk as providers run them: Kamailio before a baresip.

use portcullis_testkit::phones::{Baresip, Kamailio};
use serde_json::{Value, json};

use crate::company::{Company, type_password};
use crate::phones::{digits, settings};

/// Encrypted to the trunk and beyond, or in the clear.
fn trunk(kamailio: &Kamailio, transport: &str) -> Value {
    let mut trunk = json!({
        "host": "127.0.0.1", "port": kamailio.port, "transport": transport, "domain": "trunk.lab",
        "username": "portcullis", "password": "secret", "upkeep": "register",
    });
    if transport == "tls" {
        trunk["host"] = json!("localhost");
        trunk["port"] = json!(kamailio.tls);
        trunk["ca"] = json!(kamailio.authority.pem());
        trunk["srtp"] = json!(true);
    }
    trunk
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digits_of_the_page_let_in_over_udp_tcp_and_tls_with_a_sha_256_digest() {
    let company = Company::new().await;
    let phone = Baresip::start();
    let kamailio = Kamailio::start("SHA-256", phone.port);
    company
        .set_calls(settings(&trunk(&kamailio, "udp"), "number_match"))
        .await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    for transport in ["udp", "tcp", "tls"] {
        company
            .set_calls(settings(&trunk(&kamailio, transport), "number_match"))
            .await;

        type_password(&vera, "vera").await;
        let shown = digits(&vera).await;
        tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
        vera.shows("Sign out").await;

        let call = company.latest_call().await;
        assert_eq!(
            call["outcome"],
            "granted",
            "{transport}: {call}\n{}",
            kamailio.log()
        );
        vera.submit(&[], "form[action='/sign-out'] button").await;
    }
    vera.quit().await;
}
