use portcullis_model::{AuditView, Scope, Subject, SubjectKind, UserId};
use portcullis_store::{Snapshot, audit};

use crate::factors::{self, IssuePass, RegenerateBackupCodes, Remove, Reset};
use crate::recovery::Ask;
use crate::setup::Confirm;
use crate::sign_in::{ConfirmSetUp, ForgotPassword, ProveFactor, RedeemReset};
use crate::users::{ChangeMyPassword, ChangeRole, Invite, Lock, SetEmails, SetMyEmails, Unlock};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the caller's latest sign-ins, changes of their factors, password and role, and what was refused.
pub struct Activity;

const MOST: u16 = 20;

/// What bears on a person's own security. A right password alone opens nothing, and a wrong one is a refusal.
const SECURITY: [&str; 18] = [
    Ask::NAME,
    ChangeMyPassword::NAME,
    ChangeRole::NAME,
    Confirm::NAME,
    ConfirmSetUp::NAME,
    factors::Confirm::NAME,
    ForgotPassword::NAME,
    Invite::NAME,
    IssuePass::NAME,
    Lock::NAME,
    ProveFactor::NAME,
    RedeemReset::NAME,
    RegenerateBackupCodes::NAME,
    Remove::NAME,
    Reset::NAME,
    SetEmails::NAME,
    SetMyEmails::NAME,
    Unlock::NAME,
];

pub(crate) async fn security(
    snapshot: &Snapshot,
    person: UserId,
    most: u16,
) -> Result<Vec<AuditView>, OpError> {
    Ok(audit::about_person(snapshot, person.0, &SECURITY, most).await?)
}

impl Operation for Activity {
    type Output = Vec<AuditView>;

    const NAME: &'static str = "user.list_my_activity";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Read for Activity {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<AuditView>, OpError> {
        security(snapshot, permit.user()?, MOST).await
    }
}
