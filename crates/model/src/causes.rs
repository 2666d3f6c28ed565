use std::error::Error;
use std::fmt;

/// An error with everything that led to it, on one line for a log.
pub struct Causes<'a>(pub &'a (dyn Error + 'a));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_deepest_cause_is_told() {
        let error = Outer(std::io::Error::other("the disk is full"));

        assert_eq!(Causes(&error).to_string(), "outer: the disk is full");
    }
}
