//! People from elsewhere: a file, or a directory.

mod csv;
mod directory;

pub use csv::from_csv;
pub use directory::{Directory, Mapping, from_directory};

use crate::Agent;
use crate::agent::AgentError;
use crate::person::{Person, Stored};

/// Somebody as they stand elsewhere.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// Where: a line of the file, or the entry of the directory.
    pub place: String,
    pub name: String,
    pub number: String,
    /// Absent where the source says nothing of it; empty where it says that there is none.
    pub backup: Option<String>,
    pub language: Option<String>,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is no table with commas: {0}")]
    Csv(String),
    #[error(
        "the first line must name the columns; `name` and `number` are needed, `backup` and `language` are known"
    )]
    Columns,
    #[error("{0}")]
    Directory(String),
}

/// What an import did, or would do.
#[derive(Debug, Default)]
pub struct Imported {
    /// By name.
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub unchanged: usize,
    /// Where, and why.
    pub refused: Vec<(String, String)>,
}

impl Agent {
    /// Adds who is new and changes who is known; nobody is removed, and PINs stay. One that cannot be used keeps none of
    /// the others out. With `only_look`, nothing changes.
    pub fn import(&self, found: Vec<Found>, only_look: bool) -> Result<Imported, AgentError> {
        let mut imported = Imported::default();
        let mut names = std::collections::BTreeSet::new();
        for found in found {
            let place = found.place.clone();
            if !names.insert(crate::person::folded(&found.name)) {
                imported
                    .refused
                    .push((place, format!("there is another {} in it", found.name)));
                continue;
            }
            match self.import_one(found, only_look, &mut imported) {
                Ok(()) => {}
                Err(AgentError::Person(problem)) => imported.refused.push((place, problem.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(imported)
    }

    fn import_one(&self, found: Found, only_look: bool, imported: &mut Imported) -> Result<(), AgentError> {
        let known = self.person(&found.name)?;
        let mut person = match &known {
            Some(Stored { person, .. }) => Person {
                number: found.number,
                ..person.clone()
            },
            None => Person::new(&found.name, &found.number),
        };
        if let Some(backup) = found.backup {
            person.backup = (!backup.trim().is_empty()).then_some(backup);
        }
        if let Some(language) = found.language {
            person.language = (!language.trim().is_empty()).then(|| language.trim().to_owned());
        }
        self.check(&mut person)?;
        let name = person.name.clone();
        match known {
            None => {
                if !only_look {
                    self.add(person)?;
                }
                imported.added.push(name);
            }
            Some(known) if is_same(&known.person, &person) => imported.unchanged += 1,
            Some(known) => {
                if !only_look {
                    self.edit(known.id, person)?;
                }
                imported.changed.push(name);
            }
        }
        Ok(())
    }
}

fn is_same(known: &Person, person: &Person) -> bool {
    known.number == person.number && known.backup == person.backup && known.language == person.language
}
