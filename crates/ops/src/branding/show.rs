use portcullis_model::{Accent, LogoId, Scope, Subject};
use portcullis_store::logos::{self, Logo};
use portcullis_store::{Snapshot, branding};

use super::subject;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Says how the pages look, to anybody.
pub struct Show {
    /// The version that is known already; it is not said again.
    pub known: i64,
}

/// What everybody sees. Parts that are off are not there.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub version: i64,
    pub logo: Option<LogoId>,
    pub description: Option<String>,
    pub accent: Option<Accent>,
    pub banner: Option<String>,
}

impl Operation for Show {
    /// Nothing if the known version is the newest.
    type Output = Option<Shown>;

    const NAME: &'static str = "branding.show";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Read for Show {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Option<Shown>, OpError> {
        if branding::version(snapshot).await? == self.known {
            return Ok(None);
        }
        let Some(newest) = branding::newest(snapshot).await? else {
            return Ok(Some(Shown::default()));
        };
        let text = |text: Option<&str>| text.map(str::to_owned);
        Ok(Some(Shown {
            version: newest.version,
            logo: newest.value.logo.shown(),
            description: text(newest.value.description.shown()),
            accent: newest.value.accent.shown(),
            banner: text(newest.value.banner.shown()),
        }))
    }
}

/// Gives the file of a logo, to anybody.
pub struct ShowLogo {
    pub id: LogoId,
}

impl Operation for ShowLogo {
    /// Nothing if there is none: strangers ask for any, and the trail is not theirs to fill.
    type Output = Option<Logo>;

    const NAME: &'static str = "branding.show_logo";
    const RIGHT: Right = Right::Nothing;
    const SCOPE: Scope = Scope::Interactive;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Read for ShowLogo {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Option<Logo>, OpError> {
        Ok(logos::find(snapshot, self.id).await?)
    }
}
