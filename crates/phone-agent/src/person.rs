use std::time::Duration;

use portcullis_model::Timestamp;
use portcullis_telephony::PhoneNumber;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody whom the agent calls.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The phone-factor user name, as it was entered; found whatever its case.
    pub name: String,
    /// `1 9259249500 292`.
    pub number: String,
    /// Called once if the first is not reached.
    pub backup: Option<String>,
    /// Between the answer and the extension, in seconds.
    pub before_extension: u8,
    /// Between the extension and the greeting, in seconds.
    pub after_extension: u8,
    /// A language tag; absent where the server's holds.
    pub language: Option<String>,
    pub(crate) pin: Pin,
    /// Why nobody calls this person any more.
    pub blocked: Option<String>,
}

/// A PIN, and the wrong ones.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    pub(crate) hash: Option<String>,
    /// Since the last right one. Each is counted before it is looked at.
    pub(crate) wrong: u32,
    /// In microseconds since 1970.
    pub(crate) locked_until: Option<i64>,
}

/// Somebody, with where they lie.
#[derive(Clone)]
pub struct Stored {
    pub id: Uuid,
    pub person: Person,
}

/// What was typed of a person that cannot be used, and why.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct PersonProblem {
    /// `name`, `number`, `backup`, `delay` or `language`.
    pub field: &'static str,
    pub problem: String,
}

/// How long a pause around an extension may be, in seconds.
pub const LONGEST_DELAY: u8 = 20;
const USUAL_DELAY: u8 = 2;
const LONGEST_NAME: usize = 100;

impl Person {
    pub fn new(name: &str, number: &str) -> Self {
        Self {
            name: name.trim().to_owned(),
            number: number.trim().to_owned(),
            backup: None,
            before_extension: USUAL_DELAY,
            after_extension: USUAL_DELAY,
            language: None,
            pin: Pin::default(),
            blocked: None,
        }
    }

    /// Says what is wrong, and gives numbers the form in which they are kept.
    pub fn check(&mut self, languages: &[String]) -> Result<(), PersonProblem> {
        let wrong = |field, problem: &str| {
            Err(PersonProblem {
                field,
                problem: problem.to_owned(),
            })
        };
        let length = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) || self.name.chars().any(char::is_control) {
            return wrong("name", "must be one to a hundred characters");
        }
        self.number = kept("number", &self.number)?;
        if let Some(backup) = &self.backup {
            self.backup = Some(kept("backup", backup)?);
        }
        if LONGEST_DELAY < self.before_extension.max(self.after_extension) {
            return wrong("delay", "must be at most 20 seconds");
        }
        match &self.language {
            Some(language) if !languages.contains(language) => {
                wrong("language", &format!("must be one of {}", languages.join(", ")))
            }
            _ => Ok(()),
        }
    }

    pub fn has_pin(&self) -> bool {
        self.pin.hash.is_some()
    }

    /// Until when no PIN of this person is taken.
    pub fn locked_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = Timestamp::from_micros(self.pin.locked_until?);
        (now < until).then_some(until)
    }

    /// The number as people may see it.
    pub fn masked(&self) -> String {
        PhoneNumber::parse(&self.number).map_or_else(|_| String::new(), |number| number.masked())
    }

    pub(crate) fn before(&self) -> Duration {
        Duration::from_secs(self.before_extension.into())
    }

    pub(crate) fn after(&self) -> Duration {
        Duration::from_secs(self.after_extension.into())
    }
}

fn kept(field: &'static str, number: &str) -> Result<String, PersonProblem> {
    PhoneNumber::parse(number)
        .map(|number| number.to_text())
        .map_err(|error| PersonProblem {
            field,
            problem: error.to_string(),
        })
}

/// The spelling of a name under which it is found.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_as_the_seeds_write_it_and_kept_in_one_form() {
        let mut person = Person::new(" d.okafor ", "1 9259249500 292");
        person.backup = Some("+49 30 901820".to_owned());

        person.check(&[]).unwrap();

        assert_eq!(person.name, "d.okafor");
        assert_eq!(person.number, "1 9259249500 292");
        assert_eq!(person.backup.as_deref(), Some("49 30901820"));
        assert_eq!(person.masked(), "+1 ••• ••• ••00 (ext. 292)");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let problem = |change: &dyn Fn(&mut Person)| {
            let mut person = Person::new("d.okafor", "1 9259249500");
            change(&mut person);
            person.check(&["en".to_owned()]).unwrap_err().field
        };

        assert_eq!(problem(&|person| person.name = String::new()), "name");
        assert_eq!(problem(&|person| person.number = "911".to_owned()), "number");
        assert_eq!(problem(&|person| person.backup = Some("x".to_owned())), "backup");
        assert_eq!(problem(&|person| person.before_extension = 21), "delay");
        assert_eq!(
            problem(&|person| person.language = Some("xx".to_owned())),
            "language"
        );
    }
}
