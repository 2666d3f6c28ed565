use portcullis_model::{Branding, Scope, Subject, SystemRight, Timestamp, UserState};
use portcullis_store::{Snapshot, branding, privacy, users};

use super::subject;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows how the pages look, with the parts that are off and what was there before.
pub struct Find;

#[derive(Clone, Debug)]
pub struct BrandingView {
    pub value: Branding,
    /// Rises with every change; 0 before the first.
    pub version: i64,
    /// The newest first.
    pub versions: Vec<VersionView>,
    /// How many of the people who may sign in have accepted the privacy text of today.
    pub accepted: i64,
    pub people: i64,
}

#[derive(Clone, Debug)]
pub struct VersionView {
    pub version: i64,
    pub summary: String,
    pub made_at: Timestamp,
    pub made_by: String,
}

const MOST: u16 = 20;

impl Operation for Find {
    type Output = BrandingView;

    const NAME: &'static str = "branding.find";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Read for Find {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<BrandingView, OpError> {
        let versions = branding::list(snapshot, MOST).await?;
        let newest = versions.first();
        let accepted = match newest.and_then(|newest| newest.privacy_digest) {
            Some(digest) => privacy::count(snapshot, &digest).await?,
            None => 0,
        };
        Ok(BrandingView {
            value: newest.map(|newest| newest.value.clone()).unwrap_or_default(),
            version: newest.map_or(0, |newest| newest.version),
            accepted,
            people: users::count(snapshot, UserState::Active).await?,
            versions: versions
                .into_iter()
                .map(|version| VersionView {
                    version: version.version,
                    summary: version.summary,
                    made_at: version.made_at,
                    made_by: version.made_by,
                })
                .collect(),
        })
    }
}
