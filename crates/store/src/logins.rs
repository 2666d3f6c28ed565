//! Attempts to sign in, one row each.

use portcullis_model::{FactorKind, InvitationId, LoginId, Timestamp, UserId};

use crate::row::{Row, args};
use crate::{Snapshot, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Login {
    pub id: LoginId,
    /// `named`, `blocked`, `recovering`, `first_passed`, `second_passed` or `enrolling`; a login that ended is no
    /// longer here.
    pub state: String,
    pub revision: i64,
    pub username: String,
    pub user: Option<UserId>,
    pub invitation: Option<InvitationId>,
    pub method: Option<FactorKind>,
    /// The factors that the policy allowed when the password was right.
    pub allowed: Vec<FactorKind>,
    /// How often a wrong answer may be tried again.
    pub retries: u32,
    /// When the password was right.
    pub passed_at: Option<Timestamp>,
    /// What the challenge at hand shows to the person.
    pub prompt: String,
    pub challenged_at: Option<Timestamp>,
    /// How many challenges there were.
    pub challenges: u32,
    /// The password that an invited person chose, until they have confirmed their second factor.
    pub password_hash: Option<String>,
    /// Wrong answers to the step at hand.
    pub tries: u32,
    pub address: String,
    pub agent: String,
    /// The digest of the token that the browser presented, whoever is known by it.
    pub browser: Option<[u8; 32]>,
    pub step_ends_at: Timestamp,
    pub ends_at: Timestamp,
}

const COLUMNS: &str = "id, state, revision, username, user_id, invitation_id, method, tries, address, agent, \
                       step_ends_at, ends_at, password_hash, allowed, retries, prompt, challenged_at, challenges, \
                       passed_at, browser";

fn read(row: &Row<'_>) -> Result<Login, StoreError> {
    Ok(Login {
        id: LoginId(row.get(0)?),
        state: row.get(1)?,
        revision: row.get(2)?,
        username: row.get(3)?,
        user: row.get::<Option<_>>(4)?.map(UserId),
        invitation: row.get::<Option<_>>(5)?.map(InvitationId),
        method: row
            .get::<Option<String>>(6)?
            .map(|word| word.parse())
            .transpose()
            .map_err(|_| StoreError::UnknownValue {
                column: "logins.method",
            })?,
        tries: row.number(7, "logins.tries")?,
        address: row.get(8)?,
        agent: row.get(9)?,
        step_ends_at: row.time(10)?,
        ends_at: row.time(11)?,
        password_hash: row.get(12)?,
        allowed: kinds(&row.get::<String>(13)?)?,
        retries: row.number(14, "logins.retries")?,
        prompt: row.get(15)?,
        challenged_at: row.time_or_none(16)?,
        challenges: row.number(17, "logins.challenges")?,
        passed_at: row.time_or_none(18)?,
        browser: row
            .get::<Option<Vec<u8>>>(19)?
            .map(<[u8; 32]>::try_from)
            .transpose()
            .map_err(|_| StoreError::UnknownValue {
                column: "logins.browser",
            })?,
    })
}

pub async fn find(snapshot: &Snapshot, token_digest: &[u8; 32]) -> Result<Option<Login>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM logins WHERE token_digest = ?1");
    snapshot.row(&sql, args![token_digest], read).await
}

/// Logins that were over before `before` in a state, the oldest first.
pub async fn over(
    snapshot: &Snapshot,
    state: &str,
    before: Timestamp,
    most: u16,
) -> Result<Vec<Login>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM logins WHERE state = ?1 AND ends_at < ?2 ORDER BY ends_at LIMIT ?3");
    snapshot
        .rows(&sql, args![state, before, i64::from(most)], read)
        .await
}

fn kinds(text: &str) -> Result<Vec<FactorKind>, StoreError> {
    let unknown = |_| StoreError::UnknownValue {
        column: "logins.allowed",
    };
    text.split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().map_err(unknown))
        .collect()
}

