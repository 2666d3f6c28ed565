use portcullis_model::{CallReport, Scope, Subject, SubjectKind, amount_text};
use portcullis_store::{Tx, calls, users};
use uuid::Uuid;

use super::{costs, told};
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
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        let Some(mut call) = calls::find(tx, self.id).await? else {
            return Ok(());
        };
        let report = self.report;
        let budget = costs::budget(services, tx).await?;
        costs::bill(&mut call, &report, budget.as_ref());
        let trunk = report.trunk.unwrap_or_default();
        let seconds = u32::try_from(report.connected.as_secs()).unwrap_or(u32::MAX);
        call.trunk.clone_from(&trunk);
        call.seconds = seconds;
        calls::close(tx, &call).await?;
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
        if 0 < call.cost {
            text = format!("{text}, {}", amount_text(call.cost, &call.currency));
        }
        text.push('.');
        if let Some(budget) = budget
            && let Some(told) = costs::watch(services, tx, &call, &budget, 0).await?
        {
            text = format!("{text} {told}");
        }
        permit.message(text);
        Ok(())
    }
}
