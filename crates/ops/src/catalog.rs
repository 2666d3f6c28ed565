use portcullis_model::Scope;

use crate::authorize::tokens_may;
use crate::{
    Audit, Operation, Right, accounts, audit, factors, home, identify, jobs, keys, palette, passwords,
    resources, sessions, setup, sign_in, tokens, trash, users,
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
    read factors::ListMine,
    remote factors::RegenerateBackupCodes,
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
    read palette::Search,
    read passwords::Generate,
    read passwords::Policies,
    write resources::Add,
    write resources::Change,
    write resources::Delete,
    read resources::Find,
    read resources::List,
    read resources::ListGrants,
    write resources::Restore,
    write resources::Share,
    write resources::Unshare,
    write sessions::End,
    write sessions::EndAll,
    read sessions::ListMine,
    remote setup::Claim,
    remote setup::Confirm,
    read setup::Inspect,
    read setup::Needed,
    write setup::Offer,
    read setup::Pending,
    write sign_in::Begin,
    write sign_in::Cancel,
    write sign_in::ChooseMethod,
    read sign_in::Find,
    remote sign_in::ProveFactor,
    remote sign_in::ProvePassword,
    write sign_in::SignOut,
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
    write users::SetTheme,
    write users::Unlock,
}
