use portcullis_ops::Checkpoint;
use portcullis_ops::audit::{Verified, Verify};
use portcullis_store::audit::{self, AuditRow};

use crate::World;

impl World {
    /// The trail as lines of operation and outcome, oldest first.
    pub async fn trail(&self) -> Vec<String> {
        self.trail_after(0).await
    }

    /// The lines after entry `seq`.
    pub async fn trail_after(&self, seq: i64) -> Vec<String> {
        let rows = self.entries_after(seq).await;
        rows.iter()
            .map(|row| format!("{} {}", row.operation, row.outcome))
            .collect()
    }

    /// The whole entries after entry `seq`, oldest first.
    pub async fn entries_after(&self, seq: i64) -> Vec<AuditRow<'static>> {
        let snapshot = self.snapshot().await;
        let mut rows: Vec<AuditRow<'static>> = Vec::new();
        loop {
            let after = rows.last().map_or(seq, |row| row.seq);
            let page = audit::after(&snapshot, after, 1000)
                .await
                .expect("the trail can be read");
            if page.is_empty() {
                return rows;
            }
            rows.extend(page);
        }
    }

    /// The number of the newest entry.
    pub async fn last_entry(&self) -> i64 {
        let newest = audit::newest(&self.snapshot().await)
            .await
            .expect("the trail can be read");
        newest.map_or(0, |(seq, _)| seq)
    }

    /// What the verifier says of the trail.
    pub async fn verify(&self, checkpoint: Option<Checkpoint>) -> Verified {
        let verify = Verify { checkpoint };
        self.gate
            .read(&self.console(), verify)
            .await
            .expect("the console may verify the trail")
    }
}
