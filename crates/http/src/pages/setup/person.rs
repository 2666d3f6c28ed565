use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use portcullis_model::Secret;
use portcullis_ops::setup::{Claim, Inspect, Invited};
use portcullis_ops::{FieldError, OpError};

use super::is_over;
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::cookies::WithCookies;
use crate::form::{Errors, Fields};
use crate::session::Visitor;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "setup/person.html")]
struct PersonPage {
    front: Front,
    errors: Errors,
    form: PersonForm,
}

struct PersonForm {
    first: bool,
    /// The user name was given by the administrator.
    fixed: bool,
    code: Secret,
    username: String,
    display_name: String,
    email: String,
}

/// Without a code there is nothing to show.
pub(super) async fn show() -> axum::response::Response {
    redirect("/setup")
}

pub(super) fn begin(web: &Web, code: Secret, invited: Invited) -> Answer {
    let form = PersonForm {
        first: invited.first,
        fixed: invited.username.is_some(),
        code,
        username: invited.username.unwrap_or_default(),
        display_name: invited.display_name.unwrap_or_default(),
        email: invited.email.unwrap_or_default(),
    };
    page(&PersonPage {
        front: Front::new(web),
        errors: Errors::default(),
        form,
    })
}

pub(super) async fn claim(State(web): State<Web>, visitor: Visitor, fields: Fields) -> Answer {
    let code = fields.secret("code");
    let result = match repeated(&fields) {
        Ok(password) => {
            let operation = Claim {
                code: code.clone(),
                username: fields.text("username"),
                display_name: fields.text("display_name"),
                email: fields.text("email"),
                password,
                agent: visitor.agent.clone(),
            };
            web.gate.remote(&visitor.caller, operation).await
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(claimed) => Ok(redirect("/setup/authenticator").begin_login(&claimed.login_token)),
        Err(OpError::Invalid(errors)) => again(&web, &visitor, &fields, code, Errors(errors)).await,
        Err(error) if is_over(&error) => Ok(redirect("/setup?notice=setup-expired")),
        Err(error) => Err(error.into()),
    }
}

fn repeated(fields: &Fields) -> Result<Secret, OpError> {
    let password = fields.secret("password");
    if password != fields.secret("repeat") {
        let error = FieldError {
            field: "repeat",
            problem: "must be the same as the password".to_owned(),
        };
        return Err(OpError::Invalid(vec![error]));
    }
    Ok(password)
}

async fn again(web: &Web, visitor: &Visitor, fields: &Fields, code: Secret, errors: Errors) -> Answer {
    let invited = match web
        .gate
        .read(&visitor.caller, Inspect { code: code.clone() })
        .await
    {
        Ok(invited) => invited,
        Err(error) if is_over(&error) => return Ok(redirect("/setup?notice=setup-expired")),
        Err(error) => return Err(error.into()),
    };
    let form = PersonForm {
        first: invited.first,
        fixed: invited.username.is_some(),
        code,
        username: invited.username.unwrap_or_else(|| fields.text("username")),
        display_name: fields.text("display_name"),
        email: fields.text("email"),
    };
    page_with(
        StatusCode::UNPROCESSABLE_ENTITY,
        &PersonPage {
            front: Front::new(web),
            errors,
            form,
        },
    )
}
