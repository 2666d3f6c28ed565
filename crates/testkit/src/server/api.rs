use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{Address, Server};

/// A program with a personal token.
#[derive(Clone)]
pub struct Api {
    address: Address,
    client: reqwest::Client,
    token: String,
}

/// What the API said.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// `Null` if the body is not JSON.
    pub body: Value,
}

impl Answer {
    /// Fails the test unless the answer came with this status.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// A text of the body; empty if there is none of this name.
    pub fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }
}

impl Api {
    pub fn new(server: &Server, token: &str) -> Self {
        Self {
            address: server.address(),
            client: server.client(),
            token: token.to_owned(),
        }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sends a request to a path such as `/api/v2/accounts`; an error if no whole answer came back.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> reqwest::Result<Answer> {
        let mut request = self
            .client
            .request(method, self.address.url(path))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.whole(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.whole(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.whole(Method::PUT, path, Some(body)).await
    }

    async fn whole(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send(method, path, body)
            .await
            .unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Adds a resource; gives its id.
    pub async fn add_resource(&self, name: &str) -> String {
        let body = json!({ "name": name, "kind": "Linux" });
        self.post("/api/v2/resources", &body).await.expect(201).text("id")
    }

    /// Adds an account with this password; gives its id.
    pub async fn add_account(&self, resource: &str, name: &str, password: &str) -> String {
        let body = json!({ "resource": resource, "name": name, "password": password });
        self.post("/api/v2/accounts", &body).await.expect(201).text("id")
    }

    /// The password of an account.
    pub async fn reveal(&self, account: &str, reason: &str) -> String {
        let path = format!("/api/v2/accounts/{account}/reveal");
        self.post(&path, &json!({ "reason": reason }))
            .await
            .expect(200)
            .text("password")
    }
}
