use portcullis_model::{OwnPrompt, PromptKey, Timestamp};
use rusqlite::params;

use super::{Store, StoreError};

impl Store {
    /// Rises with every change of a prompt; 0 before the first.
    pub(crate) fn prompts_revision(&self) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE(MAX(revision), 0) FROM prompts";
        Ok(self.connection().query_row(sql, params![], |row| row.get(0))?)
    }

    /// All recordings of the company, and when each was set.
    pub(crate) fn prompts(&self) -> Result<Vec<(OwnPrompt, Timestamp)>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT language, name, recording, changed_at FROM prompts WHERE recording IS NOT NULL",
        )?;
        let rows = statement.query_map(params![], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get(2)?,
                row.get(3)?,
            ))
        })?;
        rows.map(|row| {
            let (language, name, recording, changed_at) = row?;
            let key = PromptKey::new(&language, &name).map_err(|_| StoreError::Damaged)?;
            Ok((OwnPrompt { key, recording }, Timestamp::from_micros(changed_at)))
        })
        .collect()
    }

    /// Sets a recording, or takes it back. Answers whether there was one.
    pub(crate) fn put_prompt(
        &self,
        key: &PromptKey,
        recording: Option<&[u8]>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql =
                "SELECT count(*) FROM prompts WHERE language = ?1 AND name = ?2 AND recording IS NOT NULL";
            let known: u32 = tx.query_row(sql, params![key.language(), key.name()], |row| row.get(0))?;
            if known == 0 && recording.is_none() {
                return Ok(false);
            }
            tx.execute(
                "INSERT INTO prompts (language, name, recording, revision, changed_at)
                 VALUES (?1, ?2, ?3, (SELECT COALESCE(MAX(revision), 0) + 1 FROM prompts), ?4)
                 ON CONFLICT (language, name)
                 DO UPDATE SET recording = ?3, revision = excluded.revision, changed_at = ?4",
                params![key.language(), key.name(), recording, at.micros()],
            )?;
            Ok(known == 1)
        })
    }
}
