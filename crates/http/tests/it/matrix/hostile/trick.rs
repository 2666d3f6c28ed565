use axum::body::Body as Bytes;
use axum::http::{Request, header};

use crate::matrix::callers::{Caller, Credential};
use crate::matrix::request::{self, FORM, Values};
use crate::matrix::route::{Body, Door, Route};

/// A request that something is wrong with. Its `{…}` are filled in when it is sent.
#[derive(Clone)]
pub(super) struct Trick {
    pub(super) method: String,
    pub(super) address: String,
    pub(super) headers: Vec<(&'static str, Vec<u8>)>,
    pub(super) kind: Option<&'static str>,
    pub(super) body: Payload,
}

#[derive(Clone)]
pub(super) enum Payload {
    Fields(Vec<(String, String)>),
    Raw(Vec<u8>),
    Text(String),
}

impl Trick {
    /// The request as it should be.
    pub(super) fn none(route: &Route) -> Self {
        let address = if route.query.is_empty() {
            route.path.to_owned()
        } else {
            format!("{}?{}", route.path, route.query)
        };
        let (kind, body) = match route.body {
            Body::Json(text) => ("application/json", Payload::Text(text.to_owned())),
            Body::Form(fields) => (FORM, Payload::Fields(owned(fields))),
            Body::None if route.door == Door::Token => ("application/json", Payload::Text(String::new())),
            Body::None => (FORM, Payload::Text(String::new())),
        };
        Self {
            method: route.method.to_owned(),
            address,
            headers: Vec::new(),
            kind: Some(kind),
            body,
        }
    }

    pub(super) fn at(&self, address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            ..self.clone()
        }
    }

    pub(super) fn by(&self, method: &str) -> Self {
        Self {
            method: method.to_owned(),
            ..self.clone()
        }
    }

    pub(super) fn of_kind(&self, kind: Option<&'static str>) -> Self {
        Self { kind, ..self.clone() }
    }

    pub(super) fn sending(&self, body: Payload) -> Self {
        Self { body, ..self.clone() }
    }

    pub(super) fn with(&self, name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        let mut trick = self.clone();
        trick.headers.push((name, value.into()));
        trick
    }

    pub(super) fn only_reads(&self) -> bool {
        matches!(
            self.method.as_str(),
            "GET" | "HEAD" | "OPTIONS" | "PROPFIND" | "TRACE"
        )
    }

    /// The request from this caller; nothing if HTTP cannot express it.
    ///
    /// The proof that a form was rendered for the session stands in a header, so that a broken body gets as far as it can.
    pub(super) fn request(&self, values: &Values, caller: &Caller) -> Option<Request<Bytes>> {
        let mut request = request::from(caller, &self.method, &values.fill(&self.address));
        if let Some(kind) = self.kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Credential::Session(token) = &caller.shows {
            request = request.header("x-csrf", portcullis_ops::csrf_token(token.expose()));
        }
        let body = match &self.body {
            Payload::Raw(bytes) => bytes.clone(),
            Payload::Text(text) => values.fill(text).into_bytes(),
            Payload::Fields(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), values.fill(value)))
                    .collect();
                request::form(&fields, caller).into_bytes()
            }
        };
        let mut request = request.body(Bytes::from(body)).ok()?;
        for (name, value) in &self.headers {
            request
                .headers_mut()
                .insert(*name, value.as_slice().try_into().ok()?);
        }
        Some(request)
    }
}

pub(super) fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(owned).collect()
}
