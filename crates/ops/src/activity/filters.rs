use portcullis_model::{Scope, SignInFilter, Subject, SubjectKind, SystemRight};
use portcullis_store::saved_filters::{self, SavedFilter};
use portcullis_store::{Snapshot, Tx};
use uuid::Uuid;

use crate::text::Fields;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services, Write};

/// The most filters that one person keeps.
const MOST: i64 = 50;
const THERE_ALREADY: &str = "You have a filter of that name.";

/// A filter that somebody keeps.
#[derive(Clone, Debug)]
pub struct FilterView {
    pub id: Uuid,
    pub name: String,
    pub filter: SignInFilter,
    pub is_shared: bool,
    /// The user name of whoever keeps it.
    pub owner: String,
    pub is_mine: bool,
}

fn subject(id: Option<Uuid>) -> Subject {
    Subject {
        id,
        ..Subject::kind(SubjectKind::Audit)
    }
}

/// Lists one's own filters of sign-in events and those that others share.
pub struct ListFilters;

impl Operation for ListFilters {
    type Output = Vec<FilterView>;

    const NAME: &'static str = "activity.list_filters";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        subject(None)
    }
}

impl Read for ListFilters {
    async fn run(
        self,
        permit: &Permit<'_, Self>,
        _services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Vec<FilterView>, OpError> {
        let user = permit.user()?;
        let saved = saved_filters::list(snapshot, user).await?;
        Ok(saved
            .into_iter()
            .map(|saved| FilterView {
                id: saved.id,
                is_mine: saved.owner == user,
                owner: saved.owner_name,
                name: saved.name,
                filter: saved.filter,
                is_shared: saved.is_shared,
            })
            .collect())
    }
}

/// Keeps a filter of sign-in events under a name.
pub struct SaveFilter {
    pub name: String,
    pub filter: SignInFilter,
    /// Whether everybody who reads the activity sees it.
    pub is_shared: bool,
}

impl Operation for SaveFilter {
    type Output = Uuid;

    const NAME: &'static str = "activity.save_filter";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject(None)
    }
}

impl Write for SaveFilter {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<Uuid, OpError> {
        let owner = permit.user()?;
        let name = named(&self.name)?;
        if MOST <= saved_filters::count(tx, owner).await? {
            return Err(OpError::Conflict(
                "You keep 50 filters already. Delete one that you no longer need.",
            ));
        }
        let saved = SavedFilter {
            id: services.new_id(),
            owner,
            owner_name: String::new(),
            name,
            filter: SignInFilter {
                who: for_name(&self.filter.who),
                ..self.filter
            },
            is_shared: self.is_shared,
        };
        if saved_filters::insert(tx, &saved, services.now()).await? != 1 {
            return Err(OpError::invalid("name", THERE_ALREADY));
        }
        permit.about(Subject {
            name: Some(saved.name.clone()),
            ..subject(Some(saved.id))
        });
        Ok(saved.id)
    }
}

/// Gives a filter of one's own another name, and shares it or not.
pub struct ChangeFilter {
    pub id: Uuid,
    pub name: String,
    pub is_shared: bool,
}

impl Operation for ChangeFilter {
    type Output = ();

    const NAME: &'static str = "activity.change_filter";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject(Some(self.id))
    }
}

impl Write for ChangeFilter {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let saved = own(permit, tx, self.id).await?;
        let changed = SavedFilter {
            name: named(&self.name)?,
            is_shared: self.is_shared,
            ..saved
        };
        if saved_filters::change(tx, &changed).await? != 1 {
            return Err(OpError::invalid("name", THERE_ALREADY));
        }
        permit.named(changed.name);
        Ok(())
    }
}

/// Deletes a filter of one's own.
pub struct DeleteFilter {
    pub id: Uuid,
}

impl Operation for DeleteFilter {
    type Output = ();

    const NAME: &'static str = "activity.delete_filter";
    const RIGHT: Right = Right::System(SystemRight::ReadAudit);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        subject(Some(self.id))
    }
}

impl Write for DeleteFilter {
    async fn run(self, permit: &Permit<'_, Self>, _services: &Services, tx: &Tx) -> Result<(), OpError> {
        let saved = own(permit, tx, self.id).await?;
        saved_filters::delete(tx, saved.id).await?;
        permit.named(saved.name);
        Ok(())
    }
}

/// A filter of the caller. Those of others are none, even if they are shared.
async fn own<O>(permit: &Permit<'_, O>, tx: &Tx, id: Uuid) -> Result<SavedFilter, OpError> {
    let owner = permit.user()?;
    saved_filters::find(tx, id)
        .await?
        .filter(|saved| saved.owner == owner)
        .ok_or(OpError::NotFound)
}

fn named(text: &str) -> Result<String, OpError> {
    let mut fields = Fields::default();
    let name = fields.name("name", text);
    fields.done()?;
    Ok(name)
}

/// A user name to look for; what is longer than any finds nothing and is not kept.
fn for_name(text: &str) -> String {
    text.trim()
        .chars()
        .take(64)
        .filter(|character| !character.is_control())
        .collect()
}
