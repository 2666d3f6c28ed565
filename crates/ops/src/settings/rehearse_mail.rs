use portcullis_model::{Rehearsal, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::Tx;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::settings::Connection;
use crate::settings::put::complete;
use crate::text::Fields;
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// Sends a test letter with settings that need not be stored yet, and shows the conversation with the server.
pub struct RehearseMail {
    /// As for `Put`.
    pub value: Value,
    pub to: String,
}

impl Operation for RehearseMail {
    type Output = Rehearsal;

    const NAME: &'static str = "setting.rehearse_mail";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(Connection::Mail.word().to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Remote for RehearseMail {
    type Plan = Zeroizing<Vec<u8>>;
    type Effect = Rehearsal;

    async fn prepare(
        &self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Self::Plan, OpError> {
        let mut fields = Fields::default();
        if !fields.line("to", &self.to).contains('@') {
            fields.wrong("to", "must be an e-mail address");
        }
        fields.done()?;
        let value = complete(services, tx, Connection::Mail, self.value.clone()).await?;
        Ok(Zeroizing::new(
            serde_json::to_vec(&value).map_err(|_| OpError::Damaged)?,
        ))
    }

    async fn act(&self, services: &Services, settings: &Self::Plan) -> Result<Rehearsal, OpError> {
        Ok(services.mailer.rehearse(settings, self.to.trim()).await)
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        _settings: Self::Plan,
        rehearsal: Rehearsal,
        _tx: &Tx,
    ) -> Result<Rehearsal, OpError> {
        match &rehearsal.problem {
            Some(problem) => {
                permit.failed();
                permit.message(problem.clone());
            }
            None => permit.message(format!("A test letter went to {}.", self.to.trim())),
        }
        Ok(rehearsal)
    }
}
