//! What the tests of phone calls share: trunks, somebody who is called, and what the page tells them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::By;

use crate::browser::{Browser, SetUp};
use crate::company::Company;

pub(crate) const NUMBER: &str = "+19259249500";

/// How long somebody listens who presses a key when the voice has said what to do.
pub(crate) const LISTENS: Duration = Duration::from_secs(10);

/// Longer than any call.
const PATIENCE: Duration = Duration::from_secs(100);

/// A trunk that is the telephone itself.
pub(crate) fn straight_to(port: u16) -> Value {
    json!({
        // They would take a question whether they are well for a call.
        "host": "127.0.0.1", "port": port, "transport": "udp", "username": "portcullis", "upkeep": "none",
    })
}

/// What an administrator sets for phone calls.
pub(crate) fn settings(trunk: &Value, mode: &str) -> Value {
    json!({ "trunks": [trunk], "mode": mode, "countries": ["US"] })
}

/// The same with more calls for one person; the usual limits stop at the fourth one in ten minutes.
pub(crate) fn often(mut value: Value) -> Value {
    value["limits"] = json!({ "in_ten_minutes": 50, "in_a_day": 50 });
    value
}

impl Company {
    pub(crate) async fn set_phone(&self, port: u16, mode: &str) {
        self.set_calls(settings(&straight_to(port), mode)).await;
    }

    pub(crate) async fn set_calls(&self, value: Value) {
        let found = self.api.get("/api/v2/settings/phone").await.expect(200);
        let body = json!({ "value": value, "revision": found.body["revision"] });
        let _ = self.api.put("/api/v2/settings/phone", &body).await.expect(204);
    }

    /// Somebody whose number an administrator has entered, and who must use it.
    pub(crate) async fn called(&self, username: &str) -> (Browser, SetUp) {
        let (browser, set_up) = self.person(username, &["phone", "backup_code"]).await;
        let id = self.id_of(username).await;
        let id = id.as_str().expect("an id is a text");
        let number = json!({ "number": NUMBER, "reason": "staff directory" });
        let _ = self
            .api
            .put(&format!("/api/v2/users/{id}/mfa/phone"), &number)
            .await
            .expect(204);
        (browser, set_up)
    }

    /// The call that was asked for last, as administrators see it.
    pub(crate) async fn latest_call(&self) -> Value {
        let calls = self.api.get("/api/v2/calls").await.expect(200);
        calls.body["items"][0].clone()
    }
}

/// What the page shows for keying in, once the telephone was answered and listens.
pub(crate) async fn digits(browser: &Browser) -> String {
    let digits = text_of(browser, ".digits strong").await;
    shows_in_the_end(browser, &format!("Key in {digits} now")).await;
    digits
}

/// What the page says of a call that is over.
pub(crate) async fn told(browser: &Browser) -> String {
    text_of(browser, "[data-call=over] #call-status").await
}

/// The text of an element, once it is there. A page that loads itself anew may take one away in between.
async fn text_of(browser: &Browser, css: &str) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Ok(found) = browser.driver.find(By::Css(css)).await
            && let Ok(text) = found.text().await
            && !text.is_empty()
        {
            return text;
        }
        assert!(
            Instant::now() < until,
            "no `{css}` on {}:\n{}",
            browser.path().await,
            browser.text().await
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A voice takes its time.
pub(crate) async fn shows_in_the_end(browser: &Browser, words: &str) {
    for _ in 0..150 {
        if browser.text().await.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    browser.shows(words).await;
}
