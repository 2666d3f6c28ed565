use portcullis_model::{FactorId, FactorKind, Scope, SpentCode, Subject, SubjectKind, Timestamp};
use portcullis_store::{Snapshot, factors};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

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
        let mut views = Vec::new();
        for factor in factors::list(snapshot, permit.user()?).await? {
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
            });
        }
        Ok(views)
    }
}
