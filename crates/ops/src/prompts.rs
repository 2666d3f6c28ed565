//! What phone calls say: our recordings, and the customer's own in their place, the same on every node.

mod hear;
mod list;
mod replace;
mod restore;

pub use hear::Hear;
pub use list::{List, PromptLanguage, PromptView};
pub use replace::{MOST_BYTES, Replace};
pub use restore::Restore;

use portcullis_model::{CallPrompts, PromptKey, PromptKeyError, Subject, SubjectKind};
use portcullis_store::{Snapshot, prompts};

use crate::{OpError, Services};

/// Reads a language and the name of a prompt as people type them.
pub fn key_of(language: &str, name: &str) -> Result<PromptKey, OpError> {
    PromptKey::new(language, name).map_err(|error| match error {
        PromptKeyError::Language => OpError::invalid("language", error),
        PromptKeyError::Name => OpError::invalid("prompt", error),
    })
}

/// Sees to it that the calls and the settings of this node go by the recordings that lie in the database.
pub(crate) async fn refresh(services: &Services, snapshot: &Snapshot) -> Result<(), OpError> {
    let known = services.telephone.prompts();
    let revision = prompts::revision(snapshot).await?;
    if known.revision() != revision {
        known.learn(revision, prompts::all(snapshot).await?);
    }
    Ok(())
}

fn subject_of(key: &PromptKey) -> Subject {
    Subject {
        name: Some(format!("prompt {} {}", key.language(), key.name())),
        ..Subject::kind(SubjectKind::Setting)
    }
}

/// Refuses a name that no prompt has.
fn check_name(known: &dyn CallPrompts, key: &PromptKey) -> Result<(), OpError> {
    if known.shipped().iter().any(|shipped| shipped.name == key.name()) {
        return Ok(());
    }
    Err(OpError::invalid("prompt", PromptKeyError::Name))
}
