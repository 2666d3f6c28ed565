use portcullis_ops::OpError;

/// Nothing of that name: exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotThere(String);

impl NotThere {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// What was typed cannot be done: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Wrong(String);

impl Wrong {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// The error of an operation, as it is told on a command line.
pub(super) fn told(error: OpError) -> anyhow::Error {
    match error {
        OpError::Invalid(errors) => {
            let texts: Vec<String> = errors
                .iter()
                .map(|error| format!("`{}` {}", error.field, error.problem))
                .collect();
            Wrong::new(texts.join("; ")).into()
        }
        OpError::NotFound => NotThere::new("it is not there any more").into(),
        other => other.into(),
    }
}
