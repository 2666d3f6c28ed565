use portcullis_crypto::{equal, spoken_words_digest};
use portcullis_model::{Scope, Subject, SubjectKind, SystemRight, UserState};
use portcullis_store::recovery_requests::{self, Request};
use portcullis_store::{Tx, logins};
use uuid::Uuid;

use crate::factors::{IssuePass, IssuedPass, check_pass, issue};
use crate::mfa_policy::site_policy;
use crate::recovery::{APPROVED_ONCE, CLOSED, GRANTED, MOST_WRONG, to_decide};
use crate::sign_in::RECOVERING;
use crate::text::for_trail;
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Approves a request for help with the words that the person read out. The last approval gives a temporary pass.
pub struct Approve {
    pub id: Uuid,
    /// As they were heard, in any spelling.
    pub words: String,
    /// How long the pass is good, 5 to 60.
    pub minutes: u32,
    /// That the checklist was gone through: called on a number known from before, and the words came from them.
    pub confirmed: bool,
    pub reason: String,
}

pub enum Approved {
    /// The pass, told once.
    Granted(IssuedPass),
    /// A second administrator must approve.
    Once,
    /// These are not the words. None left: the request is closed.
    WrongWords { tries_left: u32 },
}

impl Operation for Approve {
    type Output = Approved;

    const NAME: &'static str = "recovery.approve";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::Recovery, self.id)
    }

    fn reason(&self) -> Option<String> {
        Some(self.reason.clone())
    }
}

impl Write for Approve {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Approved, OpError> {
        permit.fresh(services)?;
        check_pass(self.minutes, &self.reason)?;
        if !self.confirmed {
            return Err(OpError::invalid(
                "confirmed",
                "Go through the list first: it is what tells them from a thief.",
            ));
        }
        let (mut request, digest, user) = to_decide(permit, services, tx, self.id).await?;
        let own = permit.caller().user();
        if request.state == APPROVED_ONCE && request.first_approver_id == own {
            return Err(OpError::Conflict(
                "You approved this already. Another administrator must approve it too.",
            ));
        }
        if !equal(&spoken_words_digest(&self.words), &digest) {
            return self.wrong(permit, services, tx, &mut request).await;
        }
        if user.state != UserState::Active {
            return Err(OpError::Conflict(
                "This person cannot sign in: they are invited or locked.",
            ));
        }
        if request.state != APPROVED_ONCE && site_policy(tx).await?.second_approver {
            APPROVED_ONCE.clone_into(&mut request.state);
            request.first_approver_id = own;
            permit.who().clone_into(&mut request.first_approver);
            self.keep(services, tx, permit, &mut request).await?;
            permit.message("Approved. A second administrator must approve it too.");
            return Ok(Approved::Once);
        }
        GRANTED.clone_into(&mut request.state);
        self.keep(services, tx, permit, &mut request).await?;
        let issued = issue(permit, services, tx, &user, self.minutes, &self.reason).await?;
        if logins::keep_until(tx, request.login, RECOVERING, issued.ends_at).await? != 1 {
            return Err(OpError::Conflict(
                "The sign-in that this came from is over. The person can ask again.",
            ));
        }
        let by = if request.first_approver.is_empty() {
            String::new()
        } else {
            format!(" {} approved first.", request.first_approver)
        };
        // Whoever looks for what was done to the person finds it under the name of every other pass.
        let pass = format!("A pass for {} minutes, after a request for help.", self.minutes);
        let person = Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        };
        permit.hand_over(IssuePass::NAME, person, pass);
        permit.message(format!(
            "Approved with the words of the person.{by} A pass for {} minutes.",
            self.minutes
        ));
        Ok(Approved::Granted(issued))
    }
}

impl Approve {
    async fn keep(
        &self,
        services: &Services,
        tx: &Tx,
        permit: &Permit<'_, Self>,
        request: &mut Request,
    ) -> Result<(), OpError> {
        permit.who().clone_into(&mut request.decided_by);
        request.reason = for_trail(self.reason.trim()).into_owned();
        request.decided_at = Some(services.now());
        match recovery_requests::decide(tx, request).await? {
            1 => Ok(()),
            _ => Err(OpError::Conflict(
                "This request was decided already, or taken back.",
            )),
        }
    }

    /// Counts words that are not those of the request; after a few it is closed.
    async fn wrong(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
        request: &mut Request,
    ) -> Result<Approved, OpError> {
        request.wrong_words += 1;
        let tries_left = MOST_WRONG.saturating_sub(request.wrong_words);
        permit.refused();
        if 0 < tries_left {
            permit.message("These are not the words of the request.");
            recovery_requests::decide(tx, request).await?;
            return Ok(Approved::WrongWords { tries_left });
        }
        CLOSED.clone_into(&mut request.state);
        self.keep(services, tx, permit, request).await?;
        permit.message("These are not the words of the request. It is closed after too many wrong ones.");
        let what = "Wrong words were typed too often for a request for help with the second step, so it was closed. \
                    Somebody may be guessing, or calling in another's name.";
        let subject = "A request for help was closed";
        notices::tell_administrators(services, tx, permit.caller(), Some(request.user), subject, what)
            .await?;
        Ok(Approved::WrongWords { tries_left })
    }
}
