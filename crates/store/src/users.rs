//! People.

use portcullis_model::{
    EmailChoice, FactorKind, GroupId, PageSize, PersonSetting, Role, Theme, Timestamp, UserId, UserName,
    UserState, UserView,
};

use std::collections::HashMap;

use crate::password_resets;
use crate::people_groups::{requirement, requirement_text};
use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

/// A person as the sign-in machine needs them.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub email: String,
    pub role: Role,
    pub state: UserState,
    pub password_hash: Option<String>,
    /// Rises with every change of password, factor, role or state; sessions of an older one are over.
    pub epoch: i64,
    pub theme: Theme,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
    /// A second address for codes.
    pub email2: String,
    pub email_choice: EmailChoice,
    pub group: Option<GroupId>,
    pub setting: PersonSetting,
    /// How often setting up a method was put off.
    pub skips: u32,
}

impl User {
    /// The addresses that codes go to.
    pub fn code_addresses(&self) -> Vec<&str> {
        self.email_choice.of(&self.email, &self.email2)
    }
}

const COLUMNS: &str = "id, username, display_name, email, role, state, password_hash, epoch, theme, created_at, \
                       last_sign_in_at, email2, email_choice, group_id, uses_group_settings, requirement, skips";
/// Where columns of a longer query begin.
const MORE: usize = 17;

fn read(row: &Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(row.get(0)?),
        username: row.get(1)?,
        display_name: row.get(2)?,
        email: row.get(3)?,
        role: row.word(4, "users.role")?,
        state: row.word(5, "users.state")?,
        password_hash: row.get(6)?,
        epoch: row.get(7)?,
        theme: row.word(8, "users.theme")?,
        created_at: row.time(9)?,
        last_sign_in_at: row.time_or_none(10)?,
        email2: row.get(11)?,
        email_choice: row.word(12, "users.email_choice")?,
        group: row.get::<Option<_>>(13)?.map(GroupId),
        setting: PersonSetting {
            uses_group_settings: row.get::<i64>(14)? != 0,
            requirement: requirement(&row.get::<String>(15)?, "users.requirement")?,
        },
        skips: row.number(16, "users.skips")?,
    })
}

pub async fn find(snapshot: &Snapshot, id: UserId) -> Result<Option<User>, StoreError> {
    snapshot
        .row(
            &format!("SELECT {COLUMNS} FROM users WHERE id = ?1"),
            args![id.0],
            read,
        )
        .await
}

pub async fn find_by_username(snapshot: &Snapshot, username: &str) -> Result<Option<User>, StoreError> {
    snapshot
        .row(
            &format!("SELECT {COLUMNS} FROM users WHERE username = ?1"),
            args![username],
            read,
        )
        .await
}

/// How many people stand as `state`.
pub async fn count(snapshot: &Snapshot, state: UserState) -> Result<i64, StoreError> {
    let counted = snapshot
        .row(
            "SELECT COUNT(*) FROM users WHERE state = ?1",
            args![state.word()],
            |row| row.get(0),
        )
        .await?;
    Ok(counted.unwrap_or(0))
}

/// How many active people have `role`.
pub async fn count_active_with(snapshot: &Snapshot, role: Role) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM users WHERE state = 'active' AND role = ?1";
    Ok(snapshot
        .row(sql, args![role.word()], |row| row.get(0))
        .await?
        .unwrap_or(0))
}

/// People in the order of their user names, from the one after `after`.
pub async fn list(
    snapshot: &Snapshot,
    query: &str,
    after: &str,
    size: PageSize,
) -> Result<Vec<UserView>, StoreError> {
    let pattern = crate::search::pattern(query);
    let sql = format!(
        "SELECT {COLUMNS}, {KINDS} FROM users WHERE username > ?1 \
         AND (username LIKE ?2 ESCAPE '\\' OR LOWER(display_name) LIKE ?2 ESCAPE '\\' \
         OR LOWER(email) LIKE ?2 ESCAPE '\\') ORDER BY username LIMIT ?3"
    );
    snapshot
        .rows(&sql, args![after, pattern, i64::from(size.get()) + 1], view)
        .await
}

pub async fn view_of(snapshot: &Snapshot, id: UserId) -> Result<Option<UserView>, StoreError> {
    let sql = format!("SELECT {COLUMNS}, {KINDS} FROM users WHERE id = ?1");
    snapshot.row(&sql, args![id.0], view).await
}

