//! Groups of people, in a tree. A person has one place in it.

mod add;
mod change;
mod delete;
mod find;
mod list;
mod move_person;

pub use add::Add;
pub use change::Change;
pub use delete::Delete;
pub use find::Find;
pub use list::{GroupView, List};
pub use move_person::MovePerson;

use portcullis_model::{Group, GroupId};
use portcullis_store::{Tx, people_groups};

use crate::{OpError, Permit};

/// How deep the tree may be.
const DEEPEST: usize = 32;

/// A group that is there, named in the trail.
async fn group<O>(permit: &Permit<'_, O>, tx: &Tx, id: GroupId) -> Result<Group, OpError> {
    let group = people_groups::find(tx, id).await?.ok_or(OpError::NotFound)?;
    permit.named(group.name.as_str());
    Ok(group)
}

/// Refuses a name that a neighbour has.
async fn free_name(tx: &Tx, id: Option<GroupId>, parent: Option<GroupId>, name: &str) -> Result<(), OpError> {
    let taken = people_groups::list(tx)
        .await?
        .iter()
        .any(|other| other.parent == parent && Some(other.id) != id && other.name == name);
    if taken {
        return Err(OpError::invalid("name", "is taken in this place"));
    }
    Ok(())
}
