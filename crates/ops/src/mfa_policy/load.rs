use portcullis_model::{FactorKind, Group, SitePolicy};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, factors, people_groups, settings as rows, switched_off};

use crate::mfa_policy::{Company, Effective, Standing, effective};
use crate::settings::{self, Connection};
use crate::{OpError, Services};

/// The name of the site's policy among the settings.
pub(super) const SITE: &str = "mfa";

/// What holds for everybody. It is read anew each time, so that every node obeys a change at once.
pub(crate) async fn site_policy(snapshot: &Snapshot) -> Result<SitePolicy, OpError> {
    match rows::find(snapshot, SITE).await? {
        Some(row) => serde_json::from_str(&row.value).map_err(|_| OpError::Damaged),
        None => Ok(SitePolicy::default()),
    }
}

/// What holds for one person now.
pub(crate) async fn of_person(
    services: &Services,
    snapshot: &Snapshot,
    user: &User,
) -> Result<Effective, OpError> {
    let site = site_policy(snapshot).await?;
    let path = match user.group {
        Some(group) => people_groups::path(snapshot, group).await?,
        None => Vec::new(),
    };
    let path: Vec<&Group> = path.iter().collect();
    let mut enrolled: Vec<FactorKind> = factors::list(snapshot, user.id)
        .await?
        .iter()
        .filter(|factor| factor.active)
        .map(|factor| factor.kind)
        .collect();
    enrolled.sort_unstable();
    enrolled.dedup();
    let switched_off: Vec<FactorKind> = switched_off::of(snapshot, user.id)
        .await?
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    let company = Company {
        site: &site,
        has_mail: settings::is_set(snapshot, Connection::Mail).await?,
        has_radius: settings::is_set(snapshot, Connection::Radius).await?,
        has_keys: services.factor(FactorKind::WebAuthn).is_ok(),
        now: services.now(),
    };
    Ok(effective(
        &company,
        &Standing {
            role: user.role,
            setting: &user.setting,
            path: &path,
            enrolled: &enrolled,
            switched_off: &switched_off,
            has_email: !user.code_addresses().is_empty(),
            skips: user.skips,
        },
    ))
}
