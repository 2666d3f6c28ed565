use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use http_body::{Frame, SizeHint};

/// What a client that is refused may still send.
const MOST: usize = 1024 * 1024;
/// How long it may take to do so.
const LONGEST: Duration = Duration::from_secs(2);

/// The part of a request's body that its handler does not read.
pub(crate) struct Rest(Shared);

impl Rest {
    pub(crate) fn of(request: Request) -> (Request, Self) {
        let (head, body) = request.into_parts();
        let shared = Shared(Arc::new(Mutex::new(body)));
        (Request::from_parts(head, Body::new(shared.clone())), Self(shared))
    }

    /// Reads it and forgets it.
    ///
    /// Over HTTP/2 an answer before the end of the body goes with a reset of the stream, and some clients, the curl of
    /// Debian 12 among them, then drop the answer.
    pub(crate) async fn drain(mut self) {
        let drained = async {
            let mut read = 0;
            while read <= MOST {
                let frame = poll_fn(|context| Pin::new(&mut self.0).poll_frame(context)).await;
                let Some(Ok(frame)) = frame else { return };
                read += frame.data_ref().map_or(0, Bytes::len);
            }
        };
        let _ = tokio::time::timeout(LONGEST, drained).await;
    }
}

/// One body, read by the handler first and by `Rest` after it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn body(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.body()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body().size_hint()
    }
}
