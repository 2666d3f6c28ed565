use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use portcullis_http::{ClientAddress, DemoNote, Look, Web, WebSettings, router};
use portcullis_model::Secret;
use portcullis_testkit::{Person, World};
use tower::ServiceExt;

/// A browser without scripts: it keeps cookies and sends forms.
pub(crate) struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Fails unless the page shows `text`, as people read it.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        let readable = self.text.replace("&#39;", "'").replace("&#38;", "&");
        assert!(
            readable.contains(text),
            "{text:?} is not on the page {}:\n{readable}",
            self.status
        );
    }

    /// What stands in the form's hidden or visible field.
    pub(crate) fn value_of(&self, field: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(&format!("name=\"{field}\""))
            .expect("the field is there");
        let (_, rest) = rest
            .split('>')
            .next()
            .unwrap()
            .split_once("value=\"")
            .expect("the field has a value");
        rest.split('"').next().unwrap().to_owned()
    }
}

pub(crate) fn doors(world: &World) -> Router {
    router(web(world))
}

pub(crate) fn web(world: &World) -> Web {
    let gate = world.gate.clone();
    Web {
        gate: world.gate.clone(),
        base: WebSettings {
            site_name: "Portcullis".to_owned(),
            base_url: "https://vault.example".to_owned(),
            version: "0.1.0",
        },
        hooks: world.gate.call_hooks(),
        request_ids: Arc::new(move || gate.request_id()),
        demo: None,
        look: Look::default(),
    }
}

/// Sends one request as it stands.
pub(crate) async fn send(router: &Router, mut request: Request<Body>) -> Answer {
    request
        .extensions_mut()
        .insert(ClientAddress("192.0.2.7".to_owned()));
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

impl Browser {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            router: doors(world),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) fn of(world: &World, person: &Person) -> Self {
        let mut browser = Self::new(world);
        let token = person.session_token.expose().to_owned();
        browser
            .cookies
            .insert("__Host-portcullis_session".to_owned(), token);
        browser
    }

    /// A browser that holds one cookie and nothing else.
    pub(crate) fn with(world: &World, cookie: &str, value: &Secret) -> Self {
        let mut browser = Self::new(world);
        browser
            .cookies
            .insert(cookie.to_owned(), value.expose().to_owned());
        browser
    }

    /// The same browser at a throw-away vault.
    pub(crate) fn in_demo(self, world: &World, note: &DemoNote) -> Self {
        let demo = Some(note.clone());
        Self {
            router: router(Web { demo, ..web(world) }),
            ..self
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, String::new(), "text/html").await
    }

    /// Sends a form with the hidden field of the session, if there is one.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit(path, fields, "text/html").await
    }

    /// The same as a script does it.
    pub(crate) async fn fetch(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit(path, fields, "application/json").await
    }

    async fn submit(&mut self, path: &str, fields: &[(&str, &str)], accept: &str) -> Answer {
        let csrf = self
            .cookies
            .get("__Host-portcullis_session")
            .map(|token| portcullis_ops::csrf_token(token));
        let csrf = csrf.as_deref().map(|token| ("csrf", token));
        let pairs: Vec<String> = fields
            .iter()
            .copied()
            .chain(csrf)
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        self.ask(Method::POST, path, pairs.join("&"), accept).await
    }

    /// Sends a form with a file, as browsers do.
    pub(crate) async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, kind, file): (&str, &str, &[u8]),
    ) -> Answer {
        const BETWEEN: &str = "--between\r\nContent-Disposition: form-data; name=";
        let token = &self.cookies["__Host-portcullis_session"];
        let csrf = portcullis_ops::csrf_token(token);
        let mut body = Vec::new();
        for (field, value) in fields.iter().copied().chain([("csrf", csrf.as_str())]) {
            body.extend(format!("{BETWEEN}\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        let head = format!("{BETWEEN}\"logo_file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n");
        body.extend(head.into_bytes());
        body.extend(file);
        body.extend(b"\r\n--between--\r\n");
        let kind = "multipart/form-data; boundary=between";
        self.send(Method::POST, path, Body::from(body), "text/html", kind)
            .await
    }

    async fn ask(&mut self, method: Method, path: &str, body: String, accept: &str) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.send(method, path, Body::from(body), accept, kind).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Body, accept: &str, kind: &str) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "vault.example")
            .header(header::ORIGIN, "https://vault.example")
            .header(header::ACCEPT, accept)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .unwrap();
        let answer = send(&self.router, request).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        answer
    }

    fn keep(&mut self, line: &str) {
        for rule in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
            assert!(line.contains(rule), "{line} lacks {rule}");
        }
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) fn has(&self, cookie: &str) -> bool {
        self.cookies.contains_key(cookie)
    }
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect::<Vec<_>>()
        .concat()
}
