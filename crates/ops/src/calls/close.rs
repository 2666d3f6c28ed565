use portcullis_model::{CallReport, Scope, Subject, SubjectKind};
use portcullis_store::{Tx, calls, users};
use uuid::Uuid;

use super::told;
use crate::text::for_trail;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Puts on record how a call went that nobody is on any more; never what was pressed.
pub struct Close {
    pub id: Uuid,
    pub report: CallReport,
}

impl Operation for Close {
    type Output = ();

    const NAME: &'static str = "call.close";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Remarks;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

/// A few stray packets are nobody's fault.
const STRANGERS: u32 = 20;

impl Write for Close {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let Some(call) = calls::find(tx, self.id).await? else {
            return Ok(());
        };
        let report = self.report;
        let trunk = report.trunk.unwrap_or_default();
        let seconds = u32::try_from(report.connected.as_secs()).unwrap_or(u32::MAX);
        calls::close(tx, call.id, &trunk, seconds).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(call.user.0),
            name: users::find(tx, call.user).await?.map(|user| user.username),
        });
        let mut text = format!(
            "{} ended after {} s, connected for {seconds} s",
            told(&call),
            report.lasted.as_secs()
        );
        if !trunk.is_empty() {
            text = format!("{text}, trunk `{}`", for_trail(&trunk));
        }
        if let Some(source) = report.key_source {
            text = format!("{text}, keys by {source}");
        }
        if report.used_backup {
            text.push_str(", second number");
        }
        if STRANGERS < report.strangers {
            text = format!("{text}, {} packets from strangers", report.strangers);
        }
        permit.message(format!("{text}."));
        Ok(())
    }
}
