//! What is taken out of the house whole: page after page.

use portcullis_model::{Page, PageSize};
use portcullis_store::Snapshot;

use crate::OpError;

/// The most rows in one export.
const MOST: usize = 100_000;

/// A filter, and the rows that fit, the newest first.
pub(crate) trait Pages {
    type Row;

    /// The page after the one that said `before` of its end. What is no place is the beginning.
    fn page(
        &self,
        snapshot: &Snapshot,
        before: Option<&str>,
        size: PageSize,
    ) -> impl Future<Output = Result<Page<Self::Row>, OpError>> + Send;
}

/// All rows that fit.
pub(crate) async fn all<P: Pages>(filter: &P, snapshot: &Snapshot) -> Result<Vec<P::Row>, OpError> {
    let mut rows = Vec::new();
    let mut before = None;
    while rows.len() < MOST {
        let mut page = filter
            .page(snapshot, before.as_deref(), PageSize::clamp(200))
            .await?;
        rows.append(&mut page.items);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(rows)
}
