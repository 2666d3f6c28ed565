use portcullis_model::{PromptKey, Scope, Subject, SystemRight};
use portcullis_store::{Tx, prompts, settings};
use serde_json::Value;

use super::{check_name, subject_of};
use crate::settings::Connection;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Takes a recording of the customer's back, on every node from the next call on: calls say ours again.
pub struct Restore {
    pub key: PromptKey,
}

impl Operation for Restore {
    type Output = ();

    const NAME: &'static str = "prompt.restore";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject_of(&self.key)
    }
}

impl Write for Restore {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let known = services.telephone.prompts();
        check_name(&*known, &self.key)?;
        if prompts::find(tx, &self.key).await?.is_none() {
            return Err(OpError::Conflict("There is no recording of your own here."));
        }
        let is_shipped = known.find_shipped(&self.key).is_some();
        if !is_shipped && language_of_calls(tx).await?.as_deref() == Some(self.key.language()) {
            return Err(OpError::Conflict(
                "Calls are in this language, and we have no recording of our own in it. Choose another language for \
                 calls first.",
            ));
        }
        prompts::put(tx, &self.key, None, services.now(), permit.who()).await?;
        let (name, language) = (self.key.name(), self.key.language());
        permit.message(if is_shipped {
            format!("Prompt {name} in {language} set back to the shipped recording.")
        } else {
            format!("Prompt {name} in {language} taken away.")
        });
        Ok(())
    }
}

/// In which language people are called.
async fn language_of_calls(tx: &Tx) -> Result<Option<String>, OpError> {
    let Some(setting) = settings::find(tx, Connection::Phone.word()).await? else {
        return Ok(None);
    };
    let value: Value = serde_json::from_str(&setting.value).map_err(|_| OpError::Damaged)?;
    Ok(value["language"].as_str().map(str::to_owned))
}
