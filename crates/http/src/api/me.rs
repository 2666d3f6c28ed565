use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::document::Problems;
use crate::Web;
use crate::session::Program;

pub(super) fn router() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(find))
}

/// The person behind a token.
#[derive(Serialize, ToSchema)]
struct Myself {
    id: Uuid,
    username: String,
    display_name: String,
    email: String,
    /// `privileged_administrator`, `administrator`, `password_administrator`, `password_auditor` or `password_user`.
    role: &'static str,
}

/// Tell who the token belongs to
#[utoipa::path(get, path = "/api/v2/me", tag = "Me", responses((status = OK, body = Myself), Problems))]
async fn find(program: Program) -> Json<Myself> {
    Json(Myself {
        id: program.me.id.0,
        username: program.me.username,
        display_name: program.me.display_name,
        email: program.me.email,
        role: program.me.role.word(),
    })
}
