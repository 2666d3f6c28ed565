use std::fmt::Write;

use portcullis_model::{
    AccountId, AccountView, Page, PasswordPolicy, ResourceId, Timestamp, UserId, VaultFilter,
};
use uuid::Uuid;

use crate::connection::Dialect;
use crate::row::{Row, Value, args};
use crate::search::{pattern, trigram_expression, words};
use crate::users::user_name;
use crate::{Snapshot, StoreError};

const VIEW: &str = "SELECT a.id, a.resource_id, r.name, r.kind, a.name, \
    CASE WHEN a.owner_id = ?1 THEN 'full' ELSE COALESCE(\
      (SELECT g.account_right FROM grants g WHERE g.user_id = ?1 AND g.account_id = a.id), \
      (SELECT g.account_right FROM grants g WHERE g.user_id = ?1 AND g.resource_id = a.resource_id)) END, \
    u.id, u.username, u.display_name, a.version, a.password_changed_at, a.complies, r.policy, \
    (SELECT COUNT(DISTINCT g.user_id) FROM grants g WHERE (g.account_id = a.id OR g.resource_id = a.resource_id)), \
    a.sort, a.position \
    FROM accounts a JOIN resources r ON r.id = a.resource_id JOIN users u ON u.id = a.owner_id";

/// One account as `viewer` sees it, if they do.
pub async fn view_of(
    snapshot: &Snapshot,
    viewer: UserId,
    id: AccountId,
    now: Timestamp,
) -> Result<Option<AccountView>, StoreError> {
    let sql = format!("{VIEW} WHERE a.id = ?2 AND {VISIBLE}");
    Ok(snapshot
        .row(&sql, args![viewer.0, id.0], |row| read(row, now))
        .await?
        .map(|found| found.view))
}

/// A condition on `a` that holds for what person `?1` sees.
const VISIBLE: &str = "(a.owner_id = ?1 \
    OR EXISTS (SELECT 1 FROM grants g WHERE g.user_id = ?1 AND g.account_id = a.id) \
    OR EXISTS (SELECT 1 FROM grants g WHERE g.user_id = ?1 AND g.resource_id = a.resource_id))";

/// The accounts that `viewer` sees: in the order of resource and account name, or, when words are
/// searched, in the order in which they were added.
pub async fn list(
    snapshot: &Snapshot,
    viewer: UserId,
    filter: &VaultFilter,
    now: Timestamp,
) -> Result<Page<AccountView>, StoreError> {
    let words = words(&filter.query);
    let indexed = trigram_expression(&words);
    let (sql, args) = match &indexed {
        Some(expression) => by_words(snapshot.dialect(), viewer, filter, &words, expression),
        None => by_name(viewer, filter, &words),
    };
    let mut found = snapshot.rows(&sql, &args, |row| read(row, now)).await?;
    let size = usize::from(filter.size.get());
    let more = size < found.len();
    found.truncate(size);
    let next = found.last().filter(|_| more).map(|last| match indexed {
        Some(_) => last.position.to_string(),
        None => format!("{}~{}", last.view.id, last.sort),
    });
    Ok(Page {
        items: found.into_iter().map(|found| found.view).collect(),
        next,
    })
}

struct Found {
    view: AccountView,
    sort: String,
    position: i64,
}

fn read(row: &Row<'_>, now: Timestamp) -> Result<Found, StoreError> {
    let changed_at = row.time(10)?;
    Ok(Found {
        view: AccountView {
            id: AccountId(row.get(0)?),
            resource: ResourceId(row.get(1)?),
            resource_name: row.get(2)?,
            resource_kind: row.get(3)?,
            name: row.get(4)?,
            right: row.word(5, "grants.account_right")?,
            owner: user_name(row, 6)?,
            version: row.number(9, "accounts.version")?,
            password_changed_at: changed_at,
            complies: row.get::<i64>(11)? != 0,
            overdue: PasswordPolicy::named(&row.get::<String>(12)?).is_overdue(changed_at, now),
            shared_with: row.number(13, "grants")?,
        },
        sort: row.get(14)?,
        position: row.get(15)?,
    })
}

