use std::future::Future;

use portcullis_model::{AuditEntry, Causes};
use tokio::sync::{mpsc, oneshot};

use crate::OpError;

/// The most entries in one transaction.
const BATCH: usize = 512;

/// How many entries may wait; then the callers wait instead of the memory growing.
const QUEUE: usize = 4096;

type Waiting = (AuditEntry, oneshot::Sender<bool>);

/// The way to the audit writer.
#[derive(Clone)]
pub(crate) struct Queue {
    sender: mpsc::Sender<Waiting>,
}

impl Queue {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self { sender }, receiver)
    }

    /// Answers when the entry is on disk.
    pub(crate) async fn record(&self, entry: AuditEntry) -> Result<(), OpError> {
        let (done, durable) = oneshot::channel();
        let closed = || OpError::Unavailable("the audit trail cannot be written".into());
        self.sender.send((entry, done)).await.map_err(|_| closed())?;
        match durable.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(closed()),
        }
    }
}

/// Starts the audit writer on a thread of its own, where waiting for the disk holds up nobody.
pub(crate) fn start_writer<F, W>(receiver: mpsc::Receiver<Waiting>, write: W) -> std::io::Result<()>
where
    W: Fn(Vec<AuditEntry>) -> F + Send + 'static,
    F: Future<Output = Result<(), OpError>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("audit-writer".to_owned())
        .spawn(move || runtime.block_on(write_batches(receiver, write)))?;
    Ok(())
}

/// Group commit: while one batch goes to disk the next one gathers, so nobody waits for a timer.
async fn write_batches<F, W>(mut receiver: mpsc::Receiver<Waiting>, write: W)
where
    W: Fn(Vec<AuditEntry>) -> F,
    F: Future<Output = Result<(), OpError>>,
{
    let mut waiting = Vec::with_capacity(BATCH);
    while 0 < receiver.recv_many(&mut waiting, BATCH).await {
        let (entries, callers): (Vec<_>, Vec<_>) = waiting.drain(..).unzip();
        let written = write(entries).await;
        metrics::histogram!("portcullis_audit_batch_entries")
            .record(u32::try_from(callers.len()).unwrap_or(u32::MAX));
        if let Err(error) = &written {
            tracing::error!(
                error = %Causes(error),
                "the audit trail cannot be written, so nothing is revealed until it can",
            );
        }
        for caller in callers {
            // A caller that hung up needs no answer.
            let _ = caller.send(written.is_ok());
        }
    }
}
