//! What a person does at a browser.

use std::time::{Duration, Instant, SystemTime};

use portcullis_model::{Secret, Timestamp};
use portcullis_testkit::Authenticator;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::chromium::Chromium;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) const PASSWORD: &str = "lamp copper orbit thistle";

/// One browser with its person.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    origin: String,
}

/// Somebody who has set themselves up.
pub(crate) struct SetUp {
    pub(crate) app: Authenticator,
    pub(crate) backup_codes: Vec<String>,
}

impl Browser {
    pub(crate) async fn open(chromium: &Chromium, name: &str, origin: String, size: (u32, u32)) -> Self {
        Self::of(chromium.open(name, size).await, origin)
    }

    pub(crate) fn of(driver: WebDriver, origin: String) -> Self {
        Self { driver, origin }
    }

    pub(crate) async fn goto(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.origin))
            .await
            .expect("the page opens");
    }

    pub(crate) async fn find(&self, css: &str) -> WebElement {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Ok(found) = self.driver.find(By::Css(css)).await {
                return found;
            }
            assert!(
                Instant::now() < until,
                "no `{css}` on {}:\n{}",
                self.path().await,
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Clicks the first element of `css` that can be seen: menus for phones are hidden on wide screens.
    pub(crate) async fn click(&self, css: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            for element in self.driver.find_all(By::Css(css)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) && element.click().await.is_ok() {
                    return;
                }
            }
            assert!(
                Instant::now() < until,
                "`{css}` cannot be clicked on {}:\n{}",
                self.path().await,
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("main [name={name}]:not([type=hidden])")).await;
        field.clear().await.expect("a field can be emptied");
        field.send_keys(text).await.expect("a field takes a text");
    }

    /// Ticks a box, or unticks it.
    pub(crate) async fn tick(&self, css: &str, on: bool) {
        let found = self.find(css).await;
        if found.is_selected().await.expect("a box is ticked or not") != on {
            self.click(css).await;
        }
    }

    /// Types one text after the other into fields and sends the form that the button `css` belongs to.
    pub(crate) async fn submit(&self, fields: &[(&str, &str)], css: &str) {
        for (name, text) in fields {
            self.fill(name, text).await;
        }
        let before = self.find("html").await;
        self.click(css).await;
        let until = Instant::now() + PATIENCE;
        while before.tag_name().await.is_ok() {
            assert!(
                Instant::now() < until,
                "the form at {} was not sent",
                self.path().await
            );
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// Clicks a link, and waits for where it leads.
    pub(crate) async fn follow(&self, css: &str) {
        self.submit(&[], css).await;
    }

    /// Waits until the page shows `words`.
    pub(crate) async fn shows(&self, words: &str) {
        let begin = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "`{words}` is not on {}:\n{text}",
                self.path().await
            );
            // What takes long is looked at less often: a look costs the browser a lot.
            let pause = (begin.elapsed() / 4).clamp(Duration::from_millis(40), Duration::from_millis(300));
            tokio::time::sleep(pause).await;
        }
    }

    pub(crate) async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub(crate) async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("a page has an address");
        url.path().to_owned()
    }

    /// The value of an expression in the page, past its content security policy.
    pub(crate) async fn evaluate(&self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.command("Runtime.evaluate", params).await;
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        answer["result"]["value"].clone()
    }

    pub(crate) async fn command(&self, name: &str, params: Value) -> Value {
        let cdp = self.driver.cdp();
        let answer = tokio::time::timeout(PATIENCE * 3, cdp.send_raw(name, params)).await;
        let Ok(answer) = answer else {
            panic!("{name} was not answered on {}", self.path().await);
        };
        answer.expect("Chromium knows the command")
    }

    /// From a set-up code to Home.
    pub(crate) async fn set_up(&self, code: &str, person: &[(&str, &str)]) -> SetUp {
        self.goto("/setup").await;
        self.submit(&[("code", code)], "main button.primary").await;
        let passwords = [("password", PASSWORD), ("repeat", PASSWORD)];
        let fields: Vec<_> = person.iter().copied().chain(passwords).collect();
        self.submit(&fields, "main button.primary").await;
        let key = self
            .find("#totp-key")
            .await
            .text()
            .await
            .expect("the key is shown");
        let app = Authenticator::new(Secret::new(key.replace(char::is_whitespace, "")));
        self.submit(&[("code", &code_before(&app).await)], "main button.primary")
            .await;
        let codes = self
            .find("#codes")
            .await
            .text()
            .await
            .expect("the codes are shown");
        let backup_codes = codes.split_whitespace().map(str::to_owned).collect();
        self.click("main input[type=checkbox]").await;
        self.submit(&[], "main button.primary").await;
        SetUp { app, backup_codes }
    }

    /// User name and password, as far as the page that asks for the code.
    pub(crate) async fn begin_sign_in(&self, username: &str) {
        self.goto("/sign-in").await;
        self.submit(&[("username", username)], "main button.primary")
            .await;
        self.submit(&[("password", PASSWORD)], "main button.primary")
            .await;
        self.shows("Enter the code").await;
    }

    /// Signs in with a backup code, so that nobody waits for the next code of the app.
    pub(crate) async fn sign_in(&self, username: &str, person: &mut SetUp) {
        self.begin_sign_in(username).await;
        self.use_backup_codes().await;
        let code = person.backup_codes.pop().expect("a backup code is left");
        self.submit(&[("code", &code)], "main button.primary").await;
        self.shows("First steps").await;
    }

    /// Chooses another way than the app.
    pub(crate) async fn use_backup_codes(&self) {
        self.click("details summary").await;
        self.submit(&[], "form[action='/sign-in/method'] button").await;
        self.shows("backup code").await;
    }

    pub(crate) async fn quit(self) {
        self.driver.clone().quit().await.expect("the browser ends");
    }
}

impl Drop for Browser {
    /// Asks nothing of a browser whose test failed: it may not answer any more. It ends with its [`Chromium`].
    fn drop(&mut self) {
        // An error says that it was quit before.
        let _ = self.driver.clone().leak();
    }
}

/// The code that the app shows.
pub(crate) fn code_now(app: &Authenticator) -> String {
    app.code(now(), 0).expose().to_owned()
}

/// The code that the app showed half a minute ago. It still counts, and leaves the one of now for the next sign-in.
pub(crate) async fn code_before(app: &Authenticator) -> String {
    const STEP: i64 = 30;
    const ENOUGH: i64 = 3;
    while STEP - ENOUGH <= now().seconds() % STEP {
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    app.code(now(), -1).expose().to_owned()
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("it is after 1970");
    Timestamp::from_micros(i64::try_from(since_1970.as_micros()).expect("it is not the far future"))
}
