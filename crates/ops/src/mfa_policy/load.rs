use portcullis_model::{FactorKind, Group, PolicyChange, SitePolicy, Timestamp};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, factors, people_groups, settings as rows, switched_off};

use crate::factors::without_names_at_agent;
use crate::mfa_policy::{Company, Effective, Means, Standing, effective};
use crate::settings::{self, Connection, PhoneWay};
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
    Ok(Looked::at(services, snapshot, user).await?.decide(None))
}

/// All that the policy looks at for one person.
pub(super) struct Looked<'a> {
    user: &'a User,
    site: SitePolicy,
    path: Vec<Group>,
    enrolled: Vec<FactorKind>,
    switched_off: Vec<FactorKind>,
    has: Means,
    now: Timestamp,
}

impl<'a> Looked<'a> {
    pub(super) async fn at(
        services: &Services,
        snapshot: &Snapshot,
        user: &'a User,
    ) -> Result<Self, OpError> {
        let has = Means::of(services, snapshot).await?;
        let mut own = factors::list(snapshot, user.id).await?;
        own.retain(|factor| factor.active);
        if !has.phone_agent {
            own = without_names_at_agent(services, snapshot, own).await?;
        }
        let mut enrolled: Vec<FactorKind> = own.iter().map(|factor| factor.kind).collect();
        enrolled.sort_unstable();
        enrolled.dedup();
        let switched_off = switched_off::of(snapshot, user.id)
            .await?
            .into_iter()
            .map(|(kind, _)| kind)
            .collect();
        Ok(Self {
            user,
            site: site_policy(snapshot).await?,
            path: match user.group {
                Some(group) => people_groups::path(snapshot, group).await?,
                None => Vec::new(),
            },
            enrolled,
            switched_off,
            has,
            now: services.now(),
        })
    }

    /// What holds, or would hold after `change`.
    pub(super) fn decide(&self, change: Option<&PolicyChange>) -> Effective {
        let none = PolicyChange::default();
        let change = change.unwrap_or(&none);
        let path: Vec<Group> = self
            .path
            .iter()
            .map(|group| {
                let changed = change.groups.iter().find(|(id, _)| *id == group.id);
                Group {
                    requirement: changed.map_or_else(
                        || group.requirement.clone(),
                        |(_, requirement)| requirement.clone(),
                    ),
                    ..group.clone()
                }
            })
            .collect();
        let setting = change
            .people
            .iter()
            .find(|(id, _)| *id == self.user.id)
            .map_or(&self.user.setting, |(_, setting)| setting);
        let company = Company {
            site: change.site.as_ref().unwrap_or(&self.site),
            has: self.has,
            now: self.now,
        };
        effective(
            &company,
            &Standing {
                role: self.user.role,
                setting,
                path: &path.iter().collect::<Vec<_>>(),
                enrolled: &self.enrolled,
                switched_off: &self.switched_off,
                has_email: !self.user.code_addresses().is_empty(),
                skips: self.user.skips,
            },
        )
    }
}

impl Means {
    pub(super) async fn of(services: &Services, snapshot: &Snapshot) -> Result<Self, OpError> {
        let phone = settings::phone_way(snapshot).await?;
        Ok(Self {
            mail: settings::is_set(snapshot, Connection::Mail).await?,
            radius: settings::is_set(snapshot, Connection::Radius).await?,
            phone: phone.is_some(),
            phone_agent: phone == Some(PhoneWay::Agent),
            keys: services.factor(FactorKind::WebAuthn).is_ok(),
        })
    }
}