/// Three short walks along an index, one per way to see an account, merged: however many accounts
/// there are, a page costs what the page holds and what this person was given.
fn by_name<'a>(viewer: UserId, filter: &'a VaultFilter, words: &[String]) -> (String, Vec<Value<'a>>) {
    let (sort, id) = match filter.after.as_deref().and_then(|cursor| cursor.split_once('~')) {
        Some((id, sort)) => (sort.to_owned(), id.parse().unwrap_or(Uuid::nil())),
        None => (String::new(), Uuid::nil()),
    };
    let mut args = vec![
        Value::from(viewer.0),
        Value::from(sort),
        Value::from(id),
        Value::from(i64::from(filter.size.get()) + 1),
    ];
    let mut condition = conditions(filter, &mut args);
    for word in words {
        args.push(pattern(word).into());
        // Writing to a string cannot fail.
        let _ = write!(condition, " AND a.search LIKE ?{} ESCAPE '\\'", args.len());
    }
    let walk = |from: &str| {
        format!(
            "SELECT * FROM (SELECT a.id AS id FROM {from} AND a.deleted_at IS NULL AND (a.sort, a.id) > (?2, ?3)\
             {condition} ORDER BY a.sort, a.id LIMIT ?4) walk"
        )
    };
    let owned = walk("accounts a WHERE a.owner_id = ?1");
    let granted = walk("grants g JOIN accounts a ON a.id = g.account_id WHERE g.user_id = ?1");
    let through = walk("grants g JOIN accounts a ON a.resource_id = g.resource_id WHERE g.user_id = ?1");
    let sql = format!(
        "{VIEW} WHERE a.id IN ({owned} UNION {granted} UNION {through}) ORDER BY a.sort, a.id LIMIT ?4"
    );
    (sql, args)
}

fn by_words<'a>(
    dialect: Dialect,
    viewer: UserId,
    filter: &'a VaultFilter,
    words: &[String],
    expression: &'a str,
) -> (String, Vec<Value<'a>>) {
    let after: i64 = filter
        .after
        .as_deref()
        .and_then(|cursor| cursor.parse().ok())
        .unwrap_or(0);
    let mut args = vec![
        Value::from(viewer.0),
        Value::from(after),
        Value::from(i64::from(filter.size.get()) + 1),
    ];
    let mut condition = conditions(filter, &mut args);
    let (from, order) = match dialect {
        Dialect::Sqlite => {
            args.push(expression.into());
            let _ = write!(
                condition,
                " AND account_search MATCH ?{} AND account_search.rowid > ?2",
                args.len()
            );
            (
                "account_search JOIN accounts a ON a.position = account_search.rowid",
                "account_search.rowid",
            )
        }
        Dialect::Postgres => {
            condition.push_str(" AND a.position > ?2");
            ("accounts a", "a.position")
        }
    };
    for word in words
        .iter()
        .filter(|word| dialect == Dialect::Postgres || word.chars().count() < 3)
    {
        args.push(pattern(word).into());
        let _ = write!(condition, " AND a.search LIKE ?{} ESCAPE '\\'", args.len());
    }
    let sql = format!(
        "{VIEW} WHERE a.id IN (SELECT * FROM (SELECT a.id FROM {from} WHERE a.deleted_at IS NULL AND {VISIBLE}\
         {condition} ORDER BY {order} LIMIT ?3) matches) ORDER BY a.position"
    );
    (sql, args)
}

fn conditions<'a>(filter: &'a VaultFilter, args: &mut Vec<Value<'a>>) -> String {
    let mut condition = String::new();
    if let Some(resource) = filter.resource {
        args.push(resource.0.into());
        let _ = write!(condition, " AND a.resource_id = ?{}", args.len());
    }
    if let Some(kind) = &filter.kind {
        args.push(kind.into());
        let number = args.len();
        let _ = write!(
            condition,
            " AND EXISTS (SELECT 1 FROM resources k WHERE k.id = a.resource_id AND k.kind = ?{number})"
        );
    }
    condition
}
