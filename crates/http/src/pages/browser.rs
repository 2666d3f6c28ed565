use portcullis_model::{Timestamp, browser_name};
use portcullis_ops::browsers::BrowserView;

use crate::moment::Moment;

/// A remembered browser as pages show it.
pub(crate) struct Browser {
    pub id: String,
    pub name: String,
    /// As the browser calls itself.
    pub agent: String,
    pub address: String,
    pub since: Moment,
    pub used: Moment,
    pub until: Moment,
}

impl Browser {
    pub(crate) fn new(view: BrowserView, now: Timestamp) -> Self {
        Self {
            id: view.id.to_string(),
            name: browser_name::of(&view.agent),
            agent: view.agent,
            address: view.address,
            since: Moment::new(view.since, now),
            used: Moment::new(view.used_at, now),
            until: Moment::new(view.until, now),
        }
    }
}
