use portcullis_crypto::{draw_setup_code, setup_code_digest};
use portcullis_model::{InvitationId, Scope, Secret, Subject, SubjectKind, UserState};
use portcullis_store::invitations::{self, Invitation};
use portcullis_store::{Tx, users};

use crate::sign_in::limits;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Draws the set-up code of the first administrator; an earlier one that was not used dies.
pub struct Offer;

impl Operation for Offer {
    /// Nothing once somebody has finished set-up.
    type Output = Option<Secret>;

    const NAME: &'static str = "setup.offer";
    const RIGHT: Right = Right::Operator;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Write for Offer {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Option<Secret>, OpError> {
        let people = users::count(tx, UserState::Active).await? + users::count(tx, UserState::Locked).await?;
        if 0 < people {
            permit.message("Set-up is finished, so no code was drawn.");
            return Ok(None);
        }
        users::delete_unfinished(tx).await?;
        let now = services.now();
        let code = draw_setup_code(&*services.chance);
        let invitation = Invitation {
            id: InvitationId(services.new_id()),
            first: true,
            user: None,
            expires_at: now + limits::INVITATION,
        };
        invitations::insert(tx, &invitation, &setup_code_digest(code.expose()), now).await?;
        Ok(Some(code))
    }
}
