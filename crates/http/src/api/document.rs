use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi as _, ToSchema};

/// The description before the handlers add theirs.
pub(super) fn base() -> OpenApi {
    Base::openapi()
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Portcullis API",
        version = "2",
        description = "Everything that people do in the console, for programs. Send a personal token: \
                       `Authorization: Bearer portcullis_pat_…`. Every call is authorized and recorded like a click."
    ),
    components(schemas(Problem, FieldProblem)),
    modifiers(&Token),
    security(("token" = []))
)]
struct Base;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("portcullis_pat_…")
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// What went wrong (RFC 9457), sent as `application/problem+json`.
#[derive(Serialize, ToSchema)]
struct Problem {
    /// Where this kind of problem is explained.
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// The kind of problem as one stable word.
    #[schema(example = "not_found")]
    code: String,
    /// Names the request in the server's log and in the audit trail.
    request_id: String,
    /// Which fields are wrong, if it is about fields.
    errors: Vec<FieldProblem>,
}

#[derive(Serialize, ToSchema)]
struct FieldProblem {
    field: String,
    problem: String,
}

/// The problems that any endpoint can answer with.
pub(super) struct Problems;

const PROBLEMS: [(&str, &str); 8] = [
    ("400", "The address or the body cannot be read."),
    ("401", "No token, or one that is not valid."),
    (
        "403",
        "The role, the grants or the scopes of the token do not allow it.",
    ),
    ("404", "Nothing there, or nothing that the caller may know of."),
    ("409", "Not possible in the present state."),
    ("422", "A field is wrong, missing or unknown."),
    ("429", "Too many attempts; `Retry-After` says when to come back."),
    (
        "503",
        "Too busy, or a part of the server is not there; `Retry-After` may say when to come back.",
    ),
];

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        PROBLEMS
            .iter()
            .map(|(status, description)| {
                let content = Content::new(Some(Ref::from_schema_name("Problem")));
                let response = ResponseBuilder::new()
                    .description(*description)
                    .content("application/problem+json", content)
                    .build();
                ((*status).to_owned(), RefOr::T(response))
            })
            .collect()
    }
}