/// The kinds of the active factors, for `kinds_of`.
const KINDS: &str =
    "(SELECT STRING_AGG(f.kind, ' ') FROM factors f WHERE f.user_id = users.id AND f.state = 'active')";

fn kinds_of(words: &str) -> Result<Vec<FactorKind>, StoreError> {
    let unknown = |_| StoreError::UnknownValue {
        column: "factors.kind",
    };
    let mut kinds: Vec<FactorKind> = words
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().map_err(unknown))
        .collect::<Result<_, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

/// Everybody, with the kinds of their factors: what a preview of the policy looks at.
pub async fn everybody(snapshot: &Snapshot) -> Result<Vec<(User, Vec<FactorKind>)>, StoreError> {
    let kinds = snapshot
        .rows(
            "SELECT user_id, kind FROM factors WHERE state = 'active' ORDER BY user_id",
            &[],
            |row| Ok((UserId(row.get(0)?), row.word::<FactorKind>(1, "factors.kind")?)),
        )
        .await?;
    let mut enrolled: HashMap<UserId, Vec<FactorKind>> = HashMap::new();
    for (user, kind) in kinds {
        let own = enrolled.entry(user).or_default();
        if !own.contains(&kind) {
            own.push(kind);
        }
    }
    let users = snapshot
        .rows(
            &format!("SELECT {COLUMNS} FROM users ORDER BY username"),
            &[],
            read,
        )
        .await?;
    Ok(users
        .into_iter()
        .map(|user| {
            let mut kinds = enrolled.remove(&user.id).unwrap_or_default();
            kinds.sort_unstable();
            (user, kinds)
        })
        .collect())
}

/// How many people are in each group.
pub async fn count_by_group(snapshot: &Snapshot) -> Result<HashMap<GroupId, usize>, StoreError> {
    let sql = "SELECT group_id, COUNT(*) FROM users WHERE group_id IS NOT NULL GROUP BY group_id";
    let counts = snapshot
        .rows(sql, &[], |row| {
            Ok((GroupId(row.get(0)?), row.number(1, "users.group_id")?))
        })
        .await?;
    Ok(counts.into_iter().collect())
}

/// People of one group, by user name.
pub async fn of_group(snapshot: &Snapshot, group: GroupId) -> Result<Vec<User>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE group_id = ?1 ORDER BY username");
    snapshot.rows(&sql, args![group.0], read).await
}

fn view(row: &Row<'_>) -> Result<UserView, StoreError> {
    let user = read(row)?;
    let kinds: Option<String> = row.get(MORE)?;
    Ok(UserView {
        id: user.id,
        username: user.username,
        display_name: user.display_name,
        email: user.email,
        role: user.role,
        state: user.state,
        factors: kinds_of(kinds.as_deref().unwrap_or_default())?,
        created_at: user.created_at,
        last_sign_in_at: user.last_sign_in_at,
    })
}

/// Active people whose names hold `query`, at most `most`.
pub async fn names(snapshot: &Snapshot, query: &str, most: u16) -> Result<Vec<UserName>, StoreError> {
    let sql = "SELECT id, username, display_name FROM users WHERE state = 'active' \
               AND (username LIKE ?1 ESCAPE '\\' OR LOWER(display_name) LIKE ?1 ESCAPE '\\') \
               ORDER BY username LIMIT ?2";
    snapshot
        .rows(
            sql,
            args![crate::search::pattern(query), i64::from(most)],
            |row| user_name(row, 0),
        )
        .await
}

/// Reads `id, username, display_name` from column `first` on.
pub(crate) fn user_name(row: &Row<'_>, first: usize) -> Result<UserName, StoreError> {
    Ok(UserName {
        id: UserId(row.get(first)?),
        username: row.get(first + 1)?,
        display_name: row.get(first + 2)?,
    })
}

pub async fn insert(tx: &Tx, user: &User) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO users (id, username, display_name, email, role, state, password_hash, epoch, theme, created_at, \
         group_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        args![
            user.id.0,
            &user.username,
            &user.display_name,
            &user.email,
            user.role.word(),
            user.state.word(),
            user.password_hash.clone(),
            user.epoch,
            user.theme.word(),
            user.created_at,
            user.group.map(|group| group.0)
        ],
    )
    .await?;
    Ok(())
}

