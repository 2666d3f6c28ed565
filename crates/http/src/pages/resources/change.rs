use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{AccountRight, ResourceId, SystemRight};
use portcullis_ops::OpError;
use portcullis_ops::passwords::Policies;
use portcullis_ops::resources::{Add, Change, Delete, Find, ResourceDraft, Restore};

use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Fields, Posted, checked};
use crate::pages::attributes::padded;
use crate::pages::policy::describe;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "resources/form.html")]
struct ResourceForm {
    shell: Shell,
    errors: Errors,
    /// The resource that is changed; none yet when it is new.
    id: Option<ResourceId>,
    title: String,
    kinds: [&'static str; 8],
    policies: Vec<(String, String)>,
    draft: ResourceDraft,
}

/// Suggestions; any other word does as well.
const KINDS: [&str; 8] = [
    "Linux",
    "Windows",
    "Database",
    "Network device",
    "Web site",
    "Application",
    "Cloud",
    "Hypervisor",
];

pub(super) async fn new(State(web): State<Web>, who: SignedIn) -> Answer {
    who.needs(SystemRight::AddResources)?;
    page(&form(&web, &who, None, ResourceDraft::default(), Errors::default()).await?)
}

pub(super) async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    let draft = read(&posted.fields);
    match checked(
        web.gate
            .write(&posted.who.caller, Add { draft: draft.clone() })
            .await,
    )? {
        Ok(id) => Ok(redirect(&format!("/resources/{id}?notice=resource-added"))),
        Err(errors) => {
            let form = form(&web, &posted.who, None, draft, errors).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

pub(super) async fn edit(State(web): State<Web>, who: SignedIn, Path(id): Path<ResourceId>) -> Answer {
    let resource = web.gate.read(&who.caller, Find { id }).await?;
    if resource.right < AccountRight::Modify {
        return Err(OpError::Denied.into());
    }
    page(&form(&web, &who, Some(id), resource.draft, Errors::default()).await?)
}

pub(super) async fn save(State(web): State<Web>, Path(id): Path<ResourceId>, posted: Posted) -> Answer {
    let draft = read(&posted.fields);
    let fields = draft.clone().into();
    match checked(web.gate.write(&posted.who.caller, Change { id, fields }).await)? {
        Ok(()) => Ok(redirect(&format!("/resources/{id}?notice=resource-saved"))),
        Err(errors) => {
            let form = form(&web, &posted.who, Some(id), draft, errors).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

pub(super) async fn delete(State(web): State<Web>, Path(id): Path<ResourceId>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, Delete { id }).await?;
    Ok(redirect(&format!("/resources?notice=resource-deleted&undo={id}")))
}

pub(super) async fn restore(State(web): State<Web>, Path(id): Path<ResourceId>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, Restore { id }).await?;
    Ok(redirect(&format!("/resources/{id}?notice=resource-restored")))
}

fn read(fields: &Fields) -> ResourceDraft {
    ResourceDraft {
        name: fields.text("name"),
        kind: fields.text("kind"),
        address: fields.text("address"),
        url: fields.text("url"),
        department: fields.text("department"),
        location: fields.text("location"),
        notes: fields.text("notes"),
        attributes: fields.pairs("attribute_name", "attribute_value"),
        policy: fields.text("policy"),
    }
}

async fn form(
    web: &Web,
    who: &SignedIn,
    id: Option<ResourceId>,
    mut draft: ResourceDraft,
    errors: Errors,
) -> Answer<ResourceForm> {
    draft.attributes = padded(draft.attributes);
    let policies = web.gate.read(&who.caller, Policies).await?;
    Ok(ResourceForm {
        shell: Shell::new(web, who, "/resources"),
        errors,
        id,
        title: if id.is_some() {
            format!("Edit {}", draft.name)
        } else {
            "Add resource".to_owned()
        },
        kinds: KINDS,
        policies: policies
            .iter()
            .map(|policy| (policy.name.clone(), describe(policy)))
            .collect(),
        draft,
    })
}
