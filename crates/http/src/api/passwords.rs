use axum::Json;
use axum::extract::State;
use portcullis_ops::passwords::Generate;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::Body;
use super::document::Problems;
use super::shapes::Password;
use crate::Web;
use crate::answer::Answer;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(generate))
}

/// Which password to generate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The name of a password policy.
    #[schema(example = "Strong")]
    policy: String,
}

/// Generate a password that follows a policy; it is not stored
#[utoipa::path(post, path = "/api/v2/passwords", tag = "Passwords", request_body = Wanted,
    responses((status = OK, body = Password), Problems))]
async fn generate(
    State(web): State<Web>,
    program: Program,
    Body(wanted): Body<Wanted>,
) -> Answer<Json<Password>> {
    let password = web
        .gate
        .read(
            &program.caller,
            Generate {
                policy: wanted.policy,
            },
        )
        .await?;
    Ok(Json(Password {
        password: password.expose().to_owned(),
    }))
}
