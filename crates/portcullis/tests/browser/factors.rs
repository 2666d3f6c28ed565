//! Every second factor in a real browser, against a real mail server, a real RADIUS server and Chromium's own
//! authenticator.

use portcullis_testkit::SmtpServer;
use portcullis_testkit::radius::FreeRadius;
use portcullis_testkit::server::{Api, Console, Server};
use serde_json::{Value, json};

use crate::browser::{Browser, SetUp, code_now};
use crate::chromium::Chromium;

const DESKTOP: (u32, u32) = (1280, 900);

/// A server with an administrator, and what the administrator's program may do.
pub(crate) struct Company {
    server: Server,
    chromium: Chromium,
    console: Console,
    api: Api,
}

impl Company {
    pub(crate) async fn new() -> Self {
        let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
        let (console, _) = Console::set_up_first(&server).await;
        let token = console.token("policy", &["read", "write", "administer"]).await;
        Self {
            api: Api::new(&server, &token),
            chromium: Chromium::start().await,
            server,
            console,
        }
    }

    async fn set(&self, connection: &str, value: Value) {
        let body = json!({ "value": value, "revision": 0 });
        let _ = self
            .api
            .put(&format!("/api/v2/settings/{connection}"), &body)
            .await
            .expect(204);
    }

    async fn apply(&self, change: Value) {
        let previewed = self.api.post("/api/v2/mfa/preview", &change).await.expect(200);
        let new = json!({ "change": change, "summary": "test", "version": previewed.body["version"] });
        let _ = self.api.post("/api/v2/mfa/changes", &new).await.expect(201);
    }

    async fn switch_on(&self, methods: &[&str]) {
        let policy = self.api.get("/api/v2/mfa/policy").await.expect(200);
        let mut site = policy.body["site"].clone();
        site["methods"] = json!(methods);
        self.apply(json!({ "site": site })).await;
    }

    /// Switches on or off that a passkey can be both proofs.
    pub(crate) async fn passkeys_alone(&self, on: bool) {
        let policy = self.api.get("/api/v2/mfa/policy").await.expect(200);
        let mut site = policy.body["site"].clone();
        site["passkey_alone"] = json!(on);
        self.apply(json!({ "site": site })).await;
    }

    async fn id_of(&self, username: &str) -> Value {
        let people = self.api.get("/api/v2/users").await.expect(200);
        people.body["items"]
            .as_array()
            .expect("people are a list")
            .iter()
            .find(|person| person["username"] == username)
            .expect("the person was added")["id"]
            .clone()
    }

    /// Takes the keys of a person away, who then has lost them.
    pub(crate) async fn reset_keys_of(&self, username: &str) {
        let id = self.id_of(username).await;
        let id = id.as_str().expect("an id is a text");
        let reset = json!({ "method": "web_authn", "reason": "lost" });
        let _ = self
            .api
            .post(&format!("/api/v2/users/{id}/mfa/reset"), &reset)
            .await
            .expect(200);
    }

    /// Somebody who has set themselves up, has signed out, and must use `methods` from now on.
    pub(crate) async fn person(&self, username: &str, methods: &[&str]) -> (Browser, SetUp) {
        let code = self.console.add_person(username, "password_user").await;
        // Keys are bound to a name, never to a bare address.
        let origin = self.server.url("").replace("127.0.0.1", "localhost");
        let browser = Browser::open(&self.chromium, username, origin, DESKTOP).await;
        let email = format!("{username}@example.org");
        let person = [("display_name", username), ("email", email.as_str())];
        let set_up = browser.set_up(&code, &person).await;
        browser.submit(&[], "form[action='/sign-out'] button").await;
        let id = self.id_of(username).await;
        let own = json!({ "id": id, "uses_group_settings": false, "requirement": { "methods": methods } });
        self.apply(json!({ "people": [own] })).await;
        (browser, set_up)
    }
}

pub(crate) async fn type_password(browser: &Browser, username: &str) {
    browser.goto("/sign-in").await;
    browser
        .submit(&[("username", username)], "main button.primary")
        .await;
    browser
        .submit(&[("password", crate::browser::PASSWORD)], "main button.primary")
        .await;
}

#[tokio::test]
async fn a_code_by_email_is_asked_for_wrong_expired_replaced_and_right() {
    let company = Company::new().await;
    let mail = SmtpServer::start().await;
    company
        .set(
            "mail",
            json!({
                "host": "localhost", "port": mail.ports.starttls, "security": "starttls",
                "username": SmtpServer::USERNAME, "password": SmtpServer::PASSWORD,
                "from_address": "portcullis@example.org", "from_name": "Portcullis", "ca_pem": mail.ca_pem(),
            }),
        )
        .await;
    company.switch_on(&["email", "backup_code", "totp"]).await;
    let (vera, _) = company.person("vera", &["email", "backup_code"]).await;

    type_password(&vera, "vera").await;
    vera.shows("Enter the code from your e-mail").await;
    vera.shows("v•••a@example.org").await;
    let first = code_in(&mail, 1).await;
    let wrong = if first == "000000" { "000001" } else { "000000" };
    vera.submit(&[("code", wrong)], "main button.primary").await;
    vera.shows("Incorrect verification code.").await;
    vera.submit(&[], "form[action='/sign-in/resend'] button").await;
    vera.shows("We sent a new code. The old one no longer works.")
        .await;
    let second = code_in(&mail, 2).await;
    vera.submit(&[("code", &first)], "main button.primary").await;
    vera.shows("Incorrect verification code.").await;
    vera.submit(&[("code", &second)], "main button.primary").await;
    vera.shows("Sign out").await;

    vera.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&vera, "vera").await;
    vera.submit(&[], "form[action='/sign-in/cancel'] button").await;
    vera.shows("Sign-in cancelled. Nothing was changed.").await;
    vera.quit().await;
}

