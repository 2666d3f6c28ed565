//! A company for a story: a server with an administrator, people in real browsers, a real mail server.

use portcullis_testkit::SmtpServer;
use portcullis_testkit::server::{Api, Console, Person, Server};
use serde_json::{Value, json};

use crate::browser::{Browser, SetUp};
use crate::chromium::Chromium;

const DESKTOP: (u32, u32) = (1280, 900);

/// A server with an administrator, and what the administrator's program may do.
pub(crate) struct Company {
    pub(crate) server: Server,
    chromium: Chromium,
    pub(crate) console: Console,
    administrator: Person,
    pub(crate) api: Api,
}

impl Company {
    pub(crate) async fn new() -> Self {
        let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
        let (console, administrator) = Console::set_up_first(&server).await;
        let token = console.token("policy", &["read", "write", "administer"]).await;
        Self {
            api: Api::new(&server, &token),
            chromium: Chromium::start().await,
            server,
            console,
            administrator,
        }
    }

    pub(crate) async fn set(&self, connection: &str, value: Value) {
        let body = json!({ "value": value, "revision": 0 });
        let _ = self
            .api
            .put(&format!("/api/v2/settings/{connection}"), &body)
            .await
            .expect(204);
    }

    pub(crate) async fn set_mail(&self, mail: &SmtpServer) {
        self.set(
            "mail",
            json!({
                "host": "localhost", "port": mail.ports.starttls, "security": "starttls",
                "username": SmtpServer::USERNAME, "password": SmtpServer::PASSWORD,
                "from_address": "portcullis@example.org", "from_name": "Portcullis", "ca_pem": mail.ca_pem(),
            }),
        )
        .await;
    }

    pub(crate) async fn apply(&self, change: Value) {
        let previewed = self.api.post("/api/v2/mfa/preview", &change).await.expect(200);
        let new = json!({ "change": change, "summary": "test", "version": previewed.body["version"] });
        let _ = self.api.post("/api/v2/mfa/changes", &new).await.expect(201);
    }

    pub(crate) async fn switch_on(&self, methods: &[&str]) {
        self.set_site("methods", json!(methods)).await;
    }

    /// Switches on or off that a passkey can be both proofs.
    pub(crate) async fn passkeys_alone(&self, on: bool) {
        self.set_site("passkey_alone", json!(on)).await;
    }

    /// Changes one of the rules for everybody.
    pub(crate) async fn set_site(&self, rule: &str, value: Value) {
        let policy = self.api.get("/api/v2/mfa/policy").await.expect(200);
        let mut site = policy.body["site"].clone();
        site[rule] = value;
        self.apply(json!({ "site": site })).await;
    }

    /// Takes a method of a person away, who then has lost it.
    pub(crate) async fn reset(&self, username: &str, method: &str) {
        let id = self.id_of(username).await;
        let id = id.as_str().expect("an id is a text");
        let reset = json!({ "method": method, "reason": "lost" });
        let _ = self
            .api
            .post(&format!("/api/v2/users/{id}/mfa/reset"), &reset)
            .await
            .expect(200);
    }

    /// Somebody who has set themselves up in a browser of their own, and has signed out.
    pub(crate) async fn newcomer(&self, username: &str) -> (Browser, SetUp) {
        let code = self.console.add_person(username, "password_user").await;
        let browser = self.browser(username).await;
        let email = format!("{username}@example.org");
        let person = [("display_name", username), ("email", email.as_str())];
        let set_up = browser.set_up(&code, &person).await;
        browser.submit(&[], "form[action='/sign-out'] button").await;
        (browser, set_up)
    }

    /// The administrator, signed in.
    pub(crate) async fn administrator(&self) -> Browser {
        let browser = self.browser("admin").await;
        browser.begin_sign_in("admin").await;
        browser.use_backup_codes().await;
        let code = self.administrator.backup_code().expect("a backup code is left");
        browser.submit(&[("code", &code)], "main button.primary").await;
        browser.shows("Sign out").await;
        browser
    }

    async fn browser(&self, name: &str) -> Browser {
        self.browser_at(name, &self.server).await
    }

    /// A browser of its own, at one of the nodes.
    pub(crate) async fn browser_at(&self, name: &str, server: &Server) -> Browser {
        Browser::open(&self.chromium, name, origin(server), DESKTOP).await
    }

    /// A browser whose owner has forbidden scripts.
    pub(crate) async fn browser_without_script(&self, name: &str) -> Browser {
        let driver = self.chromium.open_without_script(name, DESKTOP).await;
        Browser::of(driver, origin(&self.server))
    }

    pub(crate) async fn id_of(&self, username: &str) -> Value {
        let people = self.api.get("/api/v2/users").await.expect(200);
        people.body["items"]
            .as_array()
            .expect("people are a list")
            .iter()
            .find(|person| person["username"] == username)
            .expect("the person was added")["id"]
            .clone()
    }

    /// Somebody who has set themselves up, has signed out, and must use `methods` from now on.
    pub(crate) async fn person(&self, username: &str, methods: &[&str]) -> (Browser, SetUp) {
        let (browser, set_up) = self.newcomer(username).await;
        self.require(username, methods).await;
        (browser, set_up)
    }

    /// Asks a person for other methods than everybody.
    pub(crate) async fn require(&self, username: &str, methods: &[&str]) {
        let id = self.id_of(username).await;
        let own = json!({ "id": id, "uses_group_settings": false, "requirement": { "methods": methods } });
        self.apply(json!({ "people": [own] })).await;
    }
}

/// Keys are bound to a name, never to a bare address.
fn origin(server: &Server) -> String {
    server.url("").replace("127.0.0.1", "localhost")
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

/// The code in the letter with that number among those with codes for that address.
pub(crate) async fn code_in(mail: &SmtpServer, to: &str, number: usize) -> String {
    for _ in 0..400 {
        let letters: Vec<_> = mail
            .letters()
            .into_iter()
            .filter(|letter| {
                letter.subject == "Your code to sign in to Portcullis"
                    && letter.to.iter().any(|address| address == to)
            })
            .collect();
        if let Some(letter) = letters.get(number - 1) {
            assert!(letter.tls.is_some(), "the letter travelled in the clear");
            assert!(!letter.html.contains("href"), "{}", letter.html);
            return letter.text.lines().next().unwrap_or_default().to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("letter {number} did not come")
}
