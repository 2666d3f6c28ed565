//! Texts from outside, on their way into fields and into the trail.

use std::borrow::Cow;

use portcullis_model::{Name, NameError};

use crate::{FieldError, OpError};

/// The longest text the trail keeps in one field, in characters.
const LONGEST: usize = 1000;

/// A text for the trail: one line, no characters that could forge another, not too long.
pub(crate) fn for_trail(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.into();
    }
    let mut clean = String::with_capacity(text.len());
    for (count, character) in text.chars().enumerate() {
        if count == LONGEST {
            clean.push('…');
            break;
        }
        let hostile = character.is_control()
            || matches!(character, '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
            || matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if hostile {
            clean.extend(character.escape_unicode());
        } else {
            clean.push(character);
        }
    }
    clean.into()
}

/// Collects what is wrong with the fields of one input.
#[derive(Default)]
pub(crate) struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    #[expect(clippy::needless_pass_by_value, reason = "texts and errors are passed alike")]
    pub(crate) fn wrong(&mut self, field: &'static str, problem: impl ToString) {
        self.errors.push(FieldError {
            field,
            problem: problem.to_string(),
        });
    }

    /// A text that must be a name.
    pub(crate) fn name(&mut self, field: &'static str, text: &str) -> String {
        match text.parse::<Name>() {
            Ok(name) => name.to_string(),
            Err(error) => {
                self.wrong(field, error);
                String::new()
            }
        }
    }

    /// One line that may be empty.
    pub(crate) fn line(&mut self, field: &'static str, text: &str) -> String {
        match text.parse::<Name>() {
            Err(NameError::Empty) => String::new(),
            _ => self.name(field, text),
        }
    }

    /// Several lines that may be empty; at most 10,000 characters.
    pub(crate) fn notes(&mut self, field: &'static str, text: &str) -> String {
        if 10_000 < text.chars().count() {
            self.wrong(field, "must be at most 10,000 characters");
        }
        if text
            .chars()
            .any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t'))
        {
            self.wrong(field, "must not contain control characters");
        }
        text.trim().replace("\r\n", "\n")
    }

    /// Custom attributes: at most 50, each name once.
    pub(crate) fn attributes(
        &mut self,
        field: &'static str,
        pairs: &[(String, String)],
    ) -> Vec<(String, String)> {
        if 50 < pairs.len() {
            self.wrong(field, "at most 50 attributes are allowed");
        }
        let mut clean: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs.iter().take(50) {
            if name.trim().is_empty() && value.trim().is_empty() {
                continue;
            }
            let pair = (self.name(field, name), self.line(field, value));
            if clean.iter().any(|(other, _)| *other == pair.0) {
                self.wrong(field, format!("the attribute `{}` is there twice", pair.0));
            }
            clean.push(pair);
        }
        clean
    }

    pub(crate) fn done(self) -> Result<(), OpError> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(OpError::Invalid(self.errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_can_write_a_second_line_into_the_trail() {
        assert_eq!(for_trail("ok\n2026 admin"), "ok\\u{a}2026 admin");
        assert_eq!(for_trail("\u{202E}x\u{1b}[2J"), "\\u{202e}x\\u{1b}[2J");
        assert_eq!(for_trail(&"x".repeat(5000)).chars().count(), LONGEST + 1);
    }
}
