//! Who must prove what at the second step, and help for those who cannot.

mod browsers;
mod person;
mod policy;
mod requirement;

use utoipa_axum::router::OpenApiRouter;

pub(super) use requirement::Requirement;

use crate::Web;

pub(super) fn router() -> OpenApiRouter<Web> {
    policy::router().merge(person::router()).merge(browsers::router())
}
