use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use portcullis_model::{Grace, GroupId, Remember, Requirement, SystemRight, Timestamp};
use portcullis_ops::OpError;
use portcullis_ops::groups::{GroupView, List};

use super::HERE;
use super::methods::{self, Connected, MethodRow};
use super::tree::{Inherited, inherited};
use crate::Web;
use crate::answer::{Answer, page_with};
use crate::form::{Errors, Posted};
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "admin/mfa/group.html")]
struct GroupPolicyPage {
    shell: Shell,
    errors: Errors,
    view: GroupView,
    /// How many groups are below it.
    below: usize,
    /// What holds without a requirement of its own.
    above: Inherited,
    methods: Vec<MethodRow>,
    form: Form,
}

/// The fields besides the methods.
struct Form {
    is_on: bool,
    grace: String,
    grace_until: String,
    grace_skips: String,
    code_seconds: String,
    retries: String,
    remember: String,
}

impl Form {
    fn stored(requirement: Option<&Requirement>) -> Self {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let grace = requirement.map_or(Grace::None, |requirement| requirement.grace);
        let (word, until, skips) = match grace {
            Grace::None => ("none", String::new(), String::new()),
            Grace::Skips(most) => ("skips", String::new(), most.to_string()),
            Grace::Until(end) => ("until", field(end), String::new()),
        };
        Self {
            is_on: requirement.is_some(),
            grace: word.to_owned(),
            grace_until: until,
            grace_skips: skips,
            code_seconds: number(requirement.and_then(|requirement| requirement.code_seconds)),
            retries: number(requirement.and_then(|requirement| requirement.retries)),
            remember: requirement
                .and_then(|requirement| requirement.remember)
                .map_or("", Remember::word)
                .to_owned(),
        }
    }
}

/// As a `datetime-local` field takes it, in UTC.
fn field(at: Timestamp) -> String {
    at.to_text().replace(' ', "T").chars().take(16).collect()
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Path(id): Path<GroupId>) -> Answer {
    who.needs(SystemRight::ManageSettings)?;
    page_with(StatusCode::OK, &look(&web, &who, id).await?)
}

/// The page with what was typed, and what is wrong with it.
pub(super) async fn again(web: &Web, posted: &Posted, id: GroupId, errors: Errors) -> Answer {
    let fields = &posted.fields;
    let shown = look(web, &posted.who, id).await?;
    let shown = GroupPolicyPage {
        errors,
        methods: shown
            .methods
            .into_iter()
            .map(|row| row.chosen(fields.all("methods")))
            .collect(),
        form: Form {
            is_on: fields.text("requirement") == "methods",
            grace: fields.text("grace"),
            grace_until: fields.text("grace_until"),
            grace_skips: fields.text("grace_skips"),
            code_seconds: fields.text("code_seconds"),
            retries: fields.text("retries"),
            remember: fields.text("remember"),
        },
        ..shown
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn look(web: &Web, who: &SignedIn, id: GroupId) -> Answer<GroupPolicyPage> {
    let groups = web.gate.read(&who.caller, List).await?;
    let view = groups
        .iter()
        .find(|view| view.group.id == id)
        .cloned()
        .ok_or(OpError::NotFound)?;
    let connected = Connected::find(web, who).await?;
    let requirement = view.group.requirement.as_ref();
    let chosen = requirement.map_or(&[][..], |requirement| &requirement.methods);
    let prefix = format!("{}/", view.path);
    Ok(GroupPolicyPage {
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        below: groups
            .iter()
            .filter(|other| other.path.starts_with(&prefix))
            .count(),
        above: inherited(&groups, view.group.parent),
        methods: methods::rows(connected, chosen),
        form: Form::stored(requirement),
        view,
    })
}
