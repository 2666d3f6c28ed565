//! Letters on their way out: a durable outbox, and the job that empties it.

mod due;
mod list;
mod send_next;

pub use due::Due;
pub use list::{LetterView, List};
pub use send_next::{SendNext, Sent};

use std::time::Duration;

use portcullis_model::{Letter, LoginId, UserId};
use portcullis_store::Tx;
use portcullis_store::outbox::{self, Waiting};

use crate::vault::SealedKind;
use crate::{Gate, OpError, Services};

/// What a letter is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Occasion {
    /// A code for a sign-in.
    Code(LoginId),
    /// A sign-in that was refused at the second step.
    Denied,
    Invitation,
    Notice,
    Reset,
}

impl Occasion {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Denied => "denied",
            Self::Invitation => "invitation",
            Self::Notice => "notice",
            Self::Reset => "reset",
        }
    }
}

/// Puts a letter into the outbox; it leaves when the transaction has ended.
pub(crate) async fn post(
    services: &Services,
    tx: &Tx,
    occasion: Occasion,
    user: UserId,
    letter: &Letter,
    useful_for: Duration,
) -> Result<(), OpError> {
    if letter.to.is_empty() {
        return Ok(());
    }
    let now = services.now();
    let waiting = Waiting {
        id: services.new_id(),
        kind: occasion.word().to_owned(),
        user: Some(user),
        login: match occasion {
            Occasion::Code(login) => Some(login),
            Occasion::Denied | Occasion::Invitation | Occasion::Notice | Occasion::Reset => None,
        },
        subject: letter.subject.clone(),
        state: "waiting".to_owned(),
        attempts: 0,
        next_at: now,
        ends_at: now + useful_for,
        problem: String::new(),
        created_at: now,
        finished_at: None,
    };
    let bytes = serde_json::to_vec(letter).map_err(|_| OpError::Damaged)?;
    services
        .vault
        .seal_value(services, tx, SealedKind::Letter, waiting.id, &bytes)
        .await?;
    outbox::insert(tx, &waiting).await?;
    services.posted.notify_one();
    Ok(())
}

/// Sends what is due, one letter after the other; answers how many it tried.
pub async fn send_due(gate: &Gate) -> Result<u32, OpError> {
    let caller = gate.job("mail");
    let mut tried = 0;
    while gate.read(&caller, Due).await? {
        match gate.remote(&caller, SendNext).await? {
            Sent::Nothing => break,
            Sent::Gone | Sent::Failed | Sent::Later => tried += 1,
        }
    }
    Ok(tried)
}
