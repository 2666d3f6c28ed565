use std::fs;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, ClientBuilder};

use super::Installation;

/// Where a server answers. Its port changes with every start, so clients ask each time.
#[derive(Clone, Debug, Default)]
pub struct Address(Arc<RwLock<String>>);

impl Address {
    /// `127.0.0.1:1234`.
    pub fn authority(&self) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `https://127.0.0.1:1234`.
    pub fn origin(&self) -> String {
        format!("https://{}", self.authority())
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    pub(super) fn move_to(&self, port: &str) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = format!("127.0.0.1:{port}");
    }
}

/// A client that trusts exactly the certificate of this installation and follows nothing by itself.
pub fn client(installation: &Installation) -> ClientBuilder {
    let pem = fs::read(installation.certificate()).expect("the server has made its certificate");
    reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(Duration::from_mins(1))
        .tls_certs_only([Certificate::from_pem(&pem).expect("the certificate is PEM")])
}
