use std::sync::{Arc, Mutex, PoisonError};

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::ORIGIN;

use super::{Address, Page, Person, Server, client};

/// A browser without scripts. Clones share its cookies, like tabs.
#[derive(Clone)]
pub struct Console {
    address: Address,
    client: reqwest::Client,
    cookies: Arc<Jar>,
    csrf: Arc<Mutex<Option<String>>>,
}

impl Console {
    /// A new browser that has never been here.
    pub fn new(server: &Server) -> Self {
        let cookies = Arc::new(Jar::default());
        let client = client(&server.installation)
            .cookie_provider(Arc::clone(&cookies))
            .build();
        Self {
            address: server.address(),
            client: client.expect("a client can be made"),
            cookies,
            csrf: Arc::default(),
        }
    }

    /// The same browser, whose requests another node answers.
    #[must_use]
    pub fn at(&self, node: &Server) -> Self {
        Self {
            address: node.address(),
            ..self.clone()
        }
    }

    /// A person who has walked through all of set-up, in the browser in which they are signed in now.
    pub async fn set_up(server: &Server, code: &str, username: &str, password: &str) -> (Self, Person) {
        let console = Self::new(server);
        let code_page = console.post("/setup", &[("code", code)]).await.expect(200);
        let form = [
            ("code", code),
            ("username", username),
            ("display_name", &format!("The {username}")),
            ("email", &format!("{username}@example.org")),
            ("password", password),
            ("repeat", password),
        ];
        assert_eq!(code_page.field("code").as_deref(), Some(code));
        let claimed = console.post("/setup/person", &form).await.expect(303);
        let enrolment = console.get(claimed.location()).await.expect(200);
        let key = enrolment
            .element("totp-key")
            .expect("the page shows the key")
            .replace(' ', "");
        let person = Person::new(username, password, &key);
        let code = person.fresh_code().expect("no code was used yet");
        let codes = console
            .post("/setup/authenticator", &[("code", &code), ("name", "Phone")])
            .await
            .expect(200);
        person.keep(codes.items("codes"));
        let _ = console.get("/").await.expect(200);
        (console, person)
    }

    /// The first administrator, with the code that the server greeted with.
    pub async fn set_up_first(server: &Server) -> (Self, Person) {
        let code = server
            .setup_code()
            .expect("nobody has finished set-up")
            .to_owned();
        Self::set_up(server, &code, "admin", "lamp copper orbit thistle").await
    }

    /// Signs in with both proofs: a code of the app, or a backup code while the app has no fresh one.
    pub async fn sign_in(&self, person: &Person) {
        let _ = self
            .begin_sign_in(&person.username, &person.password)
            .await
            .expect(303);
        let code = if let Some(code) = person.fresh_code() {
            code
        } else {
            let _ = self
                .post("/sign-in/method", &[("method", "backup_code")])
                .await
                .expect(303);
            person.backup_code().expect("a backup code is left")
        };
        let _ = self.post("/sign-in/code", &[("code", &code)]).await.expect(303);
        let _ = self.get("/").await.expect(200);
    }

    /// User name and password; gives the answer to the password.
    pub async fn begin_sign_in(&self, username: &str, password: &str) -> Page {
        let _ = self.post("/sign-in", &[("username", username)]).await.expect(303);
        self.post("/sign-in/password", &[("password", password)]).await
    }

    pub async fn sign_out(&self) {
        let _ = self.post("/sign-out", &[]).await.expect(303);
    }

    /// Tells whether the server knows this browser's session.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/").await.status == 200
    }

    /// Adds a person; gives their set-up code.
    pub async fn add_person(&self, username: &str, role: &str) -> String {
        let form = [
            ("username", username),
            ("display_name", &format!("The {username}")),
            ("email", &format!("{username}@example.org")),
            ("role", role),
        ];
        let page = self.post("/users/new", &form).await.expect(200);
        page.element("setup-code")
            .expect("the page shows the set-up code")
    }

    /// Makes a personal token with scopes such as `read`, `reveal`, `write`, `administer`.
    pub async fn token(&self, name: &str, scopes: &[&str]) -> String {
        let mut form = vec![("name", name), ("days", "7")];
        form.extend(scopes.iter().map(|scope| ("scope", *scope)));
        let page = self.post("/me/tokens", &form).await.expect(200);
        page.element("token").expect("the page shows the token")
    }

    /// Adds a resource; gives its id.
    pub async fn add_resource(&self, name: &str) -> String {
        let form = [("name", name), ("kind", "Linux"), ("policy", "Strong")];
        self.post("/resources/new", &form).await.expect(303).location_id()
    }

    /// Adds an account with this password; gives its id.
    pub async fn add_account(&self, resource: &str, name: &str, password: &str) -> String {
        let form = [
            ("resource", resource),
            ("name", name),
            ("mode", "type"),
            ("password", password),
        ];
        self.post("/passwords/new", &form).await.expect(303).location_id()
    }

    pub async fn get(&self, path: &str) -> Page {
        self.try_get(path)
            .await
            .unwrap_or_else(|error| panic!("GET {path}: {error:?}"))
    }

    /// Sends a form, with the proof of the last page that had one.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        self.try_post(path, form)
            .await
            .unwrap_or_else(|error| panic!("POST {path}: {error:?}"))
    }

    pub async fn try_get(&self, path: &str) -> reqwest::Result<Page> {
        self.send(self.client.get(self.address.url(path))).await
    }

    pub async fn try_post(&self, path: &str, form: &[(&str, &str)]) -> reqwest::Result<Page> {
        let csrf = self.csrf.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut form = form.to_vec();
        form.extend(csrf.as_deref().map(|csrf| ("csrf", csrf)));
        self.send(self.client.post(self.address.url(path)).form(&form))
            .await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Page> {
        let response = request.header(ORIGIN, self.address.origin()).send().await?;
        let page = Page::read(response).await?;
        if let Some(csrf) = page.csrf() {
            *self.csrf.lock().unwrap_or_else(PoisonError::into_inner) = Some(csrf);
        }
        Ok(page)
    }

    /// The cookies as this browser would send them.
    pub fn cookies(&self) -> String {
        let url = self.address.url("/").parse().expect("the address is a URL");
        let header = self.cookies.cookies(&url);
        header
            .and_then(|header| header.to_str().ok().map(str::to_owned))
            .unwrap_or_default()
    }
}
