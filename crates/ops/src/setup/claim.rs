use portcullis_crypto::{draw_token, token_digest};
use portcullis_model::{
    EmailChoice, FactorId, FactorKind, LoginId, Newcomer, PersonSetting, Role, Scope, Secret, Subject,
    SubjectKind, Theme, UserId, UserState, Username,
};
use portcullis_store::Tx;
use portcullis_store::factors::{self, Factor};
use portcullis_store::invitations::{self, Invitation};
use portcullis_store::logins::{self, Login};
use portcullis_store::users::{self, User};

use crate::factors::settings_of;
use crate::passwords::own_password_problems;
use crate::setup::invitation_of;
use crate::sign_in::{ENROLLING, limits};
use crate::text::{Fields, for_trail};
use crate::{OpError, Operation, Permit, Remote, Right, Services};

/// Says who one is and chooses a password, with a set-up code. Nothing counts until `Confirm`.
pub struct Claim {
    pub code: Secret,
    /// Chosen by the first administrator only; everybody else's was chosen for them.
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub password: Secret,
    pub agent: String,
}

pub struct Claimed {
    pub login_token: Secret,
}

pub struct Plan {
    invitation: Invitation,
    username: Username,
    display_name: String,
    email: String,
}

impl Operation for Claim {
    type Output = Claimed;

    const NAME: &'static str = "setup.claim";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Remote for Claim {
    type Plan = Plan;
    /// The hash of the password.
    type Effect = String;

    async fn prepare(
        &self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Plan, OpError> {
        let invitation = invitation_of(tx, &self.code, services.now()).await?;
        let mut fields = Fields::default();
        let invited = match invitation.user {
            Some(user) => users::find(tx, user).await?,
            None => None,
        };
        let username = match &invited {
            Some(user) if !invitation.first => user.username.parse::<Username>(),
            _ => self.username.parse::<Username>(),
        };
        let display_name = fields.name("display_name", &self.display_name);
        let email = fields.line("email", &self.email);
        if !email.is_empty() && !email.contains('@') {
            fields.wrong("email", "must be an e-mail address");
        }
        let name_text = username.as_ref().map(ToString::to_string).unwrap_or_default();
        for problem in own_password_problems(&self.password, &name_text) {
            fields.wrong("password", problem);
        }
        let username = match username {
            Ok(username) => username,
            Err(error) => {
                fields.wrong("username", error);
                fields.done()?;
                return Err(OpError::invalid("username", error));
            }
        };
        let taken = users::find_by_username(tx, username.as_ref()).await?;
        if taken.is_some_and(|taken| Some(taken.id) != invitation.user) {
            fields.wrong("username", "is taken");
        }
        fields.done()?;
        permit.named(username.as_ref());
        Ok(Plan {
            invitation,
            username,
            display_name,
            email,
        })
    }

    async fn act(&self, services: &Services, _plan: &Plan) -> Result<String, OpError> {
        let pepper = services.vault.peppers()?.pop().ok_or(OpError::Damaged)?;
        services
            .hashing
            .hash(pepper, self.password.clone(), services.chance.clone())
            .await
    }

    async fn settle(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        plan: Plan,
        hash: String,
        tx: &Tx,
    ) -> Result<Claimed, OpError> {
        let now = services.now();
        // Somebody else may have finished with the same code meanwhile.
        let invitation = invitation_of(tx, &self.code, now).await?;
        let user = match invitation.user {
            Some(user) => user,
            None => add_first_administrator(services, tx, &plan).await?,
        };
        users::set_person(tx, user, plan.username.as_ref(), &plan.display_name, &plan.email).await?;
        // An earlier try with the same code is over: its half-made factor must not be confirmed.
        logins::end_all(tx, user).await?;
        factors::delete_pending(tx, user).await?;

        let settings = settings_of(services, tx, FactorKind::Totp).await?;
        let newcomer = Newcomer {
            id: user,
            username: &plan.username,
            own: &[],
            settings: &settings,
            details: "",
            chance: &*services.chance,
        };
        let enrolment = services.factor(FactorKind::Totp)?.enrol(&newcomer)?;
        let id = FactorId(services.new_id());
        let sealed = services
            .vault
            .seal_factor(services, tx, id, user, &enrolment.private)
            .await?;
        let factor = Factor {
            id,
            user,
            kind: FactorKind::Totp,
            name: FactorKind::Totp.label().to_owned(),
            active: false,
            revision: 0,
            enrolment: sealed,
            created_at: now,
            used_at: None,
        };
        factors::insert(tx, &factor).await?;

        let token = draw_token(&*services.chance);
        let login = Login {
            id: LoginId(services.new_id()),
            state: ENROLLING.to_owned(),
            revision: 0,
            username: plan.username.to_string(),
            user: Some(user),
            invitation: Some(plan.invitation.id),
            method: Some(FactorKind::Totp),
            allowed: Vec::new(),
            retries: limits::RETRIES,
            passed_at: None,
            prompt: String::new(),
            challenged_at: None,
            challenges: 0,
            password_hash: Some(hash),
            tries: 0,
            address: permit.caller().address.clone(),
            agent: for_trail(&self.agent).chars().take(300).collect(),
            browser: None,
            step_ends_at: now + limits::ENROLMENT,
            ends_at: now + limits::ENROLMENT,
        };
        logins::insert(tx, &login, &token_digest(token.expose()), now).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.0),
            name: Some(plan.username.to_string()),
        });
        Ok(Claimed { login_token: token })
    }
}

async fn add_first_administrator(services: &Services, tx: &Tx, plan: &Plan) -> Result<UserId, OpError> {
    let id = UserId(services.new_id());
    let user = User {
        id,
        username: plan.username.to_string(),
        display_name: plan.display_name.clone(),
        email: plan.email.clone(),
        role: Role::PrivilegedAdministrator,
        state: UserState::Invited,
        password_hash: None,
        epoch: 0,
        theme: Theme::System,
        created_at: services.now(),
        last_sign_in_at: None,
        email2: String::new(),
        email_choice: EmailChoice::First,
        group: None,
        setting: PersonSetting::default(),
        skips: 0,
    };
    users::insert(tx, &user).await?;
    match invitations::set_user(tx, plan.invitation.id, id).await? {
        1 => Ok(id),
        _ => Err(OpError::Conflict("Somebody else is using this set-up code.")),
    }
}