/// Keeps others from changing a person and their factors until the transaction ends.
pub async fn hold(tx: &Tx, id: UserId) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT epoch FROM users WHERE id = ?1{}",
        tx.dialect().update_lock()
    );
    tx.row(&sql, args![id.0], |row| row.get::<i64>(0)).await?;
    Ok(())
}

/// Sets who an invited person says they are.
pub async fn set_person(
    tx: &Tx,
    id: UserId,
    username: &str,
    display_name: &str,
    email: &str,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET username = ?2, display_name = ?3, email = ?4 WHERE id = ?1",
        args![id.0, username, display_name, email],
    )
    .await
}

/// When a person's password was last set.
pub async fn password_changed_at(snapshot: &Snapshot, id: UserId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT password_changed_at FROM users WHERE id = ?1";
    Ok(snapshot
        .row(sql, args![id.0], |row| row.time_or_none(0))
        .await?
        .flatten())
}

/// Sets a password; ends the sessions of the old one, and the links that were sent to mend it.
pub async fn set_password(tx: &Tx, id: UserId, hash: &str, at: Timestamp) -> Result<u64, StoreError> {
    password_resets::withdraw(tx, id, at).await?;
    tx.execute(
        "UPDATE users SET password_hash = ?2, password_changed_at = ?3, epoch = epoch + 1 WHERE id = ?1",
        args![id.0, hash, at],
    )
    .await
}

/// Moves a person from one of `from` to `to` and ends their sessions.
pub async fn set_state(tx: &Tx, id: UserId, from: UserState, to: UserState) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET state = ?3, epoch = epoch + 1 WHERE id = ?1 AND state = ?2",
        args![id.0, from.word(), to.word()],
    )
    .await
}

pub async fn set_role(tx: &Tx, id: UserId, role: Role) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET role = ?2, epoch = epoch + 1 WHERE id = ?1",
        args![id.0, role.word()],
    )
    .await
}

pub async fn set_theme(tx: &Tx, id: UserId, theme: Theme) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET theme = ?2 WHERE id = ?1",
        args![id.0, theme.word()],
    )
    .await
}

/// Sets where codes go.
pub async fn set_emails(
    tx: &Tx,
    id: UserId,
    email: &str,
    email2: &str,
    choice: EmailChoice,
) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET email = ?2, email2 = ?3, email_choice = ?4 WHERE id = ?1",
        args![id.0, email, email2, choice.word()],
    )
    .await
}

pub async fn set_group(tx: &Tx, id: UserId, group: Option<GroupId>) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET group_id = ?2 WHERE id = ?1",
        args![id.0, group.map(|group| group.0)],
    )
    .await
}

/// Sets what the policy asks of one person; what was put off before no longer counts.
pub async fn set_setting(tx: &Tx, id: UserId, setting: &PersonSetting) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET uses_group_settings = ?2, requirement = ?3, skips = 0 WHERE id = ?1",
        args![
            id.0,
            setting.uses_group_settings,
            requirement_text(setting.requirement.as_ref())
        ],
    )
    .await
}

pub async fn add_skip(tx: &Tx, id: UserId) -> Result<u64, StoreError> {
    tx.execute("UPDATE users SET skips = skips + 1 WHERE id = ?1", args![id.0])
        .await
}

/// Everybody may put off again.
pub async fn forget_skips(tx: &Tx) -> Result<u64, StoreError> {
    tx.execute("UPDATE users SET skips = 0 WHERE 0 < skips", &[])
        .await
}

pub async fn set_last_sign_in(tx: &Tx, id: UserId, at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE users SET last_sign_in_at = ?2 WHERE id = ?1",
        args![id.0, at],
    )
    .await
}

/// Removes everybody, while nobody has ever finished set-up: an abandoned start keeps no name taken.
pub async fn delete_unfinished(tx: &Tx) -> Result<(), StoreError> {
    for table in ["logins", "factors", "invitations"] {
        let nobody = "NOT EXISTS (SELECT 1 FROM users WHERE state <> 'invited')";
        tx.execute(&format!("DELETE FROM {table} WHERE {nobody}"), &[])
            .await?;
    }
    tx.execute(
        "DELETE FROM users WHERE state = 'invited' AND NOT EXISTS (SELECT 1 FROM users u WHERE u.state <> 'invited')",
        &[],
    )
    .await?;
    Ok(())
}