fn text(kinds: &[FactorKind]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    words.join(" ")
}

pub async fn insert(
    tx: &Tx,
    login: &Login,
    token_digest: &[u8; 32],
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO logins (id, token_digest, state, revision, username, user_id, invitation_id, method, tries, \
         address, agent, created_at, step_ends_at, ends_at, password_hash, allowed, retries, prompt, challenged_at, \
         challenges, passed_at, browser) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
        args![
            login.id.0,
            token_digest,
            &login.state,
            login.revision,
            &login.username,
            login.user.map(|user| user.0),
            login.invitation.map(|invitation| invitation.0),
            login.method.map(FactorKind::word),
            login.tries,
            &login.address,
            &login.agent,
            at,
            login.step_ends_at,
            login.ends_at,
            login.password_hash.clone(),
            text(&login.allowed),
            login.retries,
            &login.prompt,
            login.challenged_at,
            login.challenges,
            login.passed_at,
            login.browser.as_ref()
        ],
    )
    .await?;
    Ok(())
}

/// Replaces revision `login.revision - 1` by `login`. Answers 0 if another request was first.
pub async fn advance(tx: &Tx, login: &Login, token_digest: Option<&[u8; 32]>) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE logins SET state = ?3, revision = ?4, user_id = ?5, method = ?6, tries = ?7, step_ends_at = ?8, \
         ends_at = ?9, token_digest = COALESCE(?10, token_digest), allowed = ?11, retries = ?12, prompt = ?13, \
         challenged_at = ?14, challenges = ?15, passed_at = ?16 WHERE id = ?1 AND revision = ?2",
        args![
            login.id.0,
            login.revision - 1,
            &login.state,
            login.revision,
            login.user.map(|user| user.0),
            login.method.map(FactorKind::word),
            login.tries,
            login.step_ends_at,
            login.ends_at,
            token_digest,
            text(&login.allowed),
            login.retries,
            &login.prompt,
            login.challenged_at,
            login.challenges,
            login.passed_at
        ],
    )
    .await
}

/// Whether a login waits in `state` at `now`.
pub async fn waits(
    snapshot: &Snapshot,
    id: LoginId,
    state: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql =
        "SELECT COUNT(*) FROM logins WHERE id = ?1 AND state = ?2 AND ?3 < ends_at AND ?3 < step_ends_at";
    let found: Option<i64> = snapshot
        .row(sql, args![id.0, state, now], |row| row.get(0))
        .await?;
    Ok(found == Some(1))
}

/// Puts a login into a state that no step goes on from.
pub async fn stop(tx: &Tx, id: LoginId, state: &str) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE logins SET state = ?2, revision = revision + 1 WHERE id = ?1",
        args![id.0, state],
    )
    .await
}

/// Ends a login. Answers 0 if another request already has.
pub async fn end(tx: &Tx, id: LoginId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM logins WHERE id = ?1", args![id.0]).await
}

/// Ends every unfinished login of a person.
pub async fn end_all(tx: &Tx, user: UserId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM logins WHERE user_id = ?1", args![user.0])
        .await
}

/// Ends every unfinished login of a person but one.
pub async fn end_others(tx: &Tx, user: UserId, keep: LoginId) -> Result<u64, StoreError> {
    tx.execute(
        "DELETE FROM logins WHERE user_id = ?1 AND id <> ?2",
        args![user.0, keep.0],
    )
    .await
}

/// Gives a login in `state` until `ends_at`. Answers 0 if it is not there any more.
pub async fn keep_until(tx: &Tx, id: LoginId, state: &str, ends_at: Timestamp) -> Result<u64, StoreError> {
    tx.execute(
        "UPDATE logins SET step_ends_at = ?3, ends_at = ?3, revision = revision + 1 WHERE id = ?1 AND state = ?2",
        args![id.0, state, ends_at],
    )
    .await
}

/// Deletes logins whose time was over before `before`.
pub async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM logins WHERE ends_at < ?1", args![before])
        .await
}
