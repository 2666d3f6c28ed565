use std::time::Duration;

use portcullis_model::{Delivery, LeftOut, Letter, MailError, Scope, Subject, SubjectKind};
use portcullis_store::outbox::{self, Waiting};
use portcullis_store::{Tx, sealed, users};

use crate::settings::{self, Connection};
use crate::text::for_trail;
use crate::vault::SealedKind;
use crate::{Audit, OpError, Operation, Permit, Remote, Right, Services};

/// Hands the letter that is due first to the mail server.
pub struct SendNext;

/// What became of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sent {
    /// It will not be tried again.
    Failed,
    Gone,
    /// It is tried again.
    Later,
    Nothing,
}

pub struct Task {
    waiting: Waiting,
    letter: Letter,
    settings: Option<zeroize::Zeroizing<Vec<u8>>>,
}

/// How long a sender has for a letter before another may try.
const CLAIM: Duration = Duration::from_mins(2);

impl Operation for SendNext {
    type Output = Sent;

    const NAME: &'static str = "mail.send_next";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Remote for SendNext {
    type Plan = Option<Task>;
    type Effect = Option<Result<Delivery, MailError>>;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Self::Plan, OpError> {
        let now = services.now();
        let Some(waiting) = outbox::due(tx, now).await? else {
            return Ok(None);
        };
        if outbox::claim(tx, &waiting, now + CLAIM).await? != 1 {
            return Ok(None);
        }
        let person = match waiting.user {
            Some(user) => users::find(tx, user).await?,
            None => None,
        };
        permit.about(Subject {
            kind: SubjectKind::User,
            id: waiting.user.map(|user| user.0),
            name: person.map(|person| person.username),
        });
        let Some(letter) = open(services, tx, &waiting).await? else {
            outbox::finish(tx, waiting.id, "failed", UNREADABLE, now).await?;
            permit.failed();
            permit.message(format!("`{}` was not sent: {UNREADABLE}", waiting.subject));
            return Ok(None);
        };
        let settings = settings::secret_of(services, tx, Connection::Mail).await?;
        Ok(Some(Task {
            waiting,
            letter,
            settings,
        }))
    }

    async fn act(&self, services: &Services, plan: &Self::Plan) -> Result<Self::Effect, OpError> {
        let Some(task) = plan else {
            return Ok(None);
        };
        if task.waiting.ends_at <= services.now() {
            return Ok(Some(Err(MailError::Refused("It waited too long.".to_owned()))));
        }
        let Some(settings) = &task.settings else {
            return Ok(Some(Err(MailError::Settings(
                "No mail server is set.".to_owned(),
            ))));
        };
        Ok(Some(services.mailer.send(settings, &task.letter).await))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Self::Plan,
        effect: Self::Effect,
        tx: &Tx,
    ) -> Result<Sent, OpError> {
        let (Some(task), Some(result)) = (plan, effect) else {
            return Ok(Sent::Nothing);
        };
        let (id, now) = (task.waiting.id, services.now());
        let subject = &task.letter.subject;
        match result {
            Ok(delivery) => {
                outbox::finish(tx, id, "sent", "", now).await?;
                sealed::delete(tx, id).await?;
                retry_left_out(services, tx, &task, &delivery).await?;
                let reply = for_trail(&delivery.reply);
                permit.message(format!("Sent `{subject}`; the mail server said: {reply}"));
                Ok(Sent::Gone)
            }
            Err(MailError::Later(problem))
                if now + wait_after(task.waiting.attempts) < task.waiting.ends_at =>
            {
                let problem = for_trail(&problem);
                outbox::retry(tx, id, now + wait_after(task.waiting.attempts), &problem).await?;
                Ok(Sent::Later)
            }
            Err(error) => {
                let problem = for_trail(&error.to_string()).into_owned();
                outbox::finish(tx, id, "failed", &problem, now).await?;
                sealed::delete(tx, id).await?;
                permit.failed();
                permit.message(format!("`{subject}` was not sent: {problem}"));
                Ok(Sent::Failed)
            }
        }
    }
}

const UNREADABLE: &str = "the letter cannot be read any more";

/// The letter that waits; nothing if it is damaged or gone. It must not keep the others from being sent.
async fn open(services: &Services, tx: &Tx, waiting: &Waiting) -> Result<Option<Letter>, OpError> {
    match services
        .vault
        .open_value(tx, SealedKind::Letter, waiting.id)
        .await
    {
        Ok(bytes) => Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok())),
        Err(OpError::Damaged) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tries once more, with a letter of their own, those whom the server did not take this time.
async fn retry_left_out(
    services: &Services,
    tx: &Tx,
    task: &Task,
    delivery: &Delivery,
) -> Result<(), OpError> {
    let later = |out: &&LeftOut| matches!(out.error, MailError::Later(_));
    let to: Vec<String> = delivery
        .left_out
        .iter()
        .filter(later)
        .map(|out| out.to.clone())
        .collect();
    if to.is_empty() {
        return Ok(());
    }
    let waiting = Waiting {
        id: services.new_id(),
        state: "waiting".to_owned(),
        attempts: 1,
        next_at: services.now() + wait_after(1),
        ..task.waiting.clone()
    };
    let letter = Letter {
        to,
        ..task.letter.clone()
    };
    let bytes = serde_json::to_vec(&letter).map_err(|_| OpError::Damaged)?;
    services
        .vault
        .seal_value(services, tx, SealedKind::Letter, waiting.id, &bytes)
        .await?;
    Ok(outbox::insert(tx, &waiting).await?)
}

/// 5 s after the first failure, doubling up to an hour.
fn wait_after(attempts: u32) -> Duration {
    Duration::from_secs(5 << attempts.min(10)).min(Duration::from_hours(1))
}
