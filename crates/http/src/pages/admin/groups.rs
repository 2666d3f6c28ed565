use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use portcullis_model::{GroupId, SystemRight};
use portcullis_ops::OpError;
use portcullis_ops::groups::{Add, Change, Delete, GroupView, List};

use super::mfa::tree::{Choice, Inherited, choices, inherited};
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Posted, checked_on};
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

const HERE: &str = "/admin/groups";

#[derive(Template)]
#[template(path = "admin/groups.html")]
struct GroupsPage {
    shell: Shell,
    errors: Errors,
    name: String,
    parent: String,
    rows: Vec<Row>,
    parents: Vec<Choice>,
}

struct Row {
    view: GroupView,
    /// How far it stands to the right, in steps that the style sheet knows.
    indent: usize,
    asked: Inherited,
}

/// The deepest indentation that the style sheet knows.
const DEEPEST: usize = 8;

#[derive(Template)]
#[template(path = "admin/group.html")]
struct GroupPage {
    shell: Shell,
    errors: Errors,
    view: GroupView,
    name: String,
    parent: String,
    parents: Vec<Choice>,
    asked: Inherited,
    is_empty: bool,
}

pub(super) async fn list(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let shell = Shell::new(&web, &who, HERE).with(&notice);
    all(
        &web,
        &who,
        shell,
        Errors::default(),
        [String::new(), String::new()],
    )
    .await
}

async fn all(web: &Web, who: &SignedIn, shell: Shell, errors: Errors, [name, parent]: [String; 2]) -> Answer {
    let groups = web.gate.read(&who.caller, List).await?;
    let parents = choices(&groups, None);
    let asked: Vec<Inherited> = groups
        .iter()
        .map(|view| inherited(&groups, Some(view.group.id)))
        .collect();
    let rows = groups
        .into_iter()
        .zip(asked)
        .map(|(view, asked)| Row {
            indent: view.depth.min(DEEPEST),
            asked,
            view,
        })
        .collect();
    let status = status(&errors);
    let shown = GroupsPage {
        shell,
        errors,
        name,
        parent,
        rows,
        parents,
    };
    page_with(status, &shown)
}

pub(super) async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let result = match fields.parse_if_any("parent") {
        Ok(parent) => {
            let name = fields.text("name");
            web.gate
                .write(&posted.who.caller, Add { name, parent })
                .await
                .map(drop)
        }
        Err(error) => Err(error),
    };
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/groups?notice=group-added")),
        Err(errors) => {
            let shell = Shell::new(&web, &posted.who, HERE);
            let typed = [fields.text("name"), fields.text("parent")];
            all(&web, &posted.who, shell, errors, typed).await
        }
    }
}

pub(super) async fn edit(
    State(web): State<Web>,
    who: SignedIn,
    Path(id): Path<GroupId>,
    Query(notice): Query<NoticeQuery>,
) -> Answer {
    who.needs(SystemRight::ManageUsers)?;
    let mut shown = look(&web, &who, id, Errors::default()).await?;
    shown.shell = shown.shell.with(&notice);
    page_with(StatusCode::OK, &shown)
}

async fn look(web: &Web, who: &SignedIn, id: GroupId, errors: Errors) -> Answer<GroupPage> {
    let groups = web.gate.read(&who.caller, List).await?;
    let view = groups
        .iter()
        .find(|view| view.group.id == id)
        .cloned()
        .ok_or(OpError::NotFound)?;
    Ok(GroupPage {
        shell: Shell::new(web, who, HERE),
        errors,
        name: view.group.name.clone(),
        parent: view
            .group
            .parent
            .map(|parent| parent.to_string())
            .unwrap_or_default(),
        parents: choices(&groups, Some(id)),
        asked: inherited(&groups, Some(id)),
        is_empty: view.people == 0 && !groups.iter().any(|other| other.group.parent == Some(id)),
        view,
    })
}

pub(super) async fn save(State(web): State<Web>, Path(id): Path<GroupId>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let result = match fields.parse_if_any("parent") {
        Ok(parent) => {
            let name = fields.text("name");
            web.gate
                .write(&posted.who.caller, Change { id, name, parent })
                .await
        }
        Err(error) => Err(error),
    };
    match checked_on(&format!("{HERE}/{id}"), result)? {
        Ok(()) => Ok(redirect("/admin/groups?notice=group-saved")),
        Err(errors) => {
            let shown = GroupPage {
                name: fields.text("name"),
                parent: fields.text("parent"),
                ..look(&web, &posted.who, id, errors).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

pub(super) async fn delete(State(web): State<Web>, Path(id): Path<GroupId>, posted: Posted) -> Answer {
    let result = web.gate.write(&posted.who.caller, Delete { id }).await;
    match checked_on(&format!("{HERE}/{id}"), result)? {
        Ok(()) => Ok(redirect("/admin/groups?notice=group-deleted")),
        Err(errors) => {
            let shown = look(&web, &posted.who, id, errors).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

fn status(errors: &Errors) -> StatusCode {
    if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}
