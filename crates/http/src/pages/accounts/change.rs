use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{AccountId, AccountRight, PageSize, ResourceId};
use portcullis_ops::OpError;
use portcullis_ops::accounts::{Add, Change, Delete, Find, Restore};
use portcullis_ops::resources;
use serde::Deserialize;

use crate::Web;
use crate::answer::{Answer, page, page_with, redirect};
use crate::form::{Errors, Fields, Posted, checked};
use crate::pages::attributes::padded;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "accounts/form.html")]
struct AccountForm {
    shell: Shell,
    errors: Errors,
    /// The account that is changed; none yet when it is new.
    id: Option<AccountId>,
    title: String,
    resources: Vec<(ResourceId, String)>,
    resource: Option<ResourceId>,
    name: String,
    notes: String,
    generate: bool,
    attributes: Vec<(String, String)>,
}

#[derive(Deserialize)]
pub(super) struct NewQuery {
    resource: Option<ResourceId>,
}

pub(super) async fn new(State(web): State<Web>, who: SignedIn, Query(query): Query<NewQuery>) -> Answer {
    page(&AccountForm {
        shell: Shell::new(&web, &who, "/passwords"),
        errors: Errors::default(),
        id: None,
        title: "Add account".to_owned(),
        resources: choices(&web, &who, query.resource).await?,
        resource: query.resource,
        name: String::new(),
        notes: String::new(),
        generate: true,
        attributes: padded(Vec::new()),
    })
}

pub(super) async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    let (who, fields) = (&posted.who, &posted.fields);
    match checked(insert(&web, &posted).await)? {
        Ok(id) => Ok(redirect(&format!("/accounts/{id}?notice=account-added"))),
        Err(errors) => {
            let resource = fields.parse("resource").ok();
            let form = AccountForm {
                resources: choices(&web, who, resource).await?,
                resource,
                ..typed(&web, &posted, None, "Add account".to_owned(), errors)
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

async fn insert(web: &Web, posted: &Posted) -> Result<AccountId, OpError> {
    let fields = &posted.fields;
    let password = match fields.text("mode").as_str() {
        "generate" => None,
        _ => Some(fields.secret("password")),
    };
    let operation = Add {
        resource: fields.parse("resource")?,
        name: fields.text("name"),
        notes: fields.text("notes"),
        attributes: attributes(fields),
        password,
    };
    web.gate.write(&posted.who.caller, operation).await
}

pub(super) async fn edit(State(web): State<Web>, who: SignedIn, Path(id): Path<AccountId>) -> Answer {
    let detail = web.gate.read(&who.caller, Find { id }).await?;
    if detail.account.right < AccountRight::Modify {
        return Err(OpError::Denied.into());
    }
    page(&AccountForm {
        shell: Shell::new(&web, &who, "/passwords"),
        errors: Errors::default(),
        id: Some(id),
        title: format!("Edit {}", detail.account.name),
        resources: Vec::new(),
        resource: None,
        name: detail.account.name,
        notes: detail.notes,
        generate: false,
        attributes: padded(detail.attributes),
    })
}

pub(super) async fn save(State(web): State<Web>, Path(id): Path<AccountId>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let operation = Change {
        id,
        name: Some(fields.text("name")),
        notes: Some(fields.text("notes")),
        attributes: Some(attributes(fields)),
    };
    match checked(web.gate.write(&posted.who.caller, operation).await)? {
        Ok(()) => Ok(redirect(&format!("/accounts/{id}?notice=account-saved"))),
        Err(errors) => {
            let form = typed(&web, &posted, Some(id), "Edit account".to_owned(), errors);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

pub(super) async fn delete(State(web): State<Web>, Path(id): Path<AccountId>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, Delete { id }).await?;
    Ok(redirect(&format!("/passwords?notice=account-deleted&undo={id}")))
}

pub(super) async fn restore(State(web): State<Web>, Path(id): Path<AccountId>, posted: Posted) -> Answer {
    web.gate.write(&posted.who.caller, Restore { id }).await?;
    Ok(redirect(&format!("/accounts/{id}?notice=account-restored")))
}

/// The form as it was typed, without the password.
fn typed(web: &Web, posted: &Posted, id: Option<AccountId>, title: String, errors: Errors) -> AccountForm {
    let fields = &posted.fields;
    AccountForm {
        shell: Shell::new(web, &posted.who, "/passwords"),
        errors,
        id,
        title,
        resources: Vec::new(),
        resource: None,
        name: fields.text("name"),
        notes: fields.text("notes"),
        generate: fields.text("mode") == "generate",
        attributes: padded(attributes(fields)),
    }
}

fn attributes(fields: &Fields) -> Vec<(String, String)> {
    fields.pairs("attribute_name", "attribute_value")
}

/// The resources that an account can be added to: the first 200, and the one that was asked for.
async fn choices(web: &Web, who: &SignedIn, wanted: Option<ResourceId>) -> Answer<Vec<(ResourceId, String)>> {
    let operation = resources::List {
        query: String::new(),
        kind: None,
        after: None,
        size: PageSize::clamp(200),
    };
    let mut found = web.gate.read(&who.caller, operation).await?.items;
    if let Some(id) = wanted.filter(|id| found.iter().all(|resource| resource.id != *id)) {
        found.push(web.gate.read(&who.caller, resources::Find { id }).await?);
    }
    Ok(found
        .into_iter()
        .filter(|resource| AccountRight::Modify <= resource.right)
        .map(|resource| (resource.id, resource.draft.name))
        .collect())
}
