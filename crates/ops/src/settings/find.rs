use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, Timestamp};
use portcullis_store::{Snapshot, settings};
use serde_json::Value;

use crate::settings::Connection;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows a setting without its secrets.
pub struct Find {
    pub connection: Connection,
}

#[derive(Clone, Debug)]
pub struct SettingView {
    /// As JSON; a secret that is set reads as `true`.
    pub value: Value,
    pub revision: i64,
    pub changed_at: Timestamp,
    pub changed_by: String,
}

impl Operation for Find {
    type Output = Option<SettingView>;

    const NAME: &'static str = "setting.find";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.connection.word().to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Read for Find {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Option<SettingView>, OpError> {
        let Some(found) = settings::find(snapshot, self.connection.word()).await? else {
            return Ok(None);
        };
        let value: Value = serde_json::from_str(&found.value).map_err(|_| OpError::Damaged)?;
        Ok((!value.is_null()).then_some(SettingView {
            value,
            revision: found.revision,
            changed_at: found.changed_at,
            changed_by: found.changed_by,
        }))
    }
}
