//! Places a phone call and reports what the person pressed. Knows nothing of people, logins or the database.

mod backend;
mod digits;
mod exchange;
mod key;
mod limits;
mod media;
mod numbers;
mod outcome;
mod prompt;
mod prompts;
mod script;
mod settings;
mod sip;
mod sip_backend;
mod trust;
mod voice_api;

pub use backend::{CallReport, CallSpec, Cancel, EventSink, NoPin, PhoneBackend, Verifier, VoiceReport};
pub use digits::Digits;
pub use exchange::Exchange;
pub use key::{Key, KeySource};
pub use limits::{Few, Limits, Recent};
pub use numbers::{Extension, NumberError, NumberKind, NumberPolicy, PhoneNumber};
pub use outcome::{NotReached, Outcome, Refusal};
pub use prompt::Prompt;
pub use prompts::{Archive, CurrentPrompts, Prompts, WavError};
pub use script::{Action, Event, Line, Plan, Script, Step, Task, Timings, Verdict};
pub use settings::{
    PhoneAgent, PhoneLimits, PhoneMode, PhoneProvider, PhoneProxy, PhoneSettings, PhoneTransport, PhoneTrunk,
    PhoneUpkeep,
};
pub use sip::{Counts, Encryption, Transport, TrunkHealth, TrunkProblem, TrunkSettings, TrunkState, Upkeep};
pub use sip_backend::{Alive, BackendError, SipBackend};
pub use trust::{certificate_problem, client as tls_client};
pub use voice_api::{ProxySettings, VoiceApiBackend, VoiceApiProblem, VoiceApiSettings, VoiceHooks};
