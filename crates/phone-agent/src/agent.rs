use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use portcullis_crypto::{KeySlot, Pairing, PasswordHasher, draw_readable};
use portcullis_model::{
    CallOutcome, CallPrices, Chance, Clock, Secret, SettingsProblem, Timestamp, amount_text,
};
use portcullis_telephony::{Exchange, PhoneLimits, PhoneNumber, PhoneSettings, WavError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::person::{Person, PersonProblem, Stored};
use crate::pin;
use crate::store::{CallRow, Store, StoreError};

/// An opened phone agent: its people, its settings, and the calls under way. The running agent and each command open one;
/// what one of them changes, the others see at once.
pub struct Agent {
    store: Store,
    clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) hasher: PasswordHasher,
    pub(crate) exchange: Exchange,
    pub(crate) desk: Desk,
}

/// Why the agent could not do something.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Person(#[from] PersonProblem),
    #[error("the {} {}", .0.field, .0.problem)]
    Settings(SettingsProblem),
    #[error("the file {0}")]
    Wav(#[from] WavError),
    #[error("there is somebody of the name {0} already")]
    Taken(String),
    #[error("the agent is not set up; run `portcullis phone-agent setup`")]
    NotSetUp,
}

/// What the server signs in with.
#[derive(Deserialize, Serialize)]
struct Login {
    username: String,
    password: String,
}

/// A call as administrators see it.
#[derive(Clone, Debug)]
pub struct CallView {
    /// Absent if nobody of that id is there any more.
    pub name: Option<String>,
    pub masked: String,
    /// Absent while it is under way.
    pub outcome: Option<CallOutcome>,
    pub trunk: String,
    pub seconds: u32,
    /// As two letters of ISO 3166; empty where nobody was called.
    pub country: String,
    /// In words; until it is over, what it may cost at most. Absent where money was not counted.
    pub cost: Option<String>,
    pub made_at: Timestamp,
}

/// Where the agent is reached.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Listening {
    pub listen: SocketAddr,
    /// The host name or address by which the server reaches it.
    pub name: String,
    /// A certificate from elsewhere and its key, in PEM.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

impl Listening {
    /// What the server is told.
    pub fn url(&self) -> String {
        format!("https://{}:{}", self.name, self.listen.port())
    }
}

const LISTENING: &str = "listening";
const PHONE: &str = "phone";
const LOGIN: &str = "login";

/// How long calls stay in the list.
const KEPT: Duration = Duration::from_hours(90 * 24);
const LISTED: u32 = 50;

impl Agent {
    /// Opens the agent whose database is at `path`, and makes one if there is none.
    pub fn open(
        path: &Path,
        slot: &dyn KeySlot,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        hasher: PasswordHasher,
    ) -> Result<Self, AgentError> {
        Ok(Self {
            store: Store::open(path, slot, &*chance)?,
            clock,
            exchange: Exchange::new(Arc::clone(&chance)),
            chance,
            hasher,
            desk: Desk::default(),
        })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the trunks, the countries and the limits, from JSON. The next call goes by them.
    pub fn configure(&self, settings: &[u8]) -> Result<(), AgentError> {
        let parsed = PhoneSettings::parse(settings).map_err(AgentError::Settings)?;
        if parsed.agent.is_some() {
            return Err(AgentError::Settings(SettingsProblem {
                field: "agent",
                problem: "cannot go through another agent".to_owned(),
            }));
        }
        self.refresh_prompts()?;
        parsed
            .check_language(&self.exchange.prompts().now())
            .and_then(|()| parsed.check_lines())
            .and_then(|()| parsed.check_limits())
            .map_err(AgentError::Settings)?;
        Ok(self.store.put_setting(PHONE, settings, &*self.chance)?)
    }

    /// How many calls are too many.
    pub fn limits(&self) -> Result<PhoneLimits, AgentError> {
        let settings = PhoneSettings::parse(&self.settings()?).map_err(AgentError::Settings)?;
        Ok(settings.limits)
    }

    /// What calls cost; absent where money is not counted.
    pub fn prices(&self) -> Result<Option<CallPrices>, AgentError> {
        let settings = PhoneSettings::parse(&self.settings()?).map_err(AgentError::Settings)?;
        Ok(settings.prices)
    }

    /// Sets how many calls are too many and what they cost, from the next one on.
    pub fn set_limits(&self, limits: PhoneLimits, prices: Option<&CallPrices>) -> Result<(), AgentError> {
        let mut settings: Value =
            serde_json::from_slice(&self.settings()?).map_err(|_| StoreError::Damaged)?;
        settings["limits"] = serde_json::to_value(limits).map_err(|_| StoreError::Damaged)?;
        settings["prices"] = serde_json::to_value(prices).map_err(|_| StoreError::Damaged)?;
        let settings = Zeroizing::new(serde_json::to_vec(&settings).map_err(|_| StoreError::Damaged)?);
        self.configure(&settings)
    }

    /// The settings, with their passwords.
    pub(crate) fn settings(&self) -> Result<Zeroizing<Vec<u8>>, AgentError> {
        self.store.setting(PHONE)?.ok_or(AgentError::NotSetUp)
    }

    /// Sets the user name of the server and draws its password, in place of what was. It is shown once.
    pub fn draw_password(&self, username: &str) -> Result<Secret, AgentError> {
        let password = draw_readable(&*self.chance, 6, 5);
        let login = Login {
            username: username.to_owned(),
            password: password.expose().to_owned(),
        };
        let bytes = Zeroizing::new(serde_json::to_vec(&login).map_err(|_| StoreError::Damaged)?);
        self.store.put_setting(LOGIN, &bytes, &*self.chance)?;
        Ok(password)
    }

    /// The user name of the server, and what is made from its password.
    pub(crate) fn pairing(&self) -> Result<(String, Pairing), AgentError> {
        let bytes = self.store.setting(LOGIN)?.ok_or(AgentError::NotSetUp)?;
        let login: Login = serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged)?;
        let pairing = Pairing::of(&Secret::new(login.password)).ok_or(StoreError::Damaged)?;
        Ok((login.username, pairing))
    }

