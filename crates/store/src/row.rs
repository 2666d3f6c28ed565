use std::borrow::Cow;

use portcullis_model::Timestamp;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use crate::StoreError;

/// A value on its way into a statement. Each knows its type even when it is absent: `PostgreSQL` asks.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Bytes(Option<Cow<'a, [u8]>>),
    Integer(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Uuid(Option<Uuid>),
}

macro_rules! into_value {
    ($($source:ty => $variant:ident, $convert:expr);+ $(;)?) => {$(
        impl<'a> From<$source> for Value<'a> {
            fn from(value: $source) -> Self {
                let convert: fn($source) -> _ = $convert;
                Self::$variant(Some(convert(value)))
            }
        }

        impl<'a> From<Option<$source>> for Value<'a> {
            fn from(value: Option<$source>) -> Self {
                let convert: fn($source) -> _ = $convert;
                Self::$variant(value.map(convert))
            }
        }
    )+};
}

into_value! {
    &'a [u8] => Bytes, Cow::Borrowed;
    &'a [u8; 32] => Bytes, |bytes| Cow::Borrowed(&bytes[..]);
    bool => Integer, i64::from;
    i64 => Integer, |number| number;
    u32 => Integer, i64::from;
    Timestamp => Integer, Timestamp::micros;
    &'a str => Text, Cow::Borrowed;
    &'a String => Text, |text| Cow::Borrowed(text.as_str());
    String => Text, Cow::Owned;
    Uuid => Uuid, |id| id;
}

macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::row::Value::from($value)),*] };
}
pub(crate) use args;

/// One row of an answer, from either database.
pub(crate) enum Row<'a> {
    Postgres(&'a PgRow),
    Sqlite(&'a rusqlite::Row<'a>),
}

/// What a column can be read as: `i64`, `String`, `Vec<u8>`, `Uuid`, and each as an `Option`.
pub(crate) trait Column: Sized {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError>;
}

impl<T> Column for T
where
    T: rusqlite::types::FromSql + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    fn read(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        match row {
            Row::Postgres(row) => Ok(sqlx::Row::try_get(*row, index)?),
            Row::Sqlite(row) => Ok(row.get(index)?),
        }
    }
}

impl Row<'_> {
    pub(crate) fn get<T: Column>(&self, index: usize) -> Result<T, StoreError> {
        T::read(self, index)
    }

    pub(crate) fn time(&self, index: usize) -> Result<Timestamp, StoreError> {
        self.get(index).map(Timestamp::from_micros)
    }

    pub(crate) fn time_or_none(&self, index: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(index)?.map(Timestamp::from_micros))
    }

    /// A count or a version number.
    pub(crate) fn number<T: TryFrom<i64>>(
        &self,
        index: usize,
        column: &'static str,
    ) -> Result<T, StoreError> {
        T::try_from(self.get::<i64>(index)?).map_err(|_| StoreError::UnknownValue { column })
    }

    /// A word that names a variant of an enum.
    pub(crate) fn word<T: std::str::FromStr>(
        &self,
        index: usize,
        column: &'static str,
    ) -> Result<T, StoreError> {
        self.get::<String>(index)?
            .parse()
            .map_err(|_| StoreError::UnknownValue { column })
    }
}
