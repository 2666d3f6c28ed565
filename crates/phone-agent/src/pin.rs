//! PINs: which are taken, how one is drawn, and how one is checked and counted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use portcullis_model::{Chance, Secret};
use portcullis_telephony::{Digits, Verdict, Verifier};
use uuid::Uuid;

use crate::Agent;
use crate::agent::AgentError;

const FEWEST: usize = 4;
const MOST: usize = 10;
const DRAWN: usize = 6;
/// After so many wrong ones, in whatever calls, none is taken for a while.
const WRONG_ONES: u32 = 5;
const LOCKED: Duration = Duration::from_mins(15);
const PEPPER_VERSION: u32 = 1;

/// Says why somebody should not have this PIN.
pub fn pin_problem(pin: &Secret, number: &str) -> Option<&'static str> {
    let digits = pin.expose().as_bytes();
    if !(FEWEST..=MOST).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Some("must be 4 to 10 digits");
    }
    let step = |by: i16| {
        digits
            .windows(2)
            .all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == by)
    };
    if step(0) || step(1) || step(-1) {
        return Some("must not be one digit over and over, or digits in a row");
    }
    let number: String = number.chars().filter(char::is_ascii_digit).collect();
    if number.contains(pin.expose()) {
        return Some("must not be a part of the phone number");
    }
    None
}

/// Draws a PIN of six digits.
pub(crate) fn draw(number: &str, chance: &dyn Chance) -> Secret {
    loop {
        let mut pin = String::with_capacity(DRAWN);
        for _ in 0..DRAWN {
            pin.extend(char::from_digit(chance.below(10), 10));
        }
        let pin = Secret::new(pin);
        if pin_problem(&pin, number).is_none() {
            return pin;
        }
    }
}

impl Agent {
    /// Gives somebody a PIN, in place of what they had, and unlocks it.
    pub fn set_pin(&self, id: Uuid, pin: &Secret) -> Result<bool, AgentError> {
        let pepper = self.store().pepper()?;
        let hash = self.hasher.hash(PEPPER_VERSION, &pepper, pin, &*self.chance);
        let changed = self.store().change_person(id, &*self.chance, |person| {
            person.pin = crate::person::Pin {
                hash: Some(hash),
                ..crate::person::Pin::default()
            };
        })?;
        Ok(changed.is_some())
    }

    /// Counts, looks, and forgets the count where it was right. A kill in between leaves it counted.
    fn check_pin(&self, id: Uuid, entered: &Secret) -> Result<Verdict, AgentError> {
        let now = self.now();
        let counted = self.store().change_person(id, &*self.chance, |person| {
            if person.blocked.is_some() || person.locked_until(now).is_some() {
                return Err(Verdict::Locked);
            }
            let Some(hash) = person.pin.hash.clone() else {
                return Err(Verdict::Unavailable);
            };
            if person.pin.locked_until.take().is_some() {
                person.pin.wrong = 0;
            }
            person.pin.wrong += 1;
            if WRONG_ONES <= person.pin.wrong {
                person.pin.locked_until = Some((now + LOCKED).micros());
            }
            Ok((hash, person.pin.wrong))
        })?;
        let (hash, wrong) = match counted {
            Some(Ok(counted)) => counted,
            Some(Err(verdict)) => return Ok(verdict),
            None => return Ok(Verdict::Unavailable),
        };
        let pepper = self.store().pepper()?;
        let is_right = self.hasher.verify(
            &hash,
            |version| (version == PEPPER_VERSION).then(|| pepper.clone()),
            entered,
        );
        if is_right {
            self.store().change_person(id, &*self.chance, |person| {
                person.pin.wrong = 0;
                person.pin.locked_until = None;
            })?;
            return Ok(Verdict::Right);
        }
        Ok(if WRONG_ONES <= wrong {
            Verdict::Locked
        } else {
            Verdict::Wrong
        })
    }
}

/// Checks what one person enters.
pub(crate) struct PinOf {
    pub(crate) agent: Arc<Agent>,
    pub(crate) person: Uuid,
}

#[async_trait]
impl Verifier for PinOf {
    async fn check(&self, entered: &Digits) -> Verdict {
        let (agent, person) = (Arc::clone(&self.agent), self.person);
        let entered = Secret::new(entered.expose());
        // A hash takes tens of milliseconds of one core.
        let checked = tokio::task::spawn_blocking(move || agent.check_pin(person, &entered)).await;
        match checked {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(error)) => {
                tracing::error!(%error, "a PIN could not be checked");
                Verdict::Unavailable
            }
            Err(_) => Verdict::Unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_that_is_easily_guessed_is_refused() {
        let problem = |pin: &str| pin_problem(&Secret::new(pin), "1 9259249500 292");

        for pin in ["4711", "1224", "0471", "9999999998"] {
            assert_eq!(problem(pin), None, "{pin}");
        }
        for pin in [
            "",
            "471",
            "47110815471",
            "47a1",
            "1111",
            "1234",
            "98765",
            "9500",
            "٤٧١١",
        ] {
            assert!(problem(pin).is_some(), "{pin}");
        }
    }
}
