use axum::Json;
use axum::extract::State;
use portcullis_model::{Grace, Timestamp, UserName};
use portcullis_ops::health::{SignIn, SignInHealth as Found};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::document::Problems;
use super::shapes::PersonName;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(sign_in))
}

/// What keeps people from signing in, or soon will. Moments are RFC 3339, UTC.
#[derive(Serialize, ToSchema)]
struct SignInHealth {
    /// Whether nothing needs a look.
    good: bool,
    mail: MailHealth,
    radius: RadiusHealth,
    /// Changes of the policy that are still to come.
    policy_changes: Vec<ComingChange>,
    /// Active people who have nothing of their own for the second step.
    without_method: Vec<PersonName>,
    /// People who put setting up a method off.
    delayed: Vec<DelayedPerson>,
    passes: Vec<Pass>,
}

#[derive(Serialize, ToSchema)]
struct MailHealth {
    set: bool,
    waiting: i64,
    failing_since: Option<String>,
    problem: Option<String>,
    last_sent: Option<String>,
    /// In the last 24 hours.
    given_up: i64,
}

#[derive(Serialize, ToSchema)]
struct RadiusHealth {
    set: bool,
}

#[derive(Serialize, ToSchema)]
struct ComingChange {
    version: i64,
    summary: String,
    applies_at: String,
}

#[derive(Serialize, ToSchema)]
struct DelayedPerson {
    person: PersonName,
    until: Option<String>,
    skips_left: Option<u32>,
}

/// A temporary pass that still works.
#[derive(Serialize, ToSchema)]
struct Pass {
    person: PersonName,
    made_at: String,
    ends_at: Option<String>,
}

impl From<Found> for SignInHealth {
    fn from(found: Found) -> Self {
        let text = |at: Timestamp| at.to_string();
        let name = |person: UserName| PersonName::from(person);
        let (since, problem) = found.mail.failing.clone().unzip();
        Self {
            good: found.is_good(),
            mail: MailHealth {
                set: found.mail.is_set,
                waiting: found.mail.waiting,
                failing_since: since.map(text),
                problem,
                last_sent: found.mail.last_sent.map(text),
                given_up: found.mail.given_up,
            },
            radius: RadiusHealth {
                set: found.radius.is_set,
            },
            policy_changes: found
                .due
                .into_iter()
                .map(|change| ComingChange {
                    version: change.version,
                    summary: change.summary,
                    applies_at: text(change.applies_at),
                })
                .collect(),
            without_method: found.without_method.into_iter().map(name).collect(),
            delayed: found
                .delayed
                .into_iter()
                .map(|delayed| DelayedPerson {
                    person: name(delayed.person),
                    until: match delayed.grace {
                        Grace::Until(at) => Some(text(at)),
                        _ => None,
                    },
                    skips_left: match delayed.grace {
                        Grace::Skips(skips) => Some(skips),
                        _ => None,
                    },
                })
                .collect(),
            passes: found
                .passes
                .into_iter()
                .map(|pass| Pass {
                    person: name(pass.person),
                    made_at: text(pass.made_at),
                    ends_at: pass.ends_at.map(text),
                })
                .collect(),
        }
    }
}

/// Tell what keeps people from signing in, or soon will
#[utoipa::path(get, path = "/api/v2/health/sign-in", tag = "Settings",
    responses((status = OK, body = SignInHealth), Problems))]
async fn sign_in(State(web): State<Web>, program: Program) -> Answer<Json<SignInHealth>> {
    Ok(Json(web.gate.read(&program.caller, SignIn).await?.into()))
}