/// The code in the letter with that number among those with codes.
async fn code_in(mail: &SmtpServer, number: usize) -> String {
    for _ in 0..400 {
        let letters: Vec<_> = mail
            .letters()
            .into_iter()
            .filter(|letter| letter.subject == "Your code to sign in to Portcullis")
            .collect();
        if let Some(letter) = letters.get(number - 1) {
            assert_eq!(letter.to, ["vera@example.org"]);
            assert!(letter.tls.is_some(), "the letter travelled in the clear");
            assert!(!letter.html.contains("href"), "{}", letter.html);
            return letter.text.lines().next().unwrap_or_default().to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("letter {number} did not come")
}

#[tokio::test]
async fn a_hardware_token_is_asked_for_the_next_code_and_for_a_new_pin() {
    let company = Company::new().await;
    let radius = FreeRadius::start().await;
    company.set("radius", radius_settings(radius.strict())).await;
    company.switch_on(&["radius", "backup_code", "totp"]).await;
    let (dave, _) = company.person("dave", &["radius", "backup_code"]).await;

    type_password(&dave, "dave").await;
    dave.shows("Enter your token code").await;
    dave.submit(&[("code", "1234999999")], "main button.primary")
        .await;
    dave.shows("Incorrect verification code.").await;
    dave.submit(&[("code", "1234222222")], "main button.primary")
        .await;
    dave.shows("Wait for the token code to change").await;
    dave.submit(&[("code", "333333")], "main button.primary").await;
    dave.shows("Sign out").await;

    dave.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&dave, "dave").await;
    dave.submit(&[("code", "1234444444")], "main button.primary")
        .await;
    dave.shows("Enter a new PIN of 4 to 8 digits").await;
    dave.submit(&[("code", "5678")], "main button.primary").await;
    dave.shows("Enter the new PIN again").await;
    dave.submit(&[("code", "5678")], "main button.primary").await;
    dave.shows("Sign out").await;
    dave.quit().await;
}

#[tokio::test]
async fn a_radius_server_without_message_authenticator_is_not_believed() {
    let company = Company::new().await;
    let radius = FreeRadius::start().await;
    company.set("radius", radius_settings(radius.legacy())).await;
    company.switch_on(&["radius", "backup_code", "totp"]).await;
    let (alice, mut own) = company.person("alice", &["radius", "backup_code"]).await;

    type_password(&alice, "alice").await;
    alice
        .submit(&[("code", "Pw-alice-1")], "main button.primary")
        .await;
    alice.shows("The RADIUS server did not answer.").await;
    alice.use_backup_codes().await;
    let code = own.backup_codes.pop().expect("a backup code is left");
    alice.submit(&[("code", &code)], "main button.primary").await;
    alice.shows("Sign out").await;
    alice.quit().await;
}

fn radius_settings(port: u16) -> Value {
    json!({
        "servers": [{ "host": "127.0.0.1", "port": port, "transport": { "udp": { "secret": FreeRadius::SECRET } } }],
        "time_out_ms": 1500, "tries": 1,
    })
}

#[tokio::test]
async fn a_security_key_is_set_up_on_the_way_in_and_signs_in_afterwards() {
    let company = Company::new().await;
    company.switch_on(&["backup_code", "totp", "web_authn"]).await;
    let (wanda, own) = company.person("wanda", &["web_authn"]).await;
    wanda.command("WebAuthn.enable", json!({})).await;
    let key = json!({ "options": {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    let key = wanda.command("WebAuthn.addVirtualAuthenticator", key).await;

    type_password(&wanda, "wanda").await;
    wanda.shows("Enter the code from your app").await;
    wanda
        .submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    wanda.shows("Add a second step").await;
    wanda
        .submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    wanda.submit(&[("name", "Blue key")], "main button.primary").await;
    wanda.shows("Sign out").await;

    wanda.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&wanda, "wanda").await;
    wanda.shows("Use your security key").await;
    wanda.submit(&[], "main button.primary").await;
    wanda.shows("Sign out").await;

    wanda.submit(&[], "form[action='/sign-out'] button").await;
    let gone = json!({ "authenticatorId": key["authenticatorId"] });
    wanda.command("WebAuthn.removeVirtualAuthenticator", gone).await;
    let other = json!({ "options": {
        "protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": true,
    } });
    wanda.command("WebAuthn.addVirtualAuthenticator", other).await;
    type_password(&wanda, "wanda").await;
    wanda.shows("Use your security key").await;
    wanda.click("main button.primary").await;
    wanda.shows("Cancelled or timed out. Try again.").await;
    wanda.quit().await;
}
