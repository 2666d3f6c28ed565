//! Sign-ins that a change of the policy would have treated differently, had it been applied.

use portcullis_model::{LoginId, Timestamp, UserId};
use uuid::Uuid;

use crate::row::args;
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Report {
    pub change: Uuid,
    pub login: LoginId,
    pub user: UserId,
    /// `asked`, `blocked` or `weaker`.
    pub effect: String,
    /// What was proven, in words.
    pub used: String,
    /// What would have been asked, or why the person would have been kept out, in words.
    pub asked: String,
    pub at: Timestamp,
}

/// One person and what would have become of their latest sign-in.
#[derive(Clone, Debug)]
pub struct Reported {
    pub user: UserId,
    pub username: String,
    pub report: Report,
}

/// Keeps a report, one for each change and sign-in. Answers 0 if there is one.
pub async fn insert(tx: &Tx, report: &Report) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO policy_reports (change_id, login_id, user_id, effect, used, asked, at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (change_id, login_id) DO NOTHING",
        args![
            report.change,
            report.login.0,
            report.user.0,
            &report.effect,
            &report.used,
            &report.asked,
            report.at
        ],
    )
    .await
}

/// How many people a change would have treated so, by effect. A person counts once for each effect.
pub async fn counts(snapshot: &Snapshot, change: Uuid) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT effect, COUNT(DISTINCT user_id) FROM policy_reports WHERE change_id = ?1 GROUP BY effect \
               ORDER BY effect";
    snapshot
        .rows(sql, args![change], |row| Ok((row.get(0)?, row.get(1)?)))
        .await
}

/// The latest report of each person, by user name.
pub async fn latest(snapshot: &Snapshot, change: Uuid, most: u16) -> Result<Vec<Reported>, StoreError> {
    let sql = "SELECT u.id, u.username, r.login_id, r.effect, r.used, r.asked, r.at FROM policy_reports r \
               JOIN users u ON u.id = r.user_id WHERE r.change_id = ?1 AND NOT EXISTS \
               (SELECT 1 FROM policy_reports n WHERE n.change_id = r.change_id AND n.user_id = r.user_id \
               AND (r.at < n.at OR (r.at = n.at AND r.login_id < n.login_id))) ORDER BY u.username LIMIT ?2";
    snapshot
        .rows(sql, args![change, i64::from(most)], |row| {
            let user = UserId(row.get(0)?);
            Ok(Reported {
                user,
                username: row.get(1)?,
                report: Report {
                    change,
                    login: LoginId(row.get(2)?),
                    user,
                    effect: row.get(3)?,
                    used: row.get(4)?,
                    asked: row.get(5)?,
                    at: row.time(6)?,
                },
            })
        })
        .await
}
