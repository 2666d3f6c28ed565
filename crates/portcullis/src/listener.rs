//! Accepts connections, speaks TLS, and ends them in order when the server stops.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use portcullis_http::ClientAddress;
use portcullis_model::Causes;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::tls::Certificate;

/// How long a client may take to shake hands, and to send the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections are served at once; the rest waits in the operating system's queue.
const MOST: usize = 4096;
/// How long running requests may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Listens on `address`; on `0.0.0.0` where the machine has no IPv6 for `[::]`.
pub(crate) async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(_) if address.ip() == std::net::Ipv6Addr::UNSPECIFIED => {
            TcpListener::bind((std::net::Ipv4Addr::UNSPECIFIED, address.port())).await
        }
        result => result,
    }
}

/// Serves until `stop` resolves; then lets running requests end.
pub(crate) async fn serve(
    listener: TcpListener,
    certificate: Arc<Certificate>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let acceptor = TlsAcceptor::from(Arc::new(certificate.server_config()));
    let places = Arc::new(Semaphore::new(MOST));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
            () = &mut stop => break,
        };
        let (stream, client) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = %Causes(&error), "a connection could not be accepted");
                    // Out of file descriptors, most likely: some will be free in a moment.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let (acceptor, router, watcher) = (acceptor.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await else {
                return;
            };
            let client = ClientAddress(client.ip().to_canonical().to_string());
            let answer = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(client.clone());
                router.clone().oneshot(request.map(Body::new))
            });
            let mut builder = auto::Builder::new(TokioExecutor::new());
            builder
                .http1()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE);
            builder
                .http2()
                .timer(TokioTimer::new())
                .max_concurrent_streams(128);
            let connection = builder
                .serve_connection(TokioIo::new(quick(stream)), answer)
                .into_owned();
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(error = %Causes(&*error), "a connection ended badly");
            }
        });
    }
    drop(listener);
    if timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end within {GRACE:?} and were cut off");
    }
}

/// Answers are small: waiting to fill a packet would only delay them.
fn quick(stream: tokio_rustls::server::TlsStream<TcpStream>) -> tokio_rustls::server::TlsStream<TcpStream> {
    // Without the option it is slower, nothing else.
    let _ = stream.get_ref().0.set_nodelay(true);
    stream
}
