//! An agent served over TLS on loopback, and the server's side of the link to it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use portcullis_auth::Phone;
use portcullis_crypto::PasswordHasher;
use portcullis_model::{
    Asking, CallNews, CallOutcome, Challenge, Clock, FactorError, SecondFactor, Secret, Telephone,
};
use portcullis_phone_agent::{Agent, Person, router};
use portcullis_testkit::{MemorySlot, MockClock, SeededChance};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An agent with one person, d.okafor.
pub(crate) struct Office {
    pub(crate) agent: Arc<Agent>,
    pub(crate) clock: Arc<MockClock>,
    pub(crate) password: Secret,
    pub(crate) path: std::path::PathBuf,
    pub(crate) folder: TempDir,
}

pub(crate) const PERSON: &str = "d.okafor";

impl Office {
    /// Its trunk is on that port of this machine.
    pub(crate) fn new(trunk: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.db");
        let clock = Arc::new(MockClock::default());
        let agent = open(&path, &clock);
        agent.configure(&trunks(trunk)).unwrap();
        let password = agent.draw_password("portcullis").unwrap();
        agent.add(Person::new(PERSON, "1 9259249500 292")).unwrap();
        Self {
            agent: Arc::new(agent),
            clock,
            password,
            path,
            folder,
        }
    }
}

pub(crate) fn open(path: &std::path::Path, clock: &Arc<MockClock>) -> Agent {
    let clock: Arc<dyn Clock> = Arc::<MockClock>::clone(clock);
    Agent::open(
        path,
        &MemorySlot::default(),
        clock,
        Arc::new(SeededChance::new(7)),
        PasswordHasher::with_cost(8, 1),
    )
    .unwrap()
}

pub(crate) fn trunks(port: u16) -> Vec<u8> {
    json!({
        "trunks": [{
            "host": "127.0.0.1", "port": port, "transport": "udp", "username": "portcullis", "upkeep": "none",
        }],
        "countries": ["US", "DE"],
        "limits": { "in_ten_minutes": 50, "in_a_day": 50 },
    })
    .to_string()
    .into_bytes()
}

/// A certificate for `name`, and the authority that made it.
pub(crate) struct Certified {
    pub(crate) authority: String,
    config: Arc<ServerConfig>,
}

impl Certified {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    pub(crate) fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let pair = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&pair).unwrap().pem();
        let issuer = Issuer::new(params, pair);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![CertificateDer::from(certificate)];
        provider();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self {
            authority,
            config: Arc::new(config),
        }
    }
}

pub(crate) fn provider() {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Serves what the agent, or somebody in its place, answers.
pub(crate) async fn serve(router: Router, certified: &Certified) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::clone(&certified.config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, router) = (acceptor.clone(), router.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = TowerToHyperService::new(router);
                let _ = Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    address
}

/// The server's side, with what it is told of the agent.
pub(crate) struct Server {
    pub(crate) phone: Arc<Phone>,
    pub(crate) settings: Vec<u8>,
}

impl Server {
    pub(crate) fn new(address: SocketAddr, password: &Secret, authority: &str, mode: &str) -> Self {
        Self::of(&json!({
            "agent": {
                "url": format!("https://localhost:{}", address.port()),
                "username": "portcullis", "password": password.expose(), "ca": authority,
            },
            "mode": mode,
        }))
    }

    pub(crate) fn of(settings: &Value) -> Self {
        provider();
        Self {
            phone: Arc::new(Phone::new(
                Arc::new(SeededChance::new(rand_seed())),
                "https://vault.example",
            )),
            settings: settings.to_string().into_bytes(),
        }
    }

    /// A server with an agent that answers as it should.
    pub(crate) async fn honest(office: &Office, mode: &str) -> Self {
        let certified = Certified::new("localhost");
        let address = serve(router(Arc::clone(&office.agent)), &certified).await;
        Self::new(address, &office.password, &certified.authority, mode)
    }

    pub(crate) async fn challenge(&self, person: &str) -> Result<Challenge, FactorError> {
        let enrolment = json!({ "agent": person }).to_string().into_bytes();
        let asking = Asking {
            enrolments: &[&enrolment],
            settings: &self.settings,
            at: portcullis_model::Timestamp::from_micros(0),
            chance: &SeededChance::new(rand_seed()),
        };
        self.phone.challenge(&asking).await
    }

    /// Asks for a call to d.okafor and waits for its end.
    pub(crate) async fn call(&self) -> CallOutcome {
        let challenge = self.challenge(PERSON).await.unwrap();
        self.place(&challenge.call.unwrap().spec).await
    }

    pub(crate) async fn place(&self, spec: &Secret) -> CallOutcome {
        let news = std::sync::Mutex::new(Vec::new());
        let tell = |told: CallNews| news.lock().unwrap().push(told);
        let report = self.phone.place(&self.settings, spec, &tell).await;
        let decided: Vec<_> = news
            .into_inner()
            .unwrap()
            .into_iter()
            .filter(|told| matches!(told, CallNews::Decided(_)))
            .collect();
        assert!(decided.len() <= 1, "{decided:?}");
        report.outcome
    }
}

/// Every server draws ids of its own.
fn rand_seed() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(100);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