    /// Sets where the agent is reached, from its next start.
    pub fn listen(&self, listening: &Listening) -> Result<(), AgentError> {
        let bytes = serde_json::to_vec(listening).map_err(|_| StoreError::Damaged)?;
        Ok(self.store.put_setting(LISTENING, &bytes, &*self.chance)?)
    }

    pub fn listening(&self) -> Result<Listening, AgentError> {
        let bytes = self.store.setting(LISTENING)?.ok_or(AgentError::NotSetUp)?;
        Ok(serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged)?)
    }

    /// Whether the server has a password.
    pub fn has_password(&self) -> Result<bool, AgentError> {
        Ok(self.store.setting(LOGIN)?.is_some())
    }

    /// Whether it has trunks and a password, and so can be run.
    pub fn is_set_up(&self) -> Result<bool, AgentError> {
        Ok(self.store.setting(PHONE)?.is_some() && self.store.setting(LOGIN)?.is_some())
    }

    pub fn people(&self) -> Result<Vec<Stored>, AgentError> {
        Ok(self.store.people()?)
    }

    pub fn person(&self, name: &str) -> Result<Option<Stored>, AgentError> {
        Ok(self.store.person(name)?)
    }

    /// Adds somebody, if what was typed can be used and their number may be called.
    pub fn add(&self, mut person: Person) -> Result<(), AgentError> {
        self.check(&mut person)?;
        if self.store.add_person(&person, &*self.chance)? {
            Ok(())
        } else {
            Err(AgentError::Taken(person.name))
        }
    }

    /// Changes somebody. Their PIN and their name stay.
    pub fn edit(&self, id: Uuid, mut edited: Person) -> Result<bool, AgentError> {
        self.check(&mut edited)?;
        let changed = self.store.change_person(id, &*self.chance, |person| {
            *person = Person {
                name: std::mem::take(&mut person.name),
                pin: std::mem::take(&mut person.pin),
                blocked: person.blocked.take(),
                ..edited
            };
        })?;
        Ok(changed.is_some())
    }

    pub fn remove(&self, id: Uuid) -> Result<(), AgentError> {
        Ok(self.store.remove_person(id)?)
    }

    /// Draws a PIN for somebody, in place of what they had. It is shown once.
    pub fn reset_pin(&self, stored: &Stored) -> Result<Secret, AgentError> {
        let pin = pin::draw(&stored.person.number, &*self.chance);
        self.set_pin(stored.id, &pin)?;
        Ok(pin)
    }

    /// Calls somebody again whose phone was blocked, or whose PIN was locked. Answers whether anything was.
    pub fn unblock(&self, id: Uuid) -> Result<bool, AgentError> {
        let changed = self.store.change_person(id, &*self.chance, |person| {
            let was = person.blocked.take().is_some() | person.pin.locked_until.take().is_some();
            person.pin.wrong = 0;
            was
        })?;
        Ok(changed.unwrap_or(false))
    }

    pub fn block(&self, id: Uuid, reason: &str) -> Result<bool, AgentError> {
        let changed = self.store.change_person(id, &*self.chance, |person| {
            person.blocked = Some(reason.to_owned());
        })?;
        Ok(changed.is_some())
    }

    /// The latest calls, the newest first.
    pub fn calls(&self) -> Result<Vec<CallView>, AgentError> {
        let people = self.store.people()?;
        let name = |call: &CallRow| {
            let found = people.iter().find(|stored| stored.id == call.person);
            found.map(|stored| stored.person.name.clone())
        };
        let calls = self.store.calls(LISTED)?;
        Ok(calls
            .into_iter()
            .map(|call| CallView {
                name: name(&call),
                masked: call.masked,
                outcome: call.outcome,
                trunk: call.trunk,
                seconds: call.seconds,
                country: call.country,
                cost: (!call.currency.is_empty()).then(|| amount_text(call.cost, &call.currency)),
                made_at: call.made_at,
            })
            .collect())
    }

    /// What a start takes care of: calls that a kill cut off are lost, and old ones are forgotten.
    pub fn tidy_up(&self) -> Result<(), AgentError> {
        let lost = self.store.lose_open_calls(self.now())?;
        if 0 < lost {
            tracing::warn!(lost, "calls were cut off when the agent last ended");
        }
        self.forget_old_calls()
    }

    pub fn forget_old_calls(&self) -> Result<(), AgentError> {
        let forgotten = self.store.forget_calls(self.now() - KEPT)?;
        if 0 < forgotten {
            tracing::info!(forgotten, "forgot old calls");
        }
        Ok(())
    }

    pub(crate) fn check(&self, person: &mut Person) -> Result<(), AgentError> {
        person.check(&self.languages()?)?;
        let policy = PhoneSettings::parse(&self.settings()?)
            .map_err(AgentError::Settings)?
            .policy();
        for (field, number) in [
            ("number", Some(&person.number)),
            ("backup", person.backup.as_ref()),
        ] {
            let Some(number) = number.and_then(|number| PhoneNumber::parse(number).ok()) else {
                continue;
            };
            if policy.check(&number).is_err() {
                return Err(AgentError::Person(PersonProblem {
                    field,
                    problem: "must be an ordinary landline or mobile number of a country that is called"
                        .to_owned(),
                }));
            }
        }
        Ok(())
    }
}
