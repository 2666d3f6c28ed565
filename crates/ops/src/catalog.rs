use portcullis_model::Scope;

use crate::authorize::tokens_may;
use crate::{
    Audit, Operation, Right, accounts, audit, factors, groups, home, identify, jobs, keys, mail, mfa_policy,
    palette, passwords, recovery, resources, sessions, settings, setup, sign_in, tokens, trash, users,
};

/// One operation, as the permission table and the tests see it.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    pub name: &'static str,
    /// `read`, `write` or `remote`.
    pub kind: &'static str,
    pub right: Right,
    pub scope: Scope,
    pub audit: Audit,
}

impl Listed {
    pub fn tokens_may(&self) -> bool {
        tokens_may(self.scope)
    }
}

const fn listed<O: Operation>(kind: &'static str) -> Listed {
    Listed {
        name: O::NAME,
        kind,
        right: O::RIGHT,
        scope: O::SCOPE,
        audit: O::AUDIT,
    }
}

macro_rules! catalog {
    ($($kind:ident $operation:path),+ $(,)?) => {
        /// Every operation there is.
        pub const CATALOG: &[Listed] = &[$(listed::<$operation>(stringify!($kind))),+];
    };
}

catalog! {
    read accounts::Activity,
    write accounts::Add,
    write accounts::Change,
    read accounts::CopyPassword,
    write accounts::Delete,
    read accounts::Find,
    read accounts::History,
    read accounts::List,
    read accounts::ListGrants,
    write accounts::Restore,
    write accounts::RestoreVersion,
    read accounts::RevealPassword,
    write accounts::SetPassword,
    write accounts::Share,
    write accounts::Unshare,
    read audit::Export,
    read audit::FindCheckpoint,
    read audit::List,
    read audit::Verify,
    write factors::Begin,
    remote factors::Confirm,
    write factors::IssuePass,
    read factors::ListMine,
    read factors::Pending,
    remote factors::RegenerateBackupCodes,
    write factors::Remove,
    write factors::Rename,
    write factors::Reset,
    write groups::Add,
    write groups::Change,
    write groups::Delete,
    read groups::Find,
    read groups::List,
    write groups::MovePerson,
    read home::Overview,
    read identify::Resume,
    read identify::Present,
    write identify::Touch,
    write jobs::Sweep,
    write keys::BeginRotation,
    write keys::FinishRotation,
    write keys::RewrapBatch,
    read keys::Status,
    write keys::VerifyBatch,
    read mail::Due,
    read mail::List,
    remote mail::SendNext,
    write mfa_policy::Apply,
    write mfa_policy::ApplyDue,
    read mfa_policy::Explain,
    read mfa_policy::Find,
    read mfa_policy::List,
    read mfa_policy::Preview,
    write mfa_policy::Undo,
    read palette::Search,
    read passwords::Generate,
    read passwords::Policies,
    write recovery::Approve,
    write recovery::Ask,
    write recovery::Deny,
    read recovery::Find,
    read recovery::FindMine,
    write recovery::GoOn,
    read recovery::List,
    write resources::Add,
    write resources::Change,
    write resources::Delete,
    read resources::Find,
    read resources::List,
    read resources::ListGrants,
    write resources::Restore,
    write resources::Share,
    write resources::Unshare,
    remote sessions::Ask,
    remote sessions::Confirm,
    write sessions::End,
    write sessions::EndAll,
    read sessions::ListMine,
    read sessions::Methods,
    read settings::Find,
    write settings::Put,
    remote settings::RehearseMail,
    remote setup::Claim,
    remote setup::Confirm,
    read setup::Inspect,
    read setup::Needed,
    write setup::Offer,
    read setup::Pending,
    write sign_in::Begin,
    write sign_in::BeginSetUp,
    write sign_in::Cancel,
    remote sign_in::Challenge,
    write sign_in::ChooseMethod,
    remote sign_in::ConfirmSetUp,
    read sign_in::Find,
    write sign_in::ForgotPassword,
    remote sign_in::ProveFactor,
    remote sign_in::ProvePassword,
    remote sign_in::RedeemReset,
    read sign_in::ShowSetUp,
    write sign_in::SignOut,
    write sign_in::SkipSetUp,
    write tokens::Add,
    read tokens::ListMine,
    write tokens::Revoke,
    read trash::List,
    read users::Activity,
    write users::Add,
    remote users::ChangeMyPassword,
    write users::ChangeRole,
    read users::Find,
    write users::Invite,
    read users::List,
    write users::Lock,
    read users::Names,
    write users::SetEmails,
    write users::SetMyEmails,
    write users::SetTheme,
    write users::Unlock,
}
