use portcullis_model::{
    Alone, AppCodes, FactorId, FactorKind, Scope, SpentCode, Subject, SubjectKind, Timestamp,
};
use portcullis_store::{Snapshot, factors, users};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, mfa_policy};

/// Lists the caller's own second factors; never what proves them.
pub struct ListMine;

#[derive(Clone, Debug)]
pub struct FactorView {
    pub id: FactorId,
    pub kind: FactorKind,
    pub name: String,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// How many backup codes are left.
    pub left: Option<usize>,
    pub spent: Vec<SpentCode>,
    /// What the codes of an app look like.
    pub app: Option<AppCodes>,
    /// The phone number, masked.
    pub number: Option<String>,
    /// Whether it can be both proofs: what it can do, and what the policy lets it.
    pub alone: Alone,
}

impl Operation for ListMine {
    type Output = Vec<FactorView>;

    const NAME: &'static str = "factor.list_mine";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Factor)
    }
}

impl Read for ListMine {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<FactorView>, OpError> {
        let user = users::find(snapshot, permit.user()?)
            .await?
            .ok_or(OpError::NotFound)?;
        let effective = mfa_policy::of_person(services, snapshot, &user).await?;
        let mut views = Vec::new();
        for factor in factors::list(snapshot, user.id).await? {
            if !factor.active {
                continue;
            }
            let enrolment = services.vault.open_factor(snapshot, &factor).await?;
            let summary = services.factor(factor.kind)?.summarize(&enrolment)?;
            views.push(FactorView {
                id: factor.id,
                kind: factor.kind,
                name: factor.name,
                created_at: factor.created_at,
                used_at: factor.used_at,
                left: summary.left,
                spent: summary.spent,
                app: summary.app,
                number: summary.number,
                alone: if effective.passkey_alone {
                    summary.alone
                } else {
                    Alone::No
                },
            });
        }
        Ok(views)
    }
}
