use axum::extract::{Path, State};
use portcullis_model::{AccountRight, ResourceId};
use portcullis_ops::OpError;
use portcullis_ops::resources::{Share, Unshare};

use super::show;
use crate::Web;
use crate::answer::{Answer, redirect};
use crate::form::{Posted, checked};
use crate::pages::grants::person;

pub(super) async fn share(State(web): State<Web>, Path(id): Path<ResourceId>, posted: Posted) -> Answer {
    match checked(give(&web, id, &posted).await)? {
        Ok(()) => Ok(redirect(&format!("/resources/{id}?tab=access&notice=shared"))),
        Err(errors) => show::again(&web, &posted.who, id, errors).await,
    }
}

async fn give(web: &Web, id: ResourceId, posted: &Posted) -> Result<(), OpError> {
    let right: AccountRight = posted.fields.parse("right")?;
    let user = person(web, &posted.who, &posted.fields).await?.id;
    web.gate
        .write(&posted.who.caller, Share { id, user, right })
        .await
}

pub(super) async fn unshare(State(web): State<Web>, Path(id): Path<ResourceId>, posted: Posted) -> Answer {
    let user = posted.fields.parse("user")?;
    web.gate.write(&posted.who.caller, Unshare { id, user }).await?;
    Ok(redirect(&format!("/resources/{id}?tab=access&notice=unshared")))
}
