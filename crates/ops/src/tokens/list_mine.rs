use portcullis_model::{Scope, Subject, SubjectKind, Timestamp, TokenId};
use portcullis_store::{Snapshot, tokens};

use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Lists the caller's own tokens.
pub struct ListMine;

#[derive(Clone, Debug)]
pub struct TokenView {
    pub id: TokenId,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl Operation for ListMine {
    type Output = Vec<TokenView>;

    const NAME: &'static str = "token.list_mine";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Token)
    }
}

impl Read for ListMine {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<TokenView>, OpError> {
        let own = tokens::list(snapshot, permit.user()?).await?;
        Ok(own
            .into_iter()
            .map(|token| TokenView {
                id: token.id,
                name: token.name,
                scopes: token.scopes,
                created_at: token.created_at,
                expires_at: token.expires_at,
                used_at: token.used_at,
            })
            .collect())
    }
}
