use axum::Json;
use axum::extract::State;
use portcullis_model::PasswordPolicy;
use portcullis_ops::passwords::Policies;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::document::Problems;
use super::shapes::List;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What a vaulted password must look like.
#[derive(Serialize, ToSchema)]
struct Policy {
    name: String,
    min_length: u16,
    max_length: u16,
    /// It needs at least one of each, in words.
    needs: Vec<&'static str>,
    /// Characters that must not appear.
    excluded: String,
    /// Days after which a password is overdue; null for never.
    max_age_days: Option<u16>,
    /// How many earlier passwords must not come back.
    no_reuse_of: u16,
}

impl From<PasswordPolicy> for Policy {
    fn from(policy: PasswordPolicy) -> Self {
        Self {
            needs: policy.classes.iter().map(|class| class.label()).collect(),
            name: policy.name,
            min_length: policy.min_length,
            max_length: policy.max_length,
            excluded: policy.excluded,
            max_age_days: policy.max_age_days,
            no_reuse_of: policy.no_reuse_of,
        }
    }
}

/// List the password policies
#[utoipa::path(get, path = "/api/v2/policies", tag = "Passwords",
    responses((status = OK, body = List<Policy>), Problems))]
async fn list(State(web): State<Web>, program: Program) -> Answer<Json<List<Policy>>> {
    Ok(List::whole(
        web.gate.read(&program.caller, Policies).await?,
        Policy::from,
    ))
}
