use std::fmt::Write;

use portcullis_model::{Page, ResourceId, ResourceView, UserId, VaultFilter};
use uuid::Uuid;

use crate::connection::Dialect;
use crate::resources::draft;
use crate::row::{Row, Value, args};
use crate::search::{pattern, trigram_expression, words};
use crate::users::user_name;
use crate::{Snapshot, StoreError};

const VIEW: &str = "SELECT r.id, r.name, r.kind, r.address, r.url, r.department, r.location, r.notes, r.attributes, \
    r.policy, u.id, u.username, u.display_name, CASE WHEN r.owner_id = ?1 THEN 'full' ELSE \
      (SELECT g.account_right FROM grants g WHERE g.user_id = ?1 AND g.resource_id = r.id) END, \
    (SELECT COUNT(*) FROM accounts a WHERE a.resource_id = r.id AND a.deleted_at IS NULL), \
    r.created_at, r.changed_at, r.sort, r.position FROM resources r JOIN users u ON u.id = r.owner_id";

const VISIBLE: &str = "(r.owner_id = ?1 OR EXISTS \
    (SELECT 1 FROM grants g WHERE g.user_id = ?1 AND g.resource_id = r.id))";

/// One resource as `viewer` sees it, if they do.
pub async fn view_of(
    snapshot: &Snapshot,
    viewer: UserId,
    id: ResourceId,
) -> Result<Option<ResourceView>, StoreError> {
    let sql = format!("{VIEW} WHERE r.id = ?2 AND {VISIBLE}");
    Ok(snapshot
        .row(&sql, args![viewer.0, id.0], read)
        .await?
        .map(|found| found.view))
}

/// The resources that `viewer` sees: by name, or, when words are searched, in the order they were added.
pub async fn list(
    snapshot: &Snapshot,
    viewer: UserId,
    filter: &VaultFilter,
) -> Result<Page<ResourceView>, StoreError> {
    let words = words(&filter.query);
    let indexed = trigram_expression(&words);
    let (sql, args) = match &indexed {
        Some(expression) => by_words(snapshot.dialect(), viewer, filter, &words, expression),
        None => by_name(viewer, filter, &words),
    };
    let mut found = snapshot.rows(&sql, &args, read).await?;
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
    view: ResourceView,
    sort: String,
    position: i64,
}

fn read(row: &Row<'_>) -> Result<Found, StoreError> {
    Ok(Found {
        view: ResourceView {
            id: ResourceId(row.get(0)?),
            draft: draft(row, 1)?,
            owner: user_name(row, 10)?,
            right: row.word(13, "grants.account_right")?,
            accounts: row.number(14, "accounts")?,
            created_at: row.time(15)?,
            changed_at: row.time(16)?,
        },
        sort: row.get(17)?,
        position: row.get(18)?,
    })
}

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
    let condition = conditions(filter, words, &mut args);
    let walk = |from: &str| {
        format!(
            "SELECT * FROM (SELECT r.id AS id FROM {from} AND r.deleted_at IS NULL AND (r.sort, r.id) > (?2, ?3)\
             {condition} ORDER BY r.sort, r.id LIMIT ?4) walk"
        )
    };
    let owned = walk("resources r WHERE r.owner_id = ?1");
    let granted = walk("grants g JOIN resources r ON r.id = g.resource_id WHERE g.user_id = ?1");
    (
        format!("{VIEW} WHERE r.id IN ({owned} UNION {granted}) ORDER BY r.sort, r.id LIMIT ?4"),
        args,
    )
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
    let unindexed: Vec<String> = words
        .iter()
        .filter(|word| dialect == Dialect::Postgres || word.chars().count() < 3)
        .cloned()
        .collect();
    let mut condition = conditions(filter, &unindexed, &mut args);
    let (from, order) = match dialect {
        Dialect::Sqlite => {
            args.push(expression.into());
            // Writing to a string cannot fail.
            let _ = write!(
                condition,
                " AND resource_search MATCH ?{} AND resource_search.rowid > ?2",
                args.len()
            );
            (
                "resource_search JOIN resources r ON r.position = resource_search.rowid",
                "resource_search.rowid",
            )
        }
        Dialect::Postgres => {
            condition.push_str(" AND r.position > ?2");
            ("resources r", "r.position")
        }
    };
    let sql = format!(
        "{VIEW} WHERE r.id IN (SELECT * FROM (SELECT r.id FROM {from} WHERE r.deleted_at IS NULL AND {VISIBLE}\
         {condition} ORDER BY {order} LIMIT ?3) matches) ORDER BY r.position"
    );
    (sql, args)
}

fn conditions<'a>(filter: &'a VaultFilter, words: &[String], args: &mut Vec<Value<'a>>) -> String {
    let mut condition = String::new();
    if let Some(kind) = &filter.kind {
        args.push(kind.into());
        let _ = write!(condition, " AND r.kind = ?{}", args.len());
    }
    for word in words {
        args.push(pattern(word).into());
        let _ = write!(condition, " AND r.search LIKE ?{} ESCAPE '\\'", args.len());
    }
    condition
}
