use portcullis_model::{
    EmailChoice, GroupId, PersonSetting, Role, Scope, Secret, Subject, SubjectKind, SystemRight, Theme,
    Timestamp, UserId, UserState, Username,
};
use portcullis_store::users::{self, User};
use portcullis_store::{Tx, people_groups};

use crate::text::Fields;
use crate::users::{above_reach, invite, tell_invited};
use crate::{OpError, Operation, Permit, Right, Services, Write};

/// Adds a person and draws their set-up code. They choose their own password and enrol their own factor.
pub struct Add {
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub role: Role,
    /// Their place in the tree of groups.
    pub group: Option<GroupId>,
}

/// A set-up code for a person; shown once, to whoever invited them.
pub struct Invitation {
    pub id: UserId,
    pub setup_code: Secret,
    pub expires_at: Timestamp,
}

impl Operation for Add {
    type Output = Invitation;

    const NAME: &'static str = "user.add";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.username.clone()),
            ..Subject::kind(SubjectKind::User)
        }
    }
}

impl Write for Add {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        services: &Services,
        tx: &Tx,
    ) -> Result<Invitation, OpError> {
        let mut fields = Fields::default();
        let username = self
            .username
            .parse::<Username>()
            .map_err(|error| fields.wrong("username", error));
        let display_name = fields.name("display_name", &self.display_name);
        let email = fields.line("email", &self.email);
        if !email.is_empty() && !email.contains('@') {
            fields.wrong("email", "must be an e-mail address");
        }
        if above_reach(permit, self.role) {
            fields.wrong("role", "only a privileged administrator can give this role");
        }
        let username = username.map(|username| username.to_string()).unwrap_or_default();
        if users::find_by_username(tx, &username).await?.is_some() {
            fields.wrong("username", "is taken");
        }
        if let Some(group) = self.group
            && people_groups::find(tx, group).await?.is_none()
        {
            fields.wrong("group", "is not there any more");
        }
        fields.done()?;
        let user = User {
            id: UserId(services.new_id()),
            username,
            display_name,
            email,
            role: self.role,
            state: UserState::Invited,
            password_hash: None,
            epoch: 0,
            theme: Theme::System,
            created_at: services.now(),
            last_sign_in_at: None,
            email2: String::new(),
            email_choice: EmailChoice::First,
            group: self.group,
            setting: PersonSetting::default(),
            skips: 0,
        };
        users::insert(tx, &user).await?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        permit.message(format!("Added as {}.", user.role.label()));
        let invitation = invite(services, tx, user.id).await?;
        tell_invited(services, tx, permit.who(), &user, invitation.expires_at).await?;
        Ok(invitation)
    }
}
