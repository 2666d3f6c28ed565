use axum::extract::{Path, State};
use portcullis_model::SessionId;
use portcullis_ops::sessions::{End, EndAll};

use crate::Web;
use crate::answer::{Answer, redirect};
use crate::cookies::{self, WithCookies};
use crate::form::Posted;

pub(super) async fn end(State(web): State<Web>, Path(id): Path<SessionId>, posted: Posted) -> Answer {
    let is_this_one = posted.who.caller.session == Some(id);
    web.gate.write(&posted.who.caller, End { id }).await?;
    if is_this_one {
        return Ok(redirect("/sign-in?notice=signed-out").end(cookies::SESSION));
    }
    Ok(redirect("/me/security?notice=sessions-ended&n=1"))
}

pub(super) async fn end_all(State(web): State<Web>, posted: Posted) -> Answer {
    let keep_current = posted.fields.text("keep") == "current";
    let ended = web
        .gate
        .write(&posted.who.caller, EndAll { keep_current })
        .await?;
    if keep_current {
        return Ok(redirect(&format!("/me/security?notice=sessions-ended&n={ended}")));
    }
    Ok(redirect("/sign-in?notice=signed-out").end(cookies::SESSION))
}
