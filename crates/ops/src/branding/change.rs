use portcullis_crypto::sha256;
use portcullis_model::{Branding, Part, Scope, Subject, SystemRight};
use portcullis_store::Tx;
use portcullis_store::branding::{self, Version};

use super::check::check;
use super::{current, subject};
use crate::{OpError, Operation, Permit, Right, Services, Write};

const CHANGED_MEANWHILE: &str = "Somebody else changed this meanwhile. Look at it again.";

/// Sets how the pages look, for every node at once.
pub struct Put {
    pub value: Branding,
    /// The one that was looked at; 0 before the first.
    pub version: i64,
}

impl Operation for Put {
    type Output = ();

    const NAME: &'static str = "branding.put";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Write for Put {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        if branding::version(tx).await? != self.version {
            return Err(OpError::Conflict(CHANGED_MEANWHILE));
        }
        let value = check(tx, self.value).await?.value;
        let what = differences(&current(tx).await?, &value);
        add(permit, services, tx, value, what).await
    }
}

/// Puts an earlier look back, as a new version.
pub struct Restore {
    pub version: i64,
}

impl Operation for Restore {
    type Output = ();

    const NAME: &'static str = "branding.restore";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject()
    }
}

impl Write for Restore {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        // Version 0 is the look before the first change.
        let value = match self.version {
            0 => Branding::default(),
            version => branding::find(tx, version).await?.ok_or(OpError::NotFound)?.value,
        };
        let value = check(tx, value).await?.value;
        let what = format!("Version {} put back", self.version);
        add(permit, services, tx, value, what).await
    }
}

async fn add<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    value: Branding,
    summary: String,
) -> Result<(), OpError> {
    let version = Version {
        version: branding::version(tx).await? + 1,
        privacy_digest: value.privacy.shown().map(|text| sha256(&[text.as_bytes()])),
        value,
        summary,
        made_at: services.now(),
        made_by: permit.who().to_owned(),
    };
    if branding::insert(tx, &version).await? != 1 {
        return Err(OpError::Conflict(CHANGED_MEANWHILE));
    }
    permit.message(format!("{}. Version {}.", version.summary, version.version));
    Ok(())
}

/// What is other than before, in words; never the texts themselves.
fn differences(before: &Branding, after: &Branding) -> String {
    let parts = [
        difference("Logo", &before.logo, &after.logo),
        difference("Description", &before.description, &after.description),
        difference("Accent colour", &before.accent, &after.accent),
        difference("Legal banner", &before.banner, &after.banner),
        difference("Privacy text", &before.privacy, &after.privacy),
    ];
    let changed: Vec<String> = parts.into_iter().flatten().collect();
    if changed.is_empty() {
        return "Nothing changed".to_owned();
    }
    changed.join(", ")
}

fn difference<T: Default + PartialEq>(name: &str, before: &Part<T>, after: &Part<T>) -> Option<String> {
    let what = match (before.on, after.on) {
        (false, true) => "on",
        (true, false) => "off",
        _ if before.value == after.value => return None,
        _ => "changed",
    };
    Some(format!("{name} {what}"))
}
