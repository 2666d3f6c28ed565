//! Sign-in & MFA: what holds for everybody, for groups and for people, and every change with its preview.

mod apply;
mod change;
mod describe;
mod group;
mod methods;
mod people;
mod preview;
mod rehearsal;
mod report;
pub(crate) mod tree;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use portcullis_model::{FactorKind, Remember, Role, SitePolicy};
use portcullis_ops::groups;
use portcullis_ops::mfa_policy::{ChangeView, Find};

use self::methods::{Connected, MethodRow};
use crate::Web;
use crate::answer::{Answer, page_with};
use crate::form::{Errors, Fields};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::pages::admin::peers::{self, PeerRow};
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) const HERE: &str = "/admin/mfa";

const LARGEST_CHANGE: usize = 4 * 1024 * 1024;

pub(super) fn router() -> Router<Web> {
    // A change of thousands of people travels through its preview.
    let with_change = Router::new()
        .route("/admin/mfa/preview", post(preview::show))
        .route("/admin/mfa/preview/csv", post(preview::download))
        .route("/admin/mfa/apply", post(apply::apply))
        .layer(DefaultBodyLimit::max(LARGEST_CHANGE));
    Router::new()
        .merge(with_change)
        .route("/admin/mfa", get(show))
        .route("/admin/mfa/changes/{id}/undo", post(apply::undo))
        .route("/admin/mfa/reports/{id}", get(report::show))
        .route("/admin/mfa/reports/{id}/apply", post(report::apply))
        .route("/admin/mfa/groups/{id}", get(group::show))
        .route(
            "/admin/mfa/test/{method}",
            get(rehearsal::show).post(rehearsal::begin),
        )
        .route("/admin/mfa/test/phone/call", get(rehearsal::call))
        .route("/admin/mfa/test/{method}/answer", post(rehearsal::answer))
        .route("/admin/mfa/people", get(people::show))
}

#[derive(Template)]
#[template(path = "admin/mfa.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, for an administrator too"
)]
struct MfaPage {
    shell: Shell,
    errors: Errors,
    methods: Vec<MethodRow>,
    code_seconds: String,
    email_seconds: String,
    retries: String,
    one_method: bool,
    step_up_reveal: bool,
    second_approver: bool,
    strict_time: bool,
    passkey_alone: bool,
    app_hash: String,
    app_digits: String,
    remember: String,
    floors: Vec<Floor>,
    groups: Vec<GroupRow>,
    changes: Vec<ChangeRow>,
    trials: Vec<Trial>,
}

/// The weakest method that a role may use.
struct Floor {
    field: &'static str,
    label: &'static str,
    chosen: String,
}

impl Floor {
    fn of(role: Role, chosen: String) -> Self {
        Self {
            field: change::floor_field(role),
            label: role.label(),
            chosen,
        }
    }
}

/// What can be a floor: the word and the label.
const FLOORS: [(&str, &str); 5] = [
    ("", "Any method"),
    ("phone", "Phone Call or stronger"),
    ("radius", "RADIUS or stronger"),
    ("totp", "Authenticator App or stronger"),
    ("web_authn", "Security Key"),
];

struct GroupRow {
    id: String,
    path: String,
    methods: String,
}

struct ChangeRow {
    change: ChangeView,
    tone: &'static str,
    made: Moment,
    applies: Moment,
}

async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let mut shown = look(&web, &who).await?;
    shown.shell = shown.shell.with(&notice);
    page_with(StatusCode::OK, &shown)
}

/// The page with what was typed, and what is wrong with it.
pub(super) async fn again(web: &Web, who: &SignedIn, fields: &Fields, errors: Errors) -> Answer {
    let shown = look(web, who).await?;
    let shown = MfaPage {
        errors,
        methods: shown
            .methods
            .into_iter()
            .map(|row| row.chosen(fields.all("methods")))
            .collect(),
        code_seconds: fields.text("code_seconds"),
        email_seconds: fields.text("email_seconds"),
        retries: fields.text("retries"),
        one_method: !fields.text("one_method").is_empty(),
        step_up_reveal: !fields.text("step_up_reveal").is_empty(),
        second_approver: !fields.text("second_approver").is_empty(),
        strict_time: !fields.text("strict_time").is_empty(),
        passkey_alone: !fields.text("passkey_alone").is_empty(),
        app_hash: fields.text("app_hash"),
        app_digits: fields.text("app_digits"),
        remember: fields.text("remember"),
        floors: Role::ALL
            .map(|role| Floor::of(role, fields.text(change::floor_field(role))))
            .into(),
        ..shown
    };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn look(web: &Web, who: &SignedIn) -> Answer<MfaPage> {
    let policy = web.gate.read(&who.caller, Find).await?;
    let connected = Connected::find(web, who).await?;
    let groups = web.gate.read(&who.caller, groups::List).await?;
    let now = web.gate.now();
    let SitePolicy {
        methods,
        floors,
        code_seconds,
        email_seconds,
        retries,
        one_method,
        step_up_reveal,
        second_approver,
        strict_time,
        passkey_alone,
        app,
        remember,
    } = policy.site;
    let peers = peers::of(web, who).await?;
    Ok(MfaPage {
        trials: trials(&peers),
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        methods: methods::rows(connected, &methods),
        code_seconds: code_seconds.to_string(),
        email_seconds: email_seconds.to_string(),
        retries: retries.to_string(),
        one_method,
        step_up_reveal,
        second_approver,
        strict_time,
        passkey_alone,
        app_hash: app.hash.word().to_owned(),
        app_digits: app.digits.to_string(),
        remember: remember.word().to_owned(),
        floors: Role::ALL
            .map(|role| Floor::of(role, floors.get(&role).map_or("", |kind| kind.word()).to_owned()))
            .into(),
        groups: groups
            .into_iter()
            .map(|view| GroupRow {
                id: view.group.id.to_string(),
                path: view.path,
                methods: view
                    .group
                    .requirement
                    .map(|requirement| requirement.text())
                    .unwrap_or_default(),
            })
            .collect(),
        changes: policy
            .changes
            .into_iter()
            .map(|change| ChangeRow {
                tone: match change.state.as_str() {
                    "applied" => "ok",
                    "scheduled" | "reporting" => "warn",
                    _ => "",
                },
                made: Moment::new(change.made_at, now),
                applies: Moment::new(change.applies_at, now),
                change,
            })
            .collect(),
    })
}

/// What the codes of an app can look like: the words and the labels.
const APP_HASHES: [(&str, &str); 3] = [("sha1", "SHA-1"), ("sha256", "SHA-256"), ("sha512", "SHA-512")];
const APP_DIGITS: [(&str, &str); 2] = [("6", "6 digits"), ("8", "8 digits")];

/// A method that can be tested, and how the servers behind it are.
struct Trial {
    word: &'static str,
    label: &'static str,
    peers: Vec<PeerRow>,
}

fn trials(peers: &[PeerRow]) -> Vec<Trial> {
    rehearsal::TESTED
        .into_iter()
        .map(|kind| Trial {
            word: kind.word(),
            label: kind.label(),
            peers: match kind {
                FactorKind::Radius => peers.to_vec(),
                _ => Vec::new(),
            },
        })
        .collect()
}

/// What people are asked for at the second step; a temporary pass is given, never asked for.
const ASKED: [FactorKind; 6] = [
    FactorKind::WebAuthn,
    FactorKind::Totp,
    FactorKind::Radius,
    FactorKind::BackupCode,
    FactorKind::Phone,
    FactorKind::Email,
];
