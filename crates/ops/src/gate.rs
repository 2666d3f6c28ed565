use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::Notify;

use portcullis_crypto::KeySlot;
use portcullis_model::{AuditEntry, CallHooks, Caller, Causes, Outcome, Telephone, Timestamp};
use portcullis_store::{Store, StoreError};

use crate::authorize::authorize;
use crate::hashing::Hashing;
use crate::operation::Starts;
use crate::records::Records;
use crate::services::new_id;
use crate::trail::{self, Queue};
use crate::vault::{UnlockError, create_or_unlock};
use crate::{Audit, OpError, Read, Remote, Services, Tools, Write};

/// The one door to every operation: it authorizes, runs and audits. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    store: Store,
    services: Arc<Services>,
    trail: Queue,
}

/// Why the gate stays shut at start.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct OpenGateError(#[from] UnlockError);

impl From<std::io::Error> for OpenGateError {
    fn from(error: std::io::Error) -> Self {
        Self(UnlockError::NoThread(error))
    }
}

impl From<StoreError> for OpenGateError {
    fn from(error: StoreError) -> Self {
        Self(UnlockError::Store(error))
    }
}

/// One thing that must hold before a node may serve.
#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub problem: Option<String>,
}

impl Gate {
    /// Unlocks the vault with `slot` (on a new database, makes its keys) and starts the audit writer.
    pub async fn open(store: Store, slot: &dyn KeySlot, tools: Tools) -> Result<Self, OpenGateError> {
        let tx = store.begin_write().await?;
        let vault = create_or_unlock(&tx, slot, &*tools.clock, &*tools.chance).await?;
        tx.commit().await?;
        let services = Arc::new(Services {
            clock: tools.clock,
            chance: tools.chance,
            factors: tools.factors,
            hashing: Hashing::new(tools.hasher),
            mailer: tools.mailer,
            posted: Notify::new(),
            telephone: tools.telephone,
            rung: Notify::new(),
            site: tools.site,
            vault,
        });
        let (trail, receiver) = Queue::new();
        let (writer_store, writer_services) = (store.on_own_thread(), Arc::clone(&services));
        let write = move |entries| append_alone(writer_store.clone(), Arc::clone(&writer_services), entries);
        trail::start_writer(receiver, write)?;
        Ok(Self {
            store,
            services,
            trail,
        })
    }

    /// Tells whether a vault was made in this database: then only its own master key opens it.
    pub async fn has_vault(store: &Store) -> Result<bool, StoreError> {
        let snapshot = store.begin_read().await?;
        Ok(portcullis_store::install::find(&snapshot).await?.is_some())
    }

    pub fn now(&self) -> Timestamp {
        self.services.now()
    }

    /// A name for one request, to find it in the log and in the trail.
    pub fn request_id(&self) -> String {
        new_id(&*self.services.clock, &*self.services.chance)
            .simple()
            .to_string()
    }

    /// The caller of a job of this node.
    pub fn job(&self, name: &'static str) -> Caller {
        Caller::job(name, self.request_id())
    }

    /// Waits until a letter was put into the outbox here.
    pub async fn letter_posted(&self) {
        self.services.posted.notified().await;
    }

    /// Waits until a phone call was asked for here.
    pub async fn call_asked_for(&self) {
        self.services.rung.notified().await;
    }

    pub(crate) fn telephone(&self) -> &Arc<dyn Telephone> {
        &self.services.telephone
    }

    /// Where the providers of phone calls are heard. What they say is no operation: it moves a call that is under way, and
    /// what comes of that is one.
    pub fn call_hooks(&self) -> Arc<dyn CallHooks> {
        self.services.telephone.hooks()
    }

    /// Runs an operation that changes nothing. Its output leaves only when its audit entry is on disk.
    ///
    /// It has no task of its own: a caller that hangs up leaves nothing half done and gets nothing.
    pub async fn read<O: Read>(&self, caller: &Caller, operation: O) -> Result<O::Output, OpError> {
        let records = Records::of(&operation, caller, self.now());
        let result = contained(self.try_read(caller, operation, &records)).await;
        self.close::<O, _>(records, result, Closing::Read).await
    }

    /// Runs an operation in one transaction with its audit entry.
    pub async fn write<O: Write>(&self, caller: &Caller, operation: O) -> Result<O::Output, OpError> {
        let (gate, caller) = (self.clone(), caller.clone());
        unstoppable(async move {
            let records = Records::of(&operation, &caller, gate.now());
            let result = contained(gate.try_write(&caller, operation, &records)).await;
            gate.close::<O, _>(records, result, Closing::Write).await
        })
        .await
    }

    /// Runs an operation whose work no transaction can cover.
    pub async fn remote<O: Remote>(&self, caller: &Caller, operation: O) -> Result<O::Output, OpError> {
        let (gate, caller) = (self.clone(), caller.clone());
        unstoppable(async move {
            let records = Records::of(&operation, &caller, gate.now());
            let result = contained(gate.try_remote(&caller, operation, &records)).await;
            gate.close::<O, _>(records, result, Closing::Remote).await
        })
        .await
    }

