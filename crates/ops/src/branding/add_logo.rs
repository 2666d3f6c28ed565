use portcullis_model::{Scope, Subject, SystemRight};
use portcullis_store::Tx;
use portcullis_store::logos::{self, Logo};

use super::picture::draw;
use super::subject;
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// The largest file that may be sent, in bytes.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Takes a picture as a logo. Nobody sees it until the branding names it; after a day without that it is deleted.
pub struct AddLogo {
    /// A PNG, JPEG or WebP file.
    pub file: Vec<u8>,
}

impl Operation for AddLogo {
    type Output = Logo;

    const NAME: &'static str = "branding.add_logo";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Remote for AddLogo {
    type Plan = Vec<u8>;
    type Effect = Logo;

    async fn prepare(
        &self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        _tx: &Tx,
    ) -> Result<Vec<u8>, OpError> {
        if MOST_BYTES < self.file.len() {
            return Err(OpError::invalid("logo", "must be at most 2 MiB"));
        }
        Ok(self.file.clone())
    }

    /// Decoding takes time and is the riskiest thing that is done with the file, so it has a thread of its own; a
    /// decoder that panics has refused the picture.
    async fn act(&self, _services: &Services, file: &Vec<u8>) -> Result<Logo, OpError> {
        let file = file.clone();
        let drawn = tokio::task::spawn_blocking(move || draw(&file)).await;
        let drawn = drawn.map_err(|_| OpError::invalid("logo", "cannot be read as a picture"))?;
        drawn.map_err(|problem| OpError::invalid("logo", problem))
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        _file: Vec<u8>,
        logo: Logo,
        tx: &Tx,
    ) -> Result<Logo, OpError> {
        logos::put(tx, &logo, services.now()).await?;
        permit.message(format!("A logo of {} × {} pixels.", logo.width, logo.height));
        Ok(logo)
    }
}
