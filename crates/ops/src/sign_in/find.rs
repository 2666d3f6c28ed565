use portcullis_crypto::token_digest;
use portcullis_model::{FactorKind, Scope, Secret, Subject, SubjectKind};
use portcullis_store::{Snapshot, factors, logins};

use crate::sign_in::{ENROLLING, FIRST_PASSED, limits};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Tells where an unfinished sign-in stands.
pub struct Find {
    pub token: Secret,
}

/// The step that an unfinished login waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LoginStep {
    Enrol,
    Factor,
    Password,
}

#[derive(Clone, Debug)]
pub struct LoginView {
    pub username: String,
    pub step: LoginStep,
    /// The factor that is asked for.
    pub method: Option<FactorKind>,
    /// Those that could be asked for instead.
    pub methods: Vec<FactorKind>,
    pub tries_left: u32,
    pub seconds_left: u64,
}

impl Operation for Find {
    type Output = LoginView;

    const NAME: &'static str = "login.find";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Login)
    }
}

impl Read for Find {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<LoginView, OpError> {
        let digest = token_digest(self.token.expose());
        let login = logins::find(snapshot, &digest).await?.ok_or(OpError::Expired)?;
        let now = services.now();
        if login.ends_at <= now {
            return Err(OpError::Expired);
        }
        let (step, retries) = match login.state.as_str() {
            FIRST_PASSED => (LoginStep::Factor, limits::RETRIES),
            ENROLLING => (LoginStep::Enrol, limits::ENROLMENT_RETRIES),
            _ => (LoginStep::Password, limits::RETRIES),
        };
        let mut methods = Vec::new();
        if let (LoginStep::Factor, Some(user)) = (step, login.user) {
            methods = factors::list(snapshot, user)
                .await?
                .into_iter()
                .filter(|factor| factor.active)
                .map(|factor| factor.kind)
                .collect();
            methods.dedup();
        }
        Ok(LoginView {
            username: login.username,
            step,
            method: login.method,
            methods,
            tries_left: (retries + 1).saturating_sub(login.tries),
            seconds_left: login.step_ends_at.since(now).as_secs(),
        })
    }
}