    /// What must hold before this node serves: the database answers, the keys are open.
    pub async fn ready(&self) -> Vec<Check> {
        let database = async {
            let snapshot = self.store.begin_read().await?;
            portcullis_store::install::find(&snapshot).await
        };
        let problem = match database.await {
            Ok(Some(install)) if install == self.services.vault.install() => None,
            Ok(_) => Some("the database belongs to another installation".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        vec![
            Check {
                name: "database",
                problem,
            },
            Check {
                name: "keys",
                problem: self.services.vault.peppers().err().map(|error| error.to_string()),
            },
        ]
    }

    async fn try_read<O: Read>(
        &self,
        caller: &Caller,
        operation: O,
        records: &Records,
    ) -> Result<O::Output, OpError> {
        let snapshot = self.store.begin_read().await?;
        let permit = authorize::<O>(caller, records, &snapshot).await?;
        operation.run(&permit, &self.services, &snapshot).await
    }

    async fn try_write<O: Write>(
        &self,
        caller: &Caller,
        operation: O,
        records: &Records,
    ) -> Result<O::Output, OpError> {
        let tx = self.store.begin_write().await?;
        let permit = authorize::<O>(caller, records, &tx).await?;
        let output = operation.run(&permit, &self.services, &tx).await?;
        if remarkable(O::AUDIT, records) {
            trail::append(&tx, &self.services.vault, &records.ended_well()).await?;
        }
        tx.commit().await?;
        Ok(output)
    }

    async fn try_remote<O: Remote>(
        &self,
        caller: &Caller,
        operation: O,
        records: &Records,
    ) -> Result<O::Output, OpError> {
        let tx = self.store.begin_write().await?;
        let permit = authorize::<O>(caller, records, &tx).await?;
        let plan = operation.prepare(&permit, &self.services, &tx).await?;
        if O::STARTS == Starts::OnRecord {
            trail::append(&tx, &self.services.vault, &[records.ended(Outcome::Start)]).await?;
        }
        tx.commit().await?;

        let effect = operation.act(&self.services, &plan).await?;

        let tx = self.store.begin_write().await?;
        let output = operation
            .settle(&permit, &self.services, plan, effect, &tx)
            .await?;
        if remarkable(O::AUDIT, records) {
            trail::append(&tx, &self.services.vault, &records.ended_well()).await?;
        }
        tx.commit().await?;
        Ok(output)
    }

    /// Puts on record what a transaction did not: every refusal and failure, and every read that counts.
    async fn close<O: crate::Operation, T>(
        &self,
        records: Records,
        result: Result<T, OpError>,
        closing: Closing,
    ) -> Result<T, OpError> {
        match result {
            Ok(output) => {
                if closing == Closing::Read && O::AUDIT == Audit::Always {
                    self.trail.record(records.into_success()).await?;
                }
                Ok(output)
            }
            Err(error) => Err(self.refuse(records, error, closing).await),
        }
    }

    /// Puts a refusal or a failure on record. What cannot be recorded is the failure to tell.
    async fn refuse(&self, records: Records, error: OpError, closing: Closing) -> OpError {
        let outcome = match &error {
            // A proof that is asked for in a form, such as the current password, can be guessed there.
            OpError::Invalid(_) if closing == Closing::Remote => Outcome::Deny,
            OpError::Invalid(_) | OpError::Expired => return error,
            OpError::Denied | OpError::NotFound | OpError::StepUp | OpError::TooMany { .. } => Outcome::Deny,
            OpError::Busy { .. } | OpError::Conflict(_) | OpError::Damaged | OpError::Unavailable(_) => {
                Outcome::Fail
            }
        };
        let mut entry = records.ended(outcome);
        if let OpError::Unavailable(cause) = &error {
            let operation = entry.operation;
            tracing::error!(operation, error = %Causes(&**cause), "{operation} failed");
        }
        entry.message.get_or_insert_with(|| error.to_string());
        match self.trail.record(entry).await {
            Ok(()) => error,
            Err(unrecorded) => unrecorded,
        }
    }
}

/// Whether the trail keeps an operation that ended well.
fn remarkable(audit: Audit, records: &Records) -> bool {
    match audit {
        Audit::Always => true,
        Audit::Refusals => false,
        Audit::Remarks => records.has_message(),
    }
}

/// The kind of operation that ends.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Closing {
    Read,
    Remote,
    Write,
}

async fn append_alone(
    store: Store,
    services: Arc<Services>,
    entries: Vec<AuditEntry>,
) -> Result<(), OpError> {
    let tx = store.begin_write().await?;
    trail::append(&tx, &services.vault, &entries).await?;
    Ok(tx.commit().await?)
}

/// Runs `work` to its end even if the client hangs up.
async fn unstoppable<T: Send + 'static>(
    work: impl Future<Output = Result<T, OpError>> + Send + 'static,
) -> Result<T, OpError> {
    tokio::spawn(work)
        .await
        .map_err(|error| OpError::Unavailable(Box::new(error)))?
}

/// Turns a panic of `work` into a failure that can be put on record.
async fn contained<T>(work: impl Future<Output = Result<T, OpError>>) -> Result<T, OpError> {
    let mut work = std::pin::pin!(work);
    poll_fn(
        move |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(Err(OpError::Unavailable("an operation panicked".into()))),
        },
    )
    .await
}
