//! The phone call through the web service of a provider, in a real browser. The real provider cannot be reached from here;
//! one of our own stands in its place, which speaks the interface as it is published, over HTTPS in both directions.

use std::time::Duration;

use portcullis_testkit::phones::{Asked, VoiceProvider, provider_signature};
use portcullis_testkit::server::{Server, client};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};

use crate::company::{Company, type_password};
use crate::phones::digits;

const ACCOUNT: &str = "AC0123456789abcdef";
const AUTH_TOKEN: &str = "s3cret-of-the-account";
const CALL: &str = "CAfedcba9876543210";

/// The provider's way to the server.
struct Way(reqwest::Client);

impl Way {
    fn to(company: &Company) -> Self {
        Self(
            client(&company.server.installation)
                .build()
                .expect("a client can be made"),
        )
    }

    async fn post(&self, url: &str, auth_token: &str, more: &[(&str, &str)]) -> (StatusCode, String) {
        let common = [
            ("AccountSid", ACCOUNT),
            ("CallSid", CALL),
            ("CallStatus", "in-progress"),
        ];
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let fields: Vec<(String, String)> = common.iter().chain(more).map(own).collect();
        let request = self
            .0
            .post(url)
            .header("x-twilio-signature", provider_signature(auth_token, url, &fields))
            .form(&fields);
        let answer = request.send().await.expect("the server answers");
        (
            answer.status(),
            answer.text().await.expect("the answer is a text"),
        )
    }

    async fn ask(&self, url: &str, more: &[(&str, &str)]) -> String {
        let (status, xml) = self.post(url, AUTH_TOKEN, more).await;
        assert_eq!(status, StatusCode::OK, "{xml}");
        xml
    }

    /// Plays the recordings of an answer to their end: 16-bit samples, 8,000 a second.
    async fn play(&self, xml: &str) {
        for url in all_between(xml, "<Play>", "</Play>") {
            let answer = self.0.get(url).send().await.expect("the server answers");
            assert_eq!(answer.headers()["content-type"], "audio/wav");
            let wav = answer.bytes().await.expect("the recording is whole");
            let bytes = u64::try_from(wav.len()).expect("a recording is short");
            tokio::time::sleep(Duration::from_micros(bytes * 1_000_000 / 16_000)).await;
        }
    }
}

fn settings(provider: &VoiceProvider) -> Value {
    json!({
        "provider": {
            "base_url": format!("https://localhost:{}", provider.address.port()),
            "account_sid": ACCOUNT,
            "auth_token": AUTH_TOKEN,
            "caller_id": "+14155552671",
            "ca": provider.authority,
        },
        "countries": ["US"],
    })
}

fn all_between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before)
        .skip(1)
        .filter_map(move |rest| rest.split(after).next())
}

fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> &'a str {
    let found = all_between(text, before, after).next();
    found.unwrap_or_else(|| panic!("no {before} in {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digits_of_the_page_told_by_a_provider_let_in() {
    let company = Company::new().await;
    let mut provider = VoiceProvider::start().await;
    company.set("phone", settings(&provider)).await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    let way = Way::to(&company);

    type_password(&vera, "vera").await;
    let asked = provider.expect("POST /2010-04-01/Accounts/").await;
    assert_eq!(asked.field("To"), "+19259249500");
    let (answered, status) = (
        asked.field("Url").to_owned(),
        asked.field("StatusCallback").to_owned(),
    );
    asked.reply(201, "", &json!({ "sid": CALL, "status": "queued" }).to_string());
    // Somebody who has learnt the address, and does not know the token of the account.
    let (refused, text) = way.post(&answered, "another token", &[]).await;
    assert_eq!(refused, StatusCode::NOT_FOUND, "{text}");
    let first = way.ask(&answered, &[]).await;
    way.play(&first).await;
    let second = way
        .ask(between(&first, "<Redirect method=\"POST\">", "<"), &[])
        .await;
    let shown = digits(&vera).await;
    let keys_at = between(&second, "action=\"", "\"").to_owned();
    let last = way
        .ask(&keys_at, &[("Digits", shown.as_str()), ("FinishedOnKey", "#")])
        .await;
    assert!(last.contains("thanks.wav"), "{last}");
    way.play(&last).await;

    vera.shows("Sign out").await;
    let (gone, _) = way
        .post(&keys_at, AUTH_TOKEN, &[("Digits", shown.as_str())])
        .await;
    assert_eq!(gone, StatusCode::NOT_FOUND, "a step counts once");
    // The line is over already, or ends with this.
    let _ = way.post(&status, AUTH_TOKEN, &[]).await;
    let calls = company.api.get("/api/v2/calls").await.expect(200);
    assert_eq!(calls.body["items"][0]["outcome"], "granted", "{}", calls.body);
    let found = company.api.get("/api/v2/settings/phone").await.expect(200);
    assert_eq!(found.body["value"]["provider"]["auth_token"], true);
    assert!(!found.body.to_string().contains(AUTH_TOKEN));
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_at_one_node_goes_on_when_the_call_of_another_is_confirmed() {
    let company = Company::new().await;
    let node = company.server.beside().await;
    let mut provider = VoiceProvider::start().await;
    company.set("phone", settings(&provider)).await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.called("vera").await;
    let there = company.browser_at("vera-there", &node).await;
    let way = Way::to(&company);
    let ports = [&company.server, &node].map(port_of);

    for browser in [&vera, &there] {
        type_password(browser, "vera").await;
        let asked = called(&mut provider).await;
        let (answered, status) = (
            asked.field("Url").to_owned(),
            asked.field("StatusCallback").to_owned(),
        );
        asked.reply(201, "", &json!({ "sid": CALL, "status": "queued" }).to_string());
        // The provider is told of the node that places the call, and no other knows of it.
        let mine = Url::parse(&answered).expect("an address").port();
        let [other] = ports.into_iter().filter(|port| *port != mine).collect::<Vec<_>>()[..] else {
            panic!("{answered} is at one of {ports:?}");
        };
        let elsewhere = at_port(&answered, other);
        let (refused, text) = way.post(&elsewhere, AUTH_TOKEN, &[]).await;
        assert_eq!(refused, StatusCode::NOT_FOUND, "{text}");

        // The person's next page comes from the other node, as behind a load balancer.
        let page = browser.driver.current_url().await.expect("a page has an address");
        let page = at_port(page.as_str(), other);
        browser.driver.goto(&page).await.expect("the other node answers");
        let first = way.ask(&answered, &[]).await;
        way.play(&first).await;
        let listening = between(&first, "<Redirect method=\"POST\">", "<");
        let second = way.ask(listening, &[]).await;
        let shown = digits(browser).await;
        let keys_at = between(&second, "action=\"", "\"").to_owned();
        let keys = [("Digits", shown.as_str()), ("FinishedOnKey", "#")];
        let last = way.ask(&keys_at, &keys).await;
        way.play(&last).await;

        browser.shows("Sign out").await;
        let page = browser.driver.current_url().await.expect("a page has an address");
        assert_eq!(page.port(), other, "{page}");
        let _ = way.post(&status, AUTH_TOKEN, &[]).await;
    }
    for browser in [vera, there] {
        browser.quit().await;
    }
}

/// The next call that is asked for; what is asked of others is granted.
async fn called(provider: &mut VoiceProvider) -> Asked {
    loop {
        let asked = provider.expect("POST /2010-04-01/Accounts/").await;
        if !asked.field("Url").is_empty() {
            return asked;
        }
        asked.reply(200, "", "{}");
    }
}

fn port_of(server: &Server) -> Option<u16> {
    Url::parse(&server.url("/")).expect("an address").port()
}

fn at_port(address: &str, port: Option<u16>) -> String {
    let mut url = Url::parse(address).expect("an address");
    url.set_port(port).expect("it has a host");
    url.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_enters_a_provider_and_reads_that_it_is_well() {
    let company = Company::new().await;
    let provider = VoiceProvider::start().await;
    let admin = company.administrator().await;
    admin.goto("/admin/phone").await;
    admin.click("input[name=way][value=provider]").await;
    admin.click("#f-provider > summary").await;
    let base_url = format!("https://localhost:{}", provider.address.port());
    let fields = [
        ("base_url", base_url.as_str()),
        ("account_sid", ACCOUNT),
        ("auth_token", AUTH_TOKEN),
        ("caller_id", "nobody"),
        ("countries", "US"),
        ("provider_ca", &provider.authority),
    ];
    admin.submit(&fields, "main button.primary").await;
    admin.shows("must be a number like +19259249500").await;
    admin
        .submit(
            &[("caller_id", "+14155552671"), ("auth_token", AUTH_TOKEN)],
            "main button.primary",
        )
        .await;

    // It is asked as soon as somebody wants to know how it is.
    admin.shows("localhost").await;
    for _ in 0..50 {
        admin.goto("/admin/phone").await;
        if admin.text().await.contains("Well") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    admin.shows("Well").await;
    admin.quit().await;
}
