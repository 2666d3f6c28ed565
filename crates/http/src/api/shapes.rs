use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portcullis_model::{Page, PageSize};
use portcullis_ops::users::UserName;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct List<T: ToSchema> {
    items: Vec<T>,
    /// Send it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl<T: ToSchema> List<T> {
    pub(super) fn of<U>(page: Page<U>, shape: impl FnMut(U) -> T) -> Json<Self> {
        let page = page.map(shape);
        Json(Self {
            items: page.items,
            next: page.next,
        })
    }

    /// A list that has one page only.
    pub(super) fn whole<U>(items: Vec<U>, shape: impl FnMut(U) -> T) -> Json<Self> {
        Json(Self {
            items: items.into_iter().map(shape).collect(),
            next: None,
        })
    }
}

/// What to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Words that the items must hold.
    #[serde(default)]
    pub query: String,
    /// `next` of the page before.
    pub after: Option<String>,
    /// How many items at most, 1 to 200; 50 if left out.
    pub size: Option<u64>,
}

pub(super) fn size(wanted: Option<u64>) -> PageSize {
    wanted.map_or(PageSize::DEFAULT, PageSize::clamp)
}

/// A name and a value that people keep with a thing.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Attribute {
    #[schema(example = "rack")]
    name: String,
    #[schema(example = "B7")]
    value: String,
}

pub(super) fn attributes(pairs: Vec<(String, String)>) -> Vec<Attribute> {
    pairs
        .into_iter()
        .map(|(name, value)| Attribute { name, value })
        .collect()
}

pub(super) fn pairs(attributes: Vec<Attribute>) -> Vec<(String, String)> {
    attributes
        .into_iter()
        .map(|attribute| (attribute.name, attribute.value))
        .collect()
}

/// A person, as others may know them.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonName {
    id: Uuid,
    username: String,
    display_name: String,
}

impl From<UserName> for PersonName {
    fn from(name: UserName) -> Self {
        Self {
            id: name.id.0,
            username: name.username,
            display_name: name.display_name,
        }
    }
}

/// The id of what was made.
#[derive(Serialize, ToSchema)]
pub(super) struct Made {
    id: Uuid,
}

/// 201, with the address of what was made.
pub(super) fn made(collection: &str, id: Uuid) -> Response {
    let mut response = (StatusCode::CREATED, Json(Made { id })).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v2/{collection}/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The version that a password got.
#[derive(Serialize, ToSchema)]
pub(super) struct MadeVersion {
    pub version: u32,
}

/// A password, on its way out.
#[derive(Serialize, ToSchema)]
pub(super) struct Password {
    #[schema(format = Password)]
    pub password: String,
}

/// Why it is done; recorded.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    #[serde(default)]
    #[schema(example = "INC-2041")]
    pub reason: String,
}
