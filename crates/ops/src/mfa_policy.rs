//! Who must prove what at the second step: one pure function decides for sign-in, preview and "Why?".

mod apply;
mod apply_due;
mod attention;
mod effective;
mod explain;
mod find;
mod list;
mod load;
mod preview;
mod report;
mod state;
mod undo;

pub use apply::{Applied, Apply};
pub use apply_due::ApplyDue;
pub use effective::{Blocked, Company, Effective, Means, Reason, Standing, effective};
pub use explain::{Explain, Explained};
pub use find::{ChangeView, Find, PolicyView};
pub use list::{List, ListMatching, Matching, PersonPolicy};
pub use preview::{Effect, Preview, PreviewRow, Previewed, SubGroup};
pub use undo::Undo;

pub(crate) use report::report;
pub use report::{ApplyReport, FindReport, ReportOnly, ReportRow, ReportView};

pub(crate) use attention::{Putting, attention};
pub(crate) use load::{of_person, site_policy};

use std::time::Duration;

/// How long a change can be taken back.
pub const UNDO: Duration = Duration::from_hours(24);
