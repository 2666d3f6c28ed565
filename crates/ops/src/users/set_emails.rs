use portcullis_model::{EmailChoice, Scope, Subject, SubjectKind, SystemRight, UserId};
use portcullis_store::users::{self, User};
use portcullis_store::{Tx, browsers, password_resets};

use crate::text::Fields;
use crate::users::{above_reach, person};
use crate::{OpError, Operation, Permit, Right, Services, Write, notices};

/// Sets where the caller's own codes go. The addresses of before are told.
pub struct SetMyEmails {
    pub email: String,
    pub email2: String,
    pub choice: EmailChoice,
}

impl Operation for SetMyEmails {
    type Output = ();

    const NAME: &'static str = "user.set_my_emails";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Interactive;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::User)
    }
}

impl Write for SetMyEmails {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let user = users::find(tx, permit.user()?).await?.ok_or(OpError::NotFound)?;
        permit.about(Subject {
            kind: SubjectKind::User,
            id: Some(user.id.0),
            name: Some(user.username.clone()),
        });
        set(
            permit,
            services,
            tx,
            &user,
            (&self.email, &self.email2),
            self.choice,
        )
        .await
    }
}

/// Sets where a person's codes go. The addresses of before are told.
pub struct SetEmails {
    pub id: UserId,
    pub email: String,
    pub email2: String,
    /// Absent to leave it to the person.
    pub choice: Option<EmailChoice>,
}

impl Operation for SetEmails {
    type Output = ();

    const NAME: &'static str = "user.set_emails";
    const RIGHT: Right = Right::System(SystemRight::ManageUsers);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject::of(SubjectKind::User, self.id.0)
    }
}

impl Write for SetEmails {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let user = person(permit, tx, self.id).await?;
        if above_reach(permit, user.role) {
            return Err(OpError::Denied);
        }
        let choice = self.choice.unwrap_or(user.email_choice);
        set(permit, services, tx, &user, (&self.email, &self.email2), choice).await
    }
}

async fn set<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    user: &User,
    (email, email2): (&str, &str),
    choice: EmailChoice,
) -> Result<(), OpError> {
    let mut fields = Fields::default();
    let email = address(&mut fields, "email", email);
    let email2 = address(&mut fields, "email2", email2);
    if choice.of(&email, &email2).is_empty() && !(email.is_empty() && email2.is_empty()) {
        fields.wrong("email_choice", "names an address that is empty");
    }
    fields.done()?;
    let what = format!(
        "The e-mail addresses of your account {} were changed by {}.",
        user.username,
        permit.who()
    );
    // With the person as they were: the notice goes to the old addresses.
    notices::tell(
        services,
        tx,
        permit.caller(),
        user,
        "Your e-mail addresses were changed",
        &what,
    )
    .await?;
    // A link that went to an old address is no longer theirs alone.
    password_resets::withdraw(tx, user.id, services.now()).await?;
    browsers::forget_remembered(tx, user.id).await?;
    users::set_emails(tx, user.id, &email, &email2, choice).await?;
    permit.message(format!("Codes go to: {}.", choice.of(&email, &email2).join(", ")));
    Ok(())
}

fn address(fields: &mut Fields, field: &'static str, text: &str) -> String {
    let address = fields.line(field, text);
    let plain = address.is_empty()
        || (address.split('@').count() == 2
            && !address.starts_with('@')
            && !address.ends_with('@')
            && !address.contains([' ', ',', ';', '<', '>', '"']));
    if !plain {
        fields.wrong(field, "must be an e-mail address");
    }
    address
}
