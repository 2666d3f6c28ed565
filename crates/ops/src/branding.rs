//! How the pages look and what people read at the sign-in: logo, description, accent, legal banner, privacy text.
//!
//! Every change is a version of its own; every node reads the newest one at every page.

mod add_logo;
mod change;
mod check;
mod find;
mod picture;
mod preview;
mod show;

pub use add_logo::{AddLogo, MOST_BYTES};
pub use change::{Put, Restore};
pub use check::Checked;
pub use find::{BrandingView, Find, VersionView};
pub use portcullis_store::logos::Logo;
pub use preview::Preview;
pub use show::{Show, ShowLogo, Shown};

use portcullis_model::{Branding, Subject, SubjectKind};
use portcullis_store::{Snapshot, branding};

use crate::OpError;

fn subject() -> Subject {
    Subject {
        name: Some("branding".to_owned()),
        ..Subject::kind(SubjectKind::Setting)
    }
}

/// What holds now.
async fn current(snapshot: &Snapshot) -> Result<Branding, OpError> {
    let newest = branding::newest(snapshot).await?;
    Ok(newest.map(|newest| newest.value).unwrap_or_default())
}
