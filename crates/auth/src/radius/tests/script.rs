use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis_model::Secret;
use tokio::net::UdpSocket;

use crate::radius::forge::SECRET;
use crate::radius::{RadiusServer, RadiusSettings, RadiusTransport};

/// A server by UDP that does what a test says.
pub(super) struct Script {
    port: u16,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Script {
    /// Sends what `answer` makes of a request and of the number of requests before it.
    pub(super) async fn start(mut answer: impl FnMut(&[u8], usize) -> Vec<Vec<u8>> + Send + 'static) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
                let request = buffer[..length].to_vec();
                let number = heard.lock().unwrap().len();
                heard.lock().unwrap().push(request.clone());
                for packet in answer(&request, number) {
                    socket.send_to(&packet, from).await.unwrap();
                }
            }
        });
        Self { port, requests }
    }

    pub(super) async fn silent() -> Self {
        Self::start(|_, _| Vec::new()).await
    }

    pub(super) fn requests(&self) -> Vec<Vec<u8>> {
        self.requests.lock().unwrap().clone()
    }

    pub(super) fn server(&self) -> RadiusServer {
        server(self.port)
    }
}

/// A port that nobody listens on.
pub(super) async fn dead_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.local_addr().unwrap().port()
}

pub(super) fn server(port: u16) -> RadiusServer {
    RadiusServer {
        host: "127.0.0.1".to_owned(),
        port,
        transport: RadiusTransport::Udp {
            secret: Secret::new(String::from_utf8(SECRET.to_vec()).unwrap()),
        },
    }
}

/// One try each, and patience for a busy machine.
pub(super) fn settings(servers: Vec<RadiusServer>) -> RadiusSettings {
    RadiusSettings {
        time_out: Duration::from_secs(10),
        tries: 1,
        ..RadiusSettings::new(servers)
    }
}

/// For several servers of which one is silent.
pub(super) fn brisk(servers: Vec<RadiusServer>) -> RadiusSettings {
    RadiusSettings {
        time_out: Duration::from_millis(600),
        ..settings(servers)
    }
}

/// For servers that give no reply.
pub(super) fn impatient(servers: Vec<RadiusServer>) -> RadiusSettings {
    RadiusSettings {
        time_out: Duration::from_millis(200),
        ..settings(servers)
    }
}
