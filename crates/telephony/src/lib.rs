//! Places a phone call and reports what the person pressed. Knows nothing of people, logins or the database.

mod digits;
mod key;
mod limits;
mod numbers;
mod outcome;
mod prompt;
mod script;

pub use digits::Digits;
pub use key::{Key, KeySource};
pub use limits::{Few, Limits, Recent};
pub use numbers::{Extension, NumberError, NumberKind, NumberPolicy, PhoneNumber};
pub use outcome::{NotReached, Outcome, Refusal};
pub use prompt::Prompt;
pub use script::{Action, Event, Line, Plan, Script, Step, Task, Timings, Verdict};
