use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use portcullis_model::{AccountId, Secret};
use portcullis_ops::OpError;
use portcullis_ops::accounts::{
    AccountView, CopyPassword, Find, RestoreVersion, RevealPassword, SetPassword,
};
use serde_json::json;

use super::show;
use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Posted, checked, invalid};
use crate::session::{SignedIn, WantsJson};
use crate::shell::Shell;

/// For browsers without scripts.
#[derive(Template)]
#[template(path = "accounts/reveal.html")]
struct RevealPage {
    shell: Shell,
    errors: Errors,
    account: AccountView,
    version: Option<u32>,
    password: Option<Secret>,
}

pub(super) async fn reveal(
    State(web): State<Web>,
    Path(id): Path<AccountId>,
    wants_json: WantsJson,
    posted: Posted,
) -> Answer {
    answer(&web, &posted, id, None, &wants_json).await
}

pub(super) async fn reveal_version(
    State(web): State<Web>,
    Path((id, number)): Path<(AccountId, u32)>,
    wants_json: WantsJson,
    posted: Posted,
) -> Answer {
    answer(&web, &posted, id, Some(number), &wants_json).await
}

/// The value of a copied password goes straight to the clipboard; only scripts ask for it.
pub(super) async fn copy(State(web): State<Web>, Path(id): Path<AccountId>, posted: Posted) -> Answer {
    let operation = CopyPassword {
        id,
        reason: posted.fields.text("reason"),
    };
    let password = web.gate.read(&posted.who.caller, operation).await?;
    Ok(Json(json!({ "password": password.expose() })).into_response())
}

pub(super) async fn set(State(web): State<Web>, Path(id): Path<AccountId>, posted: Posted) -> Answer {
    let who = &posted.who;
    let typed = posted.fields.text("mode") == "type";
    let password = posted.fields.secret_if_any("password");
    if typed && password.is_none() {
        let OpError::Invalid(errors) = invalid("password", "must not be empty") else {
            unreachable!()
        };
        return show::again(&web, who, id, "", Errors(errors)).await;
    }
    let operation = SetPassword {
        id,
        password: password.filter(|_| typed),
        reason: posted.fields.text("reason"),
    };
    match checked(web.gate.write(&who.caller, operation).await)? {
        Ok(version) => {
            let notice = if typed {
                "password-set"
            } else {
                "password-generated"
            };
            Ok(redirect(&format!("/accounts/{id}?notice={notice}&n={version}")))
        }
        Err(errors) => show::again(&web, who, id, "", errors).await,
    }
}

pub(super) async fn restore_version(
    State(web): State<Web>,
    Path((id, number)): Path<(AccountId, u32)>,
    posted: Posted,
) -> Answer {
    let who = &posted.who;
    let operation = RestoreVersion {
        id,
        number,
        reason: posted.fields.text("reason"),
    };
    match checked(web.gate.write(&who.caller, operation).await)? {
        Ok(version) => Ok(redirect(&format!(
            "/accounts/{id}?tab=history&notice=version-restored&n={version}"
        ))),
        Err(errors) => show::again(&web, who, id, "history", errors).await,
    }
}

async fn answer(
    web: &Web,
    posted: &Posted,
    id: AccountId,
    version: Option<u32>,
    wants_json: &WantsJson,
) -> Answer {
    let operation = RevealPassword {
        id,
        version,
        reason: posted.fields.text("reason"),
    };
    let result = web.gate.read(&posted.who.caller, operation).await;
    if wants_json.0 {
        return Ok(Json(json!({ "password": result?.expose() })).into_response());
    }
    let (password, errors) = match checked(result)? {
        Ok(password) => (Some(password), Errors::default()),
        Err(errors) => (None, errors),
    };
    show_page(web, &posted.who, id, version, (password, errors)).await
}

async fn show_page(
    web: &Web,
    who: &SignedIn,
    id: AccountId,
    version: Option<u32>,
    (password, errors): (Option<Secret>, Errors),
) -> Answer {
    let account = web.gate.read(&who.caller, Find { id }).await?.account;
    let shown = RevealPage {
        shell: Shell::new(web, who, "/passwords"),
        errors,
        account,
        version,
        password,
    };
    if shown.password.is_none() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    page(&shown)
}
