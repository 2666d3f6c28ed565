use portcullis_crypto::token_digest;
use portcullis_model::{FactorKind, Remember, Scope, Secret, Subject, SubjectKind};
use portcullis_store::logins::Login;
use portcullis_store::{Snapshot, logins, outbox, users};

use crate::browsers;
use crate::calls::{self, CallView, Purpose};
use crate::factors::code_lengths;
use crate::sign_in::{
    BLOCKED, ENROLLING, FIRST_PASSED, OFFERED, RECOVERING, REPORTED, SECOND_PASSED, limits,
};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, mfa_policy};

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
    /// The person said on the phone that it is not them, and nothing goes on.
    Reported,
    /// The password was right; what is left is to ask an administrator, or to wait for one.
    Recovery,
    /// Both proofs are there, and a method must be set up.
    SetUp,
}

/// What has become of the letter with the code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Delivery {
    Failed,
    Sending,
    /// When it left the house, that is.
    Sent,
}

#[derive(Clone, Debug)]
pub struct LoginView {
    pub username: String,
    pub step: LoginStep,
    /// The factor that is asked for.
    pub method: Option<FactorKind>,
    /// Those that could be asked for instead, the weakest first.
    pub methods: Vec<FactorKind>,
    /// What the factor shows: a prompt, or options for the browser.
    pub prompt: String,
    /// How many digits the codes of the person's apps have, each length once.
    pub code_lengths: Vec<u8>,
    /// Where a code went, masked.
    pub addresses: Vec<String>,
    pub delivery: Option<Delivery>,
    /// The phone call that is the answer.
    pub call: Option<CallView>,
    /// Methods that can be set up, the weakest first.
    pub to_set_up: Vec<FactorKind>,
    pub may_skip: bool,
    /// For how long this browser can be remembered after the method at hand.
    pub remember: Remember,
    /// Whether more time for the code can be asked for.
    pub more_time: bool,
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
        if login.ends_at <= now || login.state == OFFERED {
            return Err(OpError::Expired);
        }
        let (step, retries) = match login.state.as_str() {
            FIRST_PASSED => (LoginStep::Factor, login.retries),
            REPORTED => (LoginStep::Reported, limits::RETRIES),
            SECOND_PASSED => (LoginStep::SetUp, limits::ENROLMENT_RETRIES),
            BLOCKED | RECOVERING => (LoginStep::Recovery, limits::RETRIES),
            ENROLLING => (LoginStep::Enrol, limits::ENROLMENT_RETRIES),
            _ => (LoginStep::Password, limits::RETRIES),
        };
        let mut view = LoginView {
            step,
            method: login.method,
            methods: Vec::new(),
            prompt: login.prompt.clone(),
            code_lengths: Vec::new(),
            addresses: Vec::new(),
            delivery: None,
            call: None,
            to_set_up: Vec::new(),
            may_skip: false,
            remember: Remember::Off,
            more_time: false,
            tries_left: (retries + 1).saturating_sub(login.tries),
            seconds_left: login.step_ends_at.since(now).as_secs(),
            username: login.username.clone(),
        };
        // Before the password is right nobody hears what a person has.
        if matches!(step, LoginStep::Factor | LoginStep::SetUp) {
            tell(services, snapshot, &login, &mut view).await?;
        }
        Ok(view)
    }
}

async fn tell(
    services: &Services,
    snapshot: &Snapshot,
    login: &Login,
    view: &mut LoginView,
) -> Result<(), OpError> {
    let user = users::find(snapshot, login.user.ok_or(OpError::Expired)?)
        .await?
        .ok_or(OpError::Expired)?;
    let effective = mfa_policy::of_person(services, snapshot, &user).await?;
    view.methods = effective
        .asked()
        .iter()
        .copied()
        .filter(|kind| login.allowed.contains(kind))
        .collect();
    view.to_set_up.clone_from(&effective.to_set_up);
    view.may_skip = effective.may_skip;
    view.more_time = view.step == LoginStep::Factor && !mfa_policy::site_policy(snapshot).await?.strict_time;
    if login.method == Some(FactorKind::Totp) {
        view.code_lengths = code_lengths(services, snapshot, user.id).await?;
    }
    if login
        .method
        .is_some_and(|method| browsers::may_be_remembered(&effective, method))
    {
        view.remember = effective.remember;
    }
    if login.method == Some(FactorKind::Phone) {
        view.call = calls::view(services, snapshot, login.id.0, Purpose::SignIn).await?;
    }
    if login.method == Some(FactorKind::Email) {
        view.addresses = user.code_addresses().into_iter().map(masked).collect();
        view.delivery =
            outbox::of_login(snapshot, login.id)
                .await?
                .map(|letter| match letter.state.as_str() {
                    "sent" => Delivery::Sent,
                    "waiting" if letter.problem.is_empty() => Delivery::Sending,
                    _ => Delivery::Failed,
                });
    }
    Ok(())
}

/// `d•••r@corp.example`: enough to know the mailbox, too little to find it.
fn masked(address: &str) -> String {
    let (name, domain) = address.split_once('@').unwrap_or((address, ""));
    let mut characters = name.chars();
    let first = characters.next().map(String::from).unwrap_or_default();
    let last = characters.next_back().map(String::from).unwrap_or_default();
    format!("{first}•••{last}@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_but_for_its_ends() {
        assert_eq!(masked("d.okafor@corp.example"), "d•••r@corp.example");
        assert_eq!(masked("x@corp.example"), "x•••@corp.example");
        assert_eq!(masked("é@ü"), "é•••@ü");
    }
}
