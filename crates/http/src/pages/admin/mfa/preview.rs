//! Whom a change would touch and how, before it is made.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use portcullis_model::PolicyChange;
use portcullis_ops::OpError;
use portcullis_ops::mfa_policy::{Effect, Preview, PreviewRow, Previewed};

use super::change::{Asking, Wanted, carried};
use super::describe::describe;
use super::{HERE, group, people};
use crate::answer::{Answer, page_with};
use crate::form::{Errors, Posted, invalid};
use crate::session::SignedIn;
use crate::shell::Shell;
use crate::{Web, csv};

#[derive(Template)]
#[template(path = "admin/mfa/preview.html")]
struct PreviewPage {
    shell: Shell,
    errors: Errors,
    summary: String,
    change: usize,
    unchanged: usize,
    blocked: usize,
    weaker: usize,
    sections: Vec<Section>,
    sub_groups: Vec<SubRow>,
    locks_out: bool,
    /// What was asked for, without the sub-groups that lose their own setting.
    asked: String,
    /// All that would be applied.
    whole: String,
    version: i64,
    back: String,
    at: String,
}

/// The people of one effect; at most so many that a page stays a page.
struct Section {
    title: &'static str,
    tone: &'static str,
    id: &'static str,
    count: usize,
    rows: Vec<PreviewRow>,
}

struct SubRow {
    id: String,
    path: String,
    methods: String,
    overwrite: bool,
}

const SHOWN: usize = 200;

pub(super) async fn show(State(web): State<Web>, posted: Posted) -> Answer {
    let asking = Asking::of(&posted.fields)?;
    let wanted = match asking.read(&web, &posted).await {
        Ok(wanted) => wanted,
        Err(error) => return form_again(&web, &posted, asking, error).await,
    };
    match look(&web, &posted.who, &wanted).await {
        Ok(shown) => page_with(StatusCode::OK, &shown),
        Err(error) => form_again(&web, &posted, asking, error).await,
    }
}

/// The preview once more, after it could not be applied.
pub(super) async fn again(web: &Web, who: &SignedIn, wanted: &Wanted, at: String, errors: Errors) -> Answer {
    let shown = PreviewPage {
        errors,
        at,
        ..look(web, who, wanted).await?
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// The form that the change came from, with what is wrong beside its fields.
async fn form_again(web: &Web, posted: &Posted, asking: Asking, error: OpError) -> Answer {
    let OpError::Invalid(errors) = error else {
        return Err(error.into());
    };
    let errors = Errors(errors);
    match asking {
        Asking::Group(id) => group::again(web, posted, id, errors).await,
        Asking::People => people::again(web, posted, errors).await,
        Asking::Site => super::again(web, &posted.who, &posted.fields, errors).await,
        Asking::Again | Asking::Person(_) => Err(OpError::Invalid(errors.0).into()),
    }
}

async fn look(web: &Web, who: &SignedIn, wanted: &Wanted) -> Result<PreviewPage, OpError> {
    let whole = wanted.whole();
    let previewed = preview(web, who, &whole).await?;
    let summary = describe(web, who, &whole).await?;
    // Who is about to lose their setting is no longer among those who keep it.
    let sub_groups = if wanted.overwritten.is_empty() {
        previewed.sub_groups.clone()
    } else {
        preview(web, who, &wanted.change).await?.sub_groups
    };
    let count = |effect| previewed.count(effect);
    let (blocked, weaker) = (count(Effect::Blocked), count(Effect::Weaker));
    Ok(PreviewPage {
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        summary,
        change: blocked + weaker + count(Effect::Changed),
        unchanged: count(Effect::Unchanged),
        blocked,
        weaker,
        sub_groups: sub_groups
            .into_iter()
            .map(|group| SubRow {
                overwrite: wanted.overwritten.contains(&group.id),
                id: group.id.to_string(),
                path: group.path,
                methods: group.methods,
            })
            .collect(),
        locks_out: previewed.locks_out,
        asked: json(&wanted.change)?,
        whole: json(&whole)?,
        version: previewed.version,
        sections: sections(&previewed),
        back: wanted.back.clone(),
        at: String::new(),
    })
}

async fn preview(web: &Web, who: &SignedIn, change: &PolicyChange) -> Result<Previewed, OpError> {
    let change = change.clone();
    web.gate.read(&who.caller, Preview { change }).await
}

fn json(change: &PolicyChange) -> Result<String, OpError> {
    serde_json::to_string(change).map_err(|_| invalid("change", "cannot be written"))
}

const EFFECTS: [(Effect, &str, &str, &str); 4] = [
    (Effect::Blocked, "Blocked", "bad", "blocked"),
    (Effect::Weaker, "Become weaker", "warn", "weaker"),
    (Effect::Changed, "Change", "ok", "changed"),
    (Effect::Unchanged, "Don't change", "", "unchanged"),
];

fn sections(previewed: &Previewed) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (effect, title, tone, id) in EFFECTS {
        let rows = previewed.rows.iter().filter(|row| row.effect == effect);
        sections.push(Section {
            title,
            tone,
            id,
            count: previewed.count(effect),
            rows: rows.take(SHOWN).cloned().collect(),
        });
    }
    sections.retain(|section| 0 < section.count);
    sections
}

/// The whole preview as a file.
pub(super) async fn download(State(web): State<Web>, posted: Posted) -> Answer {
    let change = carried(&posted.fields)?;
    let previewed = preview(&web, &posted.who, &change).await?;
    let mut text = csv::line(&["Person", "Group path", "Now", "After", "Effect", "Why"]);
    for row in &previewed.rows {
        let effect = EFFECTS
            .iter()
            .find(|(effect, ..)| *effect == row.effect)
            .map_or("", |(_, title, ..)| title);
        text += &csv::line(&[&row.username, &row.group, &row.now, &row.after, effect, &row.why]);
    }
    csv::file(Ok(text), "policy-preview.csv", HERE.to_owned())
}
