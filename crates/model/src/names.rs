use std::{fmt, str::FromStr};

/// The name of a resource, an account, a token: one line of text that people read.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Name(String);

impl Name {
    /// The longest name, in characters.
    pub const LONGEST: usize = 200;
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    #[error("must not be empty")]
    Empty,
    #[error("must be at most 200 characters")]
    TooLong,
    #[error("must not contain control characters")]
    Control,
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if Self::LONGEST < text.chars().count() {
            return Err(NameError::TooLong);
        }
        if text.chars().any(is_hostile) {
            return Err(NameError::Control);
        }
        Ok(Self(text.to_owned()))
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control and text-direction characters: they let one text look like another.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What a person types to say who they are: lower case, so that each has one spelling.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Username(String);

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UsernameError {
    #[error("must not be empty")]
    Empty,
    #[error("must be at most 64 characters")]
    TooLong,
    #[error("may hold letters, digits, dot, dash, underscore and @ only")]
    Character,
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UsernameError::Empty);
        }
        if 64 < text.len() {
            return Err(UsernameError::TooLong);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_@".contains(&byte))
        {
            return Err(UsernameError::Character);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl AsRef<str> for Username {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_pass_for_another_is_refused() {
        assert_eq!("db\u{202E}dorp".parse::<Name>(), Err(NameError::Control));
        assert_eq!("db\nprod".parse::<Name>(), Err(NameError::Control));
        assert_eq!("  ".parse::<Name>(), Err(NameError::Empty));
        assert_eq!("x".repeat(201).parse::<Name>(), Err(NameError::TooLong));
        assert_eq!(" db-prod-01 ".parse::<Name>().unwrap().as_ref(), "db-prod-01");
    }

    #[test]
    fn a_username_has_one_spelling() {
        assert_eq!("D.Okafor".parse::<Username>(), "d.okafor ".parse());
        assert_eq!("d okafor".parse::<Username>(), Err(UsernameError::Character));
    }
}
