/// What can go wrong between the product and its database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("every connection to the database is in use")]
    Busy,
    /// Two writers met and one must try again; or a rule of the schema was broken.
    #[error("the database refused a value that must be unique")]
    Conflict,
    #[error("cannot open the database at {url}")]
    Open {
        url: String,
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the PostgreSQL database failed")]
    Postgres(#[source] sqlx::Error),
    #[error("the SQLite database failed")]
    Sqlite(#[source] rusqlite::Error),
    #[error("the database has schema version {found}, this build knows versions up to {known}")]
    TooNew { found: i64, known: i64 },
    #[error("column {column} holds a value that the product does not know")]
    UnknownValue { column: &'static str },
    #[error("a database task was cut off")]
    Task,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(cause)
                if matches!(
                    cause.extended_code,
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                ) =>
            {
                Self::Conflict
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|cause| cause.code().map(std::borrow::Cow::into_owned));
        match code.as_deref() {
            // unique_violation, serialization_failure, deadlock_detected
            Some("23505" | "40001" | "40P01") => Self::Conflict,
            _ => Self::Postgres(error),
        }
    }
}
