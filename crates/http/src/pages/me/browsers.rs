//! Browsers in which the second step is not asked.

use axum::extract::{Path, State};
use portcullis_model::BrowserId;
use portcullis_ops::browsers::{Forget, ForgetAll};

use crate::Web;
use crate::answer::{Answer, redirect};
use crate::form::Posted;

pub(super) async fn forget(State(web): State<Web>, Path(id): Path<BrowserId>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, Forget { id }).await?;
    Ok(redirect("/me/security?notice=browser-forgotten"))
}

pub(super) async fn forget_all(State(web): State<Web>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, ForgetAll).await?;
    Ok(redirect("/me/security?notice=browsers-forgotten"))
}
