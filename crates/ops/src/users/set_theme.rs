use portcullis_model::{Scope, Subject, SubjectKind, Theme};
use portcullis_store::{Tx, users};

use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Chooses the colours of the caller's own console.
pub struct SetTheme {
    pub theme: Theme,
}

impl Operation for SetTheme {
    type Output = ();

    const NAME: &'static str = "user.set_theme";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Always;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for SetTheme {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        users::set_theme(tx, permit.user()?, self.theme).await?;
        Ok(())
    }
}
