use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{LoginId, Scope, Secret, Subject, SubjectKind, Username};
use portcullis_store::Tx;
use portcullis_store::logins::{self, Login};

use crate::sign_in::{NAMED, limits};
use crate::text::for_trail;
use crate::{Audit, OpError, Operation, Permit, Right, Services, Write};

/// Begins a sign-in with a user name, the same for people who exist and for those who do not.
pub struct Begin {
    pub username: String,
    /// The browser's name for itself.
    pub agent: String,
    /// What the browser is known by, if it is.
    pub browser: Option<Secret>,
}

impl Operation for Begin {
    /// The token of the unfinished login.
    type Output = Secret;

    const NAME: &'static str = "login.begin";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    // A name alone is no attempt yet, and anybody can send a million of them.
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.username.clone()),
            ..Subject::kind(SubjectKind::User)
        }
    }
}

impl Write for Begin {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Secret, OpError> {
        if self.username.trim().is_empty() {
            return Err(OpError::invalid("username", "Enter your user name."));
        }
        // A name that nobody can have is taken as it is: the answer must not differ.
        let username = match self.username.parse::<Username>() {
            Ok(username) => username.to_string(),
            Err(_) => for_trail(&self.username.trim().to_lowercase())
                .chars()
                .take(64)
                .collect(),
        };
        let now = services.now();
        let token = draw_token(&*services.chance);
        let login = Login {
            id: LoginId(services.new_id()),
            state: NAMED.to_owned(),
            revision: 0,
            username,
            user: None,
            invitation: None,
            method: None,
            allowed: Vec::new(),
            retries: limits::RETRIES,
            passed_at: None,
            prompt: String::new(),
            challenged_at: None,
            challenges: 0,
            password_hash: None,
            tries: 0,
            address: permit.caller().address.clone(),
            agent: for_trail(&self.agent).chars().take(300).collect(),
            browser: self.browser.map(|token| token_digest(token.expose())),
            step_ends_at: now + limits::LOGIN,
            ends_at: now + limits::LOGIN,
        };
        logins::insert(tx, &login, &token_digest(token.expose()), now).await?;
        Ok(token)
    }
}
