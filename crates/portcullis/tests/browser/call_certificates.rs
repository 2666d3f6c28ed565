//! Who vouches for a trunk and for an agent: what administrators and people read while that is wrong, and that the right
//! certificate works at once.

use portcullis_testkit::PhoneAgent;
use portcullis_testkit::phones::{Baresip, Kamailio};
use portcullis_testkit::radius::{Authority, Identity};

use crate::agent::connect;
use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::phones::{NUMBER, digits, often, settings, shows_in_the_end, told};

const UNTRUSTED: &str =
    "ts certificate is not vouched for by an authority that is trusted here; import the right one (";
const EXPIRED: &str = "ts certificate has expired; give it a new one (";
const ELSEWHERE: &str = "ts certificate is for another host name; use the name that is in it (";

fn wrong_ones(authority: &Authority) -> [(Identity, &'static str); 2] {
    [
        (authority.expired_server(&["localhost"]), EXPIRED),
        (authority.server(&["phones.example.org"]), ELSEWHERE),
    ]
}

/// Signs in with the digits of the page.
async fn lets_in(vera: &Browser, phone: &Baresip) {
    type_password(vera, "vera").await;
    let shown = digits(vera).await;
    tokio::task::block_in_place(|| phone.press(&format!("{shown}#")));
    vera.shows("Sign out").await;
    vera.submit(&[], "form[action='/sign-out'] button").await;
}

/// What the administrator reads under "How they are".
async fn health(admin: &Browser, problem: &str) {
    admin.goto("/admin/phone").await;
    admin.shows("Not well").await;
    admin.shows(problem).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_and_an_agent_with_a_wrong_certificate_let_nobody_in_and_say_what_is_wrong() {
    let company = Company::new().await;
    let phone = Baresip::start();
    let authority = Authority::new();
    let right = authority.server(&["localhost"]);
    let trunk_with = |authority: &Authority, identity| {
        Kamailio::certified("SHA-256", phone.port, authority.clone(), identity)
    };
    let good = trunk_with(&authority, right);
    let by = |trunk: &Kamailio| often(settings(&trunk.trunk("tls"), "number_match"));
    company.set_calls(by(&good)).await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    let admin = company.administrator().await;

    // Another authority than the one that signed it, then the right one and other certificates.
    let mut by_stranger = by(&good);
    by_stranger["trunks"][0]["ca"] = Authority::new().pem().into();
    let mut rows = vec![(by_stranger, UNTRUSTED)];
    let bad = wrong_ones(&authority).map(|(identity, problem)| (trunk_with(&authority, identity), problem));
    rows.extend(bad.iter().map(|(trunk, problem)| (by(trunk), *problem)));
    for (value, problem) in rows {
        company.set_calls(value).await;
        type_password(&vera, "vera").await;
        let text = told(&vera).await;
        assert_eq!(
            text,
            "The phone service isn't answering. Try another way, or try again in a minute."
        );
        assert_eq!(
            company.latest_call().await["outcome"],
            "provider_down",
            "{problem}"
        );
        health(&admin, &format!("It cannot be reached: i{problem}")).await;
    }
    company.set_calls(by(&good)).await;
    lets_in(&vera, &phone).await;

    // The same for an agent, whose authority is imported in the console.
    let agent = PhoneAgent::certified(
        env!("CARGO_BIN_EXE_portcullis"),
        phone.port,
        &authority.server(&["localhost"]),
    );
    let _ = agent.set_trunk_to(&good.trunk("tls"));
    let _ = agent.told(&["people", "add", "vera", NUMBER]);
    let latest = company.latest_call().await["made_at"].clone();
    connect(&admin, &agent, &Authority::new().pem(), "number_match").await;
    is_kept_out(&vera, &admin, UNTRUSTED).await;
    let [(expired, problem_of_expired), (elsewhere, problem_of_elsewhere)] = wrong_ones(&authority);
    agent.certify(&expired);
    connect(&admin, &agent, &authority.pem(), "number_match").await;
    is_kept_out(&vera, &admin, problem_of_expired).await;
    agent.certify(&elsewhere);
    is_kept_out(&vera, &admin, problem_of_elsewhere).await;
    assert_eq!(
        company.latest_call().await["made_at"],
        latest,
        "nobody was called meanwhile"
    );

    // Nothing is done on the server, and the next call works.
    agent.certify(&authority.server(&["localhost"]));
    lets_in(&vera, &phone).await;
    assert_eq!(company.latest_call().await["outcome"], "granted");
    for browser in [vera, admin] {
        browser.quit().await;
    }
}

async fn is_kept_out(vera: &Browser, admin: &Browser, problem: &str) {
    type_password(vera, "vera").await;
    shows_in_the_end(
        vera,
        "This way does not work at the moment. Try another way, or ask an administrator.",
    )
    .await;
    assert!(vera.path().await.starts_with("/sign-in/"));
    health(admin, &format!("I{problem}")).await;
}
