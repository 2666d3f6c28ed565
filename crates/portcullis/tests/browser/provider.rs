//! The phone call through the web service of a provider, in a real browser. The real provider cannot be reached from here;
//! one of our own stands in its place, which speaks the interface as it is published, over HTTPS in both directions.

use std::time::Duration;

use portcullis_testkit::phones::{VoiceProvider, provider_signature};
use portcullis_testkit::server::client;
use reqwest::StatusCode;
use serde_json::json;

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
    let settings = json!({
        "provider": {
            "base_url": format!("https://localhost:{}", provider.address.port()),
            "account_sid": ACCOUNT,
            "auth_token": AUTH_TOKEN,
            "caller_id": "+14155552671",
            "ca": provider.authority,
        },
        "countries": ["US"],
    });
    company.set("phone", settings).await;
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
    let settings = company.api.get("/api/v2/settings/phone").await.expect(200);
    assert_eq!(settings.body["value"]["provider"]["auth_token"], true);
    assert!(!settings.body.to_string().contains(AUTH_TOKEN));
    vera.quit().await;
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
