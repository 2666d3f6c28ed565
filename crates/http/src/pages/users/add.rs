use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{Role, SystemRight, UserId};
use portcullis_ops::OpError;
use portcullis_ops::users::{Add, Find, Invitation, Invite};

use super::show;
use crate::Web;
use crate::answer::{Answer, page, page_with};
use crate::form::{Errors, Posted, checked};
use crate::moment::Moment;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "users/form.html")]
struct UserForm {
    shell: Shell,
    errors: Errors,
    roles: [Role; 5],
    username: String,
    display_name: String,
    email: String,
    role: String,
}

/// The set-up code of a person, shown once to the administrator.
#[derive(Template)]
#[template(path = "users/invitation.html")]
struct InvitationPage {
    shell: Shell,
    name: String,
    address: String,
    invitation: Invitation,
    expires: Moment,
}

pub(super) async fn new(State(web): State<Web>, who: SignedIn) -> Answer {
    who.needs(SystemRight::ManageUsers)?;
    page(&UserForm {
        shell: Shell::new(&web, &who, "/users"),
        errors: Errors::default(),
        roles: Role::ALL,
        username: String::new(),
        display_name: String::new(),
        email: String::new(),
        role: Role::PasswordUser.word().to_owned(),
    })
}

pub(super) async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    match checked(insert(&web, &posted).await)? {
        Ok(invitation) => shown(&web, &posted.who, fields.text("display_name"), invitation),
        Err(errors) => {
            let form = UserForm {
                shell: Shell::new(&web, &posted.who, "/users"),
                errors,
                roles: Role::ALL,
                username: fields.text("username"),
                display_name: fields.text("display_name"),
                email: fields.text("email"),
                role: fields.text("role"),
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

async fn insert(web: &Web, posted: &Posted) -> Result<Invitation, OpError> {
    let fields = &posted.fields;
    let operation = Add {
        username: fields.text("username"),
        display_name: fields.text("display_name"),
        email: fields.text("email"),
        role: fields.parse("role")?,
        group: fields.parse_if_any("group")?,
    };
    web.gate.write(&posted.who.caller, operation).await
}

pub(super) async fn invite(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let who = &posted.who;
    let operation = Invite {
        id,
        reason: posted.fields.text("reason"),
    };
    match checked(web.gate.write(&who.caller, operation).await)? {
        Ok(invitation) => {
            let name = web.gate.read(&who.caller, Find { id }).await?.display_name;
            shown(&web, who, name, invitation)
        }
        Err(errors) => show::again(&web, who, id, errors).await,
    }
}

fn shown(web: &Web, who: &SignedIn, name: String, invitation: Invitation) -> Answer {
    page(&InvitationPage {
        shell: Shell::new(web, who, "/users"),
        name,
        address: format!("{}/setup", web.base.base_url),
        expires: Moment::new(invitation.expires_at, web.gate.now()),
        invitation,
    })
}
