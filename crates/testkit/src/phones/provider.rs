use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::Sha1;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;

/// A provider of phone calls on loopback, for the real one cannot be reached from a test. It hands every request to the
/// test and answers what the test says; only questions whether it is well are answered with yes.
pub struct VoiceProvider {
    pub address: SocketAddr,
    /// Who vouches for it, in PEM.
    pub authority: String,
    requests: mpsc::UnboundedReceiver<Asked>,
}

/// One request to the provider.
pub struct Asked {
    /// `POST /2010-04-01/Accounts/AC0123/Calls.json`
    pub line: String,
    headers: BTreeMap<String, String>,
    /// The fields of the form, in their order.
    pub form: Vec<(String, String)>,
    answer: oneshot::Sender<String>,
}

impl VoiceProvider {
    /// A server whose certificate is for `localhost`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("there are free ports");
        let address = listener.local_addr().expect("it is bound");
        let (authority, acceptor) = certified("localhost");
        let (out, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(acceptor.clone(), stream, out.clone()));
            }
        });
        Self {
            address,
            authority,
            requests,
        }
    }

    /// The next request, which must begin so.
    pub async fn expect(&mut self, line: &str) -> Asked {
        let asked = tokio::time::timeout(Duration::from_secs(20), self.requests.recv()).await;
        let asked = asked
            .unwrap_or_else(|_| panic!("{line} comes"))
            .expect("the test speaks HTTP");
        assert!(asked.line.starts_with(line), "{} instead of {line}", asked.line);
        asked
    }

    /// Whether another request comes within `time`.
    pub async fn comes(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.requests.recv()).await.is_ok()
    }
}

impl Asked {
    pub fn field(&self, name: &str) -> &str {
        let found = self.form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// User and password of the request.
    pub fn credentials(&self) -> String {
        let encoded = self.headers["authorization"]
            .strip_prefix("Basic ")
            .expect("the test speaks HTTP");
        String::from_utf8(BASE64.decode(encoded.as_bytes()).expect("the test speaks HTTP"))
            .expect("the test speaks HTTP")
    }

    pub fn reply(self, status: u16, headers: &str, body: &str) {
        let text = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        let _ = self.answer.send(text);
    }

    /// Closes the connection without a word.
    pub fn drop_connection(self) {
        let _ = self.answer.send(String::new());
    }
}

/// The signature of a request of the provider: of its address and of its fields in the order of their names.
pub fn provider_signature(auth_token: &str, url: &str, fields: &[(String, String)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort();
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(format!("{name}{value}").as_bytes());
    }
    BASE64.encode(&mac.finalize().into_bytes())
}

/// An authority of its own, and a server that it vouches for.
fn certified(name: &str) -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).expect("no name is a good name for an authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = || KeyPair::generate().expect("there is chance");
    let authority = CertifiedIssuer::self_signed(params, key()).expect("it signs itself");
    let own = key();
    let params = CertificateParams::new(vec![name.to_owned()]).expect("the name is one");
    let certificate = params.signed_by(&own, &authority).expect("it signs others");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the suites")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.serialize_der())),
        )
        .expect("the key is that of the certificate");
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, out: mpsc::UnboundedSender<Asked>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            match stream.read_line(&mut line).await {
                Ok(count) if count != 0 => {}
                _ => return,
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let headers: BTreeMap<String, String> = head
            .iter()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.parse().expect("the test speaks HTTP"));
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.expect("the test speaks HTTP");
        let line = head[0].clone();
        if line.starts_with("GET ") {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                .await
                .expect("the test speaks HTTP");
            stream.flush().await.expect("the test speaks HTTP");
            continue;
        }
        let (answer, answered) = oneshot::channel();
        let asked = Asked {
            line,
            headers,
            form: form(&String::from_utf8(body).expect("the test speaks HTTP")),
            answer,
        };
        let _ = out.send(asked);
        // A test that never answers leaves the connection open.
        let Ok(answer) = answered.await else {
            return std::future::pending().await;
        };
        if stream.write_all(answer.as_bytes()).await.is_err() || answer.is_empty() {
            return;
        }
        stream.flush().await.expect("the test speaks HTTP");
    }
}

/// Reads a form as browsers send it.
fn form(body: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let digits = [
                        rest.next().expect("the test speaks HTTP"),
                        rest.next().expect("the test speaks HTTP"),
                    ];
                    u8::from_str_radix(std::str::from_utf8(&digits).expect("the test speaks HTTP"), 16)
                        .expect("the test speaks HTTP")
                }
                byte => byte,
            });
        }
        String::from_utf8(bytes).expect("the test speaks HTTP")
    };
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}
