use portcullis_crypto::Purpose;
use portcullis_model::Chance;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Store, StoreError, draw_id, sealed};
use crate::person::{Person, Stored, folded};

const COLUMNS: &str = "id, wrapped_key, ciphertext";

type Found = (Uuid, portcullis_model::Sealed);

fn read(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok((row.get(0)?, sealed(row.get(1)?, row.get(2)?)))
}

impl Store {
    pub(crate) fn person(&self, name: &str) -> Result<Option<Stored>, StoreError> {
        let digest = self.digest("name", &folded(name))?;
        let found = self
            .connection()
            .query_row(
                &format!("SELECT {COLUMNS} FROM people WHERE name_digest = ?1"),
                params![digest],
                read,
            )
            .optional()?;
        found.map(|found| self.opened(found)).transpose()
    }

    /// Everybody, by name.
    pub(crate) fn people(&self) -> Result<Vec<Stored>, StoreError> {
        let found = {
            let connection = self.connection();
            let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM people"))?;
            statement
                .query_map(params![], read)?
                .collect::<Result<Vec<Found>, _>>()?
        };
        let mut people = Vec::new();
        for found in found {
            people.push(self.opened(found)?);
        }
        people.sort_by_key(|stored| folded(&stored.person.name));
        Ok(people)
    }

    pub(crate) fn count_people(&self) -> Result<u64, StoreError> {
        let count: i64 = self
            .connection()
            .query_row("SELECT count(*) FROM people", params![], |row| row.get(0))?;
        u64::try_from(count).map_err(|_| StoreError::Damaged)
    }

    /// Adds somebody. Answers `false` if the name is taken.
    pub(crate) fn add_person(&self, person: &Person, chance: &dyn Chance) -> Result<bool, StoreError> {
        let id = draw_id(chance);
        let digest = self.digest("name", &folded(&person.name))?;
        let value = sealed_bytes(person)?;
        let sealed = self.seal(Purpose::Factors, "people", id, &value, chance)?;
        self.write(|tx| {
            let count = tx.execute(
                "INSERT INTO people (id, name_digest, wrapped_key, ciphertext) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name_digest) DO NOTHING",
                params![id, digest, sealed.wrapped_key, sealed.ciphertext],
            )?;
            Ok(count == 1)
        })
    }

    /// Changes somebody as they are at this moment, whoever else changes them. Nothing if nobody has that id.
    pub(crate) fn change_person<T>(
        &self,
        id: Uuid,
        chance: &dyn Chance,
        edit: impl FnOnce(&mut Person) -> T,
    ) -> Result<Option<T>, StoreError> {
        self.write(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM people WHERE id = ?1");
            let Some(found) = tx.query_row(&sql, params![id], read).optional()? else {
                return Ok(None);
            };
            let mut person = self.opened(found)?.person;
            let answer = edit(&mut person);
            self.replace(tx, id, &person, chance)?;
            Ok(Some(answer))
        })
    }

    fn replace(
        &self,
        tx: &Transaction<'_>,
        id: Uuid,
        person: &Person,
        chance: &dyn Chance,
    ) -> Result<(), StoreError> {
        let value = sealed_bytes(person)?;
        let sealed = self.seal(Purpose::Factors, "people", id, &value, chance)?;
        tx.execute(
            "UPDATE people SET wrapped_key = ?2, ciphertext = ?3 WHERE id = ?1",
            params![id, sealed.wrapped_key, sealed.ciphertext],
        )?;
        Ok(())
    }

    pub(crate) fn remove_person(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("DELETE FROM people WHERE id = ?1", params![id])?;
            Ok(())
        })
    }

    fn opened(&self, (id, sealed): Found) -> Result<Stored, StoreError> {
        let bytes = self.open_sealed(Purpose::Factors, "people", id, &sealed)?;
        let person = serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged)?;
        Ok(Stored { id, person })
    }
}

fn sealed_bytes(person: &Person) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let bytes = serde_json::to_vec(person).map_err(|_| StoreError::Damaged)?;
    Ok(Zeroizing::new(bytes))
}
