use std::time::Duration;

use portcullis_crypto::OpenError;
use portcullis_model::FactorError;
use portcullis_store::StoreError;

/// Why an operation gave no result. One variant per thing the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// Too many at once.
    #[error("busy")]
    Busy { retry_after: Duration },
    /// Somebody else was first, or the state of things is in the way.
    #[error("{0}")]
    Conflict(&'static str),
    /// A stored secret is not the one that was written.
    #[error("a stored value cannot be opened: it does not match what was written")]
    Damaged,
    #[error("not allowed")]
    Denied,
    /// The sign-in or set-up at hand is over.
    #[error("the sign-in is over")]
    Expired,
    #[error("the input is not valid")]
    Invalid(Vec<FieldError>),
    #[error("not found")]
    NotFound,
    /// It takes a second factor that was proven just now.
    #[error("confirm that it is you")]
    StepUp,
    #[error("too many attempts")]
    TooMany { retry_after: Duration },
    /// The database, the audit trail or the keys cannot be reached.
    #[error("a part of the system is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl OpError {
    #[expect(clippy::needless_pass_by_value, reason = "texts and errors are passed alike")]
    pub(crate) fn invalid(field: &'static str, problem: impl ToString) -> Self {
        Self::Invalid(vec![FieldError {
            field,
            problem: problem.to_string(),
        }])
    }
}

/// What is wrong with one field of the input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    pub field: &'static str,
    pub problem: String,
}

impl From<StoreError> for OpError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy {
                retry_after: Duration::from_secs(3),
            },
            StoreError::Conflict => {
                Self::Conflict("Somebody else changed this at the same moment. Try again.")
            }
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<OpenError> for OpError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::UnknownKey { .. } => Self::Unavailable(Box::new(error)),
            _ => Self::Damaged,
        }
    }
}

impl From<FactorError> for OpError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::DamagedEnrolment => Self::Damaged,
            FactorError::Details(problem) => Self::invalid("details", problem),
            FactorError::Settings(_) | FactorError::Unreachable { .. } => Self::Unavailable(Box::new(error)),
        }
    }
}
