use portcullis_model::{
    EmailChoice, FactorKind, GroupId, PersonSetting, Scope, Subject, SubjectKind, SystemRight, UserId,
};
use portcullis_store::{Snapshot, factors, users};

use crate::mfa_policy::{Effective, of_person};
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Says what one person must prove, and why.
pub struct Explain {
    pub id: UserId,
}

#[derive(Clone, Debug)]
pub struct Explained {
    pub username: String,
    pub effective: Effective,
    /// What is set for the person themselves, and whether the group's setting counts for them.
    pub setting: PersonSetting,
    pub group: Option<GroupId>,
    pub email: String,
    pub email2: String,
    pub email_choice: EmailChoice,
    /// Where they are called: numbers, masked, and names at a phone agent.
    pub phones: Vec<String>,
}

impl Operation for Explain {
    type Output = Explained;

    const NAME: &'static str = "policy.explain";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Read for Explain {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Explained, OpError> {
        let user = users::find(snapshot, self.id).await?.ok_or(OpError::NotFound)?;
        Ok(Explained {
            effective: of_person(services, snapshot, &user).await?,
            phones: phones(services, snapshot, user.id).await?,
            username: user.username,
            setting: user.setting,
            group: user.group,
            email: user.email,
            email2: user.email2,
            email_choice: user.email_choice,
        })
    }
}

async fn phones(services: &Services, snapshot: &Snapshot, user: UserId) -> Result<Vec<String>, OpError> {
    let phone = services.factor(FactorKind::Phone)?;
    let mut phones = Vec::new();
    for factor in factors::list(snapshot, user).await? {
        if factor.active && factor.kind == FactorKind::Phone {
            match services.vault.open_factor(snapshot, &factor).await {
                Ok(enrolment) => phones.extend(phone.summarize(&enrolment)?.number),
                // Whoever is to reset it must get here.
                Err(OpError::Damaged) => phones.push("cannot be read".to_owned()),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(phones)
}
