use axum::extract::{Path, State};
use portcullis_model::{Role, UserId};
use portcullis_ops::OpError;
use portcullis_ops::users::{ChangeRole, Lock, Unlock};

use super::show;
use crate::Web;
use crate::answer::{Answer, redirect};
use crate::form::{Posted, checked};

pub(super) async fn lock(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let operation = Lock {
        id,
        reason: posted.fields.text("reason"),
    };
    let result = web.gate.write(&posted.who.caller, operation).await;
    answer(&web, &posted, id, "user-locked", result).await
}

pub(super) async fn unlock(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let result = web.gate.write(&posted.who.caller, Unlock { id }).await;
    answer(&web, &posted, id, "user-unlocked", result).await
}

pub(super) async fn role(State(web): State<Web>, Path(id): Path<UserId>, posted: Posted) -> Answer {
    let role: Role = posted.fields.parse("role")?;
    let result = web.gate.write(&posted.who.caller, ChangeRole { id, role }).await;
    answer(&web, &posted, id, "user-role", result).await
}

async fn answer(web: &Web, posted: &Posted, id: UserId, notice: &str, result: Result<(), OpError>) -> Answer {
    match checked(result)? {
        Ok(()) => Ok(redirect(&format!("/users/{id}?notice={notice}"))),
        Err(errors) => show::again(web, &posted.who, id, errors).await,
    }
}
