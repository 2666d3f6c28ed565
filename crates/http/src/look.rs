//! How the pages look: read at every page, so that a change holds on every node at once.

use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use portcullis_model::{Caller, Causes, Colour, Door};
use portcullis_ops::branding::{Show, Shown};

use crate::Web;
use crate::envelope::{RequestId, wants_json};

/// The look that the database had at the latest page.
#[derive(Clone, Default)]
pub struct Look(Arc<RwLock<Arc<Shown>>>);

impl Look {
    pub(crate) fn now(&self) -> Arc<Shown> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, shown: Shown) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shown);
    }
}

/// Asks the database before a page is made. If it does not answer, the page looks as the one before.
pub(crate) async fn refresh(State(web): State<Web>, request: Request, next: Next) -> Response {
    if !wants_json(request.headers()) {
        let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
        let caller = Caller::anonymous(Door::Web, String::new(), id.unwrap_or_default());
        let known = web.look.now().version;
        match web.gate.read(&caller, Show { known }).await {
            Ok(Some(shown)) => web.look.set(shown),
            Ok(None) => {}
            Err(error) => tracing::warn!(error = %Causes(&error), "the look of the pages cannot be read"),
        }
    }
    next.run(request).await
}

/// The address of the stylesheet of the accent, if there is an own one.
pub(crate) fn stylesheet(shown: &Shown) -> Option<String> {
    let digits = |colour: Colour| colour.to_string().trim_start_matches('#').to_owned();
    let accent = shown.accent?;
    Some(format!(
        "/branding/accent/{}-{}.css",
        digits(accent.light),
        digits(accent.dark)
    ))
}
