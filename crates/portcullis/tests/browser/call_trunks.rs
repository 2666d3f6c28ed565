//! The phone call through a trunk as providers run them: Kamailio before a baresip.

use portcullis_testkit::PhoneAgent;
use portcullis_testkit::phones::{Baresip, Kamailio};
use serde_json::Value;

use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::phones::{NUMBER, digits, often, settings};

#[tokio::test(flavor = "multi_thread")]
async fn the_digits_of_the_page_let_in_over_udp_tcp_and_tls_with_a_sha_256_digest() {
    let company = Company::new().await;
    let phone = Baresip::start();
    let kamailio = Kamailio::start("SHA-256", phone.port);
    let by_server = |transport: &str| often(settings(&kamailio.trunk(transport), "number_match"));
    company.set_calls(by_server("udp")).await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    for transport in ["udp", "tcp", "tls"] {
        company.set_calls(by_server(transport)).await;
        let call = lets_in(&company, &vera, &phone).await;
        assert_eq!(
            call["outcome"],
            "granted",
            "{transport}: {call}\n{}",
            kamailio.log()
        );
    }

    // An agent places them through the same trunk, which nobody here knows then.
    let agent = PhoneAgent::start(env!("CARGO_BIN_EXE_portcullis"), 1);
    let _ = agent.told(&["limits", "--in-ten-minutes", "50", "--in-a-day", "50"]);
    let _ = agent.told(&["people", "add", "vera", NUMBER]);
    company.set_calls(often(agent.settings("number_match"))).await;
    for transport in ["udp", "tcp", "tls"] {
        let _ = agent.set_trunk_to(&kamailio.trunk(transport));
        let call = lets_in(&company, &vera, &phone).await;
        assert_eq!(
            call["outcome"],
            "granted",
            "agent, {transport}: {call}\n{}",
            agent.log()
        );
    }
    let calls = agent.told(&["calls"]);
    assert_eq!(calls.matches("granted").count(), 3, "{calls}");
    vera.quit().await;
}

/// Signs in with the digits of the page, and out again.
async fn lets_in(company: &Company, vera: &Browser, phone: &Baresip) -> Value {
    type_password(vera, "vera").await;
    let shown = digits(vera).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("Sign out").await;
    let call = company.latest_call().await;
    vera.submit(&[], "form[action='/sign-out'] button").await;
    call
}
