use std::time::Duration;

use portcullis_crypto::{draw_personal_token, token_digest};
use portcullis_model::{Scope, Secret, Subject, SubjectKind, Timestamp, TokenId};
use portcullis_store::Tx;
use portcullis_store::tokens::{self, Token};

use crate::text::Fields;
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Makes a token for a program that acts as the caller. It is shown once.
pub struct Add {
    pub name: String,
    pub scopes: Vec<Scope>,
    /// 1 to 365.
    pub days: u32,
}

pub struct NewToken {
    pub id: TokenId,
    pub token: Secret,
    pub expires_at: Timestamp,
}

impl Operation for Add {
    type Output = NewToken;

    const NAME: &'static str = "token.add";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.name.clone()),
            ..Subject::kind(SubjectKind::Token)
        }
    }
}

impl Write for Add {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<NewToken, OpError> {
        permit.fresh(services)?;
        let user = permit.user()?;
        let mut fields = Fields::default();
        let name = fields.name("name", &self.name);
        if !(1..=365).contains(&self.days) {
            fields.wrong("days", "must be 1 to 365");
        }
        if self.scopes.is_empty() {
            fields.wrong("scopes", "choose at least one");
        }
        if self.scopes.iter().any(|scope| !Scope::FOR_TOKENS.contains(scope)) {
            fields.wrong("scopes", "holds one that a token cannot have");
        }
        if 50 <= tokens::list(tx, user).await?.len() {
            fields.wrong("name", "you have 50 tokens; revoke one first");
        }
        fields.done()?;
        let now = services.now();
        let secret = draw_personal_token(&*services.chance);
        let mut scopes = self.scopes;
        scopes.sort_unstable_by_key(|scope| scope.word());
        scopes.dedup();
        let token = Token {
            id: TokenId(services.new_id()),
            user,
            name: name.clone(),
            scopes,
            created_at: now,
            expires_at: now + Duration::from_secs(u64::from(self.days) * 24 * 60 * 60),
            used_at: None,
        };
        tokens::insert(tx, &token, &token_digest(secret.expose())).await?;
        let words: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
        permit.about(Subject {
            kind: SubjectKind::Token,
            id: Some(token.id.0),
            name: Some(name),
        });
        permit.message(format!(
            "For {}, until {}.",
            words.join(", "),
            token.expires_at.to_text()
        ));
        Ok(NewToken {
            id: token.id,
            token: secret,
            expires_at: token.expires_at,
        })
    }
}
