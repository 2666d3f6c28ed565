use portcullis_model::{Role, Scope, Subject, SubjectKind, SystemRight, Timestamp, UserId};
use portcullis_store::recovery_requests::{self, Request};
use portcullis_store::{Snapshot, users};
use uuid::Uuid;

use crate::mfa_policy::site_policy;
use crate::recovery::{MOST_WRONG, state_at};
use crate::users::above_reach;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists who asks for help, and what became of the latest requests.
pub struct List;

#[derive(Clone, Debug)]
pub struct Listed {
    /// The oldest first.
    pub waiting: Vec<RequestView>,
    /// The newest first.
    pub over: Vec<RequestView>,
    /// Whether a second administrator must approve.
    pub second_approver: bool,
}

/// A request as those who decide about it see it.
#[derive(Clone, Debug)]
pub struct RequestView {
    pub id: Uuid,
    pub user: UserId,
    pub username: String,
    pub display_name: String,
    pub role: Role,
    pub address: String,
    /// The browser, as it calls itself.
    pub agent: String,
    /// `open`, `approved_once`, `granted`, `denied`, `cancelled`, `closed` or `expired`.
    pub state: String,
    /// How often wrong words may still be typed.
    pub tries_left: u32,
    /// Who approved first; empty if nobody did.
    pub first_approver: String,
    pub decided_by: String,
    pub reason: String,
    pub made_at: Timestamp,
    pub ends_at: Timestamp,
    /// Whether the caller may decide: it is not their own, and the person is not above them.
    pub may_decide: bool,
}

const MOST: u16 = 100;
const MOST_OVER: u16 = 20;

impl Operation for List {
    type Output = Listed;

    const NAME: &'static str = "recovery.list";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Recovery)
    }
}

impl Read for List {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Listed, OpError> {
        let now = services.now();
        let mut listed = Listed {
            waiting: Vec::new(),
            over: Vec::new(),
            second_approver: site_policy(snapshot).await?.second_approver,
        };
        for request in recovery_requests::waiting(snapshot, now, MOST).await? {
            listed
                .waiting
                .push(view(permit, services, snapshot, request).await?);
        }
        for request in recovery_requests::over(snapshot, now, MOST_OVER).await? {
            listed.over.push(view(permit, services, snapshot, request).await?);
        }
        Ok(listed)
    }
}

pub(super) async fn view<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    snapshot: &Snapshot,
    request: Request,
) -> Result<RequestView, OpError> {
    let user = users::find(snapshot, request.user)
        .await?
        .ok_or(OpError::NotFound)?;
    Ok(RequestView {
        state: state_at(&request, services.now()).to_owned(),
        may_decide: !above_reach(permit, user.role)
            && permit.caller().user() != Some(user.id)
            && (request.first_approver.is_empty() || permit.caller().user() != request.first_approver_id),
        id: request.id,
        user: user.id,
        username: user.username,
        display_name: user.display_name,
        role: user.role,
        address: request.address,
        agent: request.agent,
        tries_left: MOST_WRONG.saturating_sub(request.wrong_words),
        first_approver: request.first_approver,
        decided_by: request.decided_by,
        reason: request.reason,
        made_at: request.made_at,
        ends_at: request.ends_at,
    })
}
