//! How long things may take and how often people may be wrong.

use std::time::Duration;

use portcullis_model::{Role, Timestamp};
use portcullis_store::{Tx, guesses};

use crate::OpError;

/// From the user name to the session.
pub(crate) const LOGIN: Duration = Duration::from_mins(10);
/// For enrolling.
pub(crate) const ENROLMENT: Duration = Duration::from_mins(15);
/// How often a wrong code may be tried again: the next one after these ends the login.
pub(crate) const RETRIES: u32 = 3;
/// The same while enrolling, where nothing is guarded yet.
pub(crate) const ENROLMENT_RETRIES: u32 = 9;
/// Wrong answers in a row, over all logins, after which a second factor is not looked at any more
/// (NIST SP 800-63B-4 §3.2.2).
pub(crate) const CEILING: u32 = 100;
/// How long a set-up code works.
pub(crate) const INVITATION: Duration = Duration::from_hours(72);

/// How many wrong answers in a row cost nothing; people mistype.
const FREE: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How long a session lives: idle, and in all.
pub(crate) fn of_session(role: Role) -> (Duration, Duration) {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    if role.is_administrative() {
        (minutes(15), minutes(12 * 60))
    } else {
        (minutes(60), minutes(24 * 60))
    }
}

/// What a new attempt may do.
pub(crate) enum Budget {
    /// It has been counted and may be looked at.
    Reserved,
    /// It is not looked at, however right it is.
    Wait(Duration),
}

/// Counts an attempt of `who` with `factor` before it is looked at.
pub(crate) async fn reserve(
    tx: &Tx,
    who: &str,
    factor: &str,
    ceiling: Option<u32>,
    now: Timestamp,
) -> Result<Budget, OpError> {
    let so_far = guesses::hold(tx, who, factor, now).await?;
    if now < so_far.not_before {
        return Ok(Budget::Wait(so_far.not_before.since(now)));
    }
    if ceiling.is_some_and(|ceiling| ceiling <= so_far.failures) {
        return Ok(Budget::Wait(Duration::from_hours(1)));
    }
    let failures = guesses::reserve(tx, who, factor, now).await?;
    guesses::set_not_before(tx, who, factor, now + wait_after(failures)).await?;
    Ok(Budget::Reserved)
}

/// 1 s after the fifth wrong answer in a row, doubling up to a quarter of an hour.
fn wait_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(over) => Duration::from_secs(1 << over.min(16)).min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_never_stops_a_person_for_long() {
        let waits: Vec<u64> = (1..=16).map(|failures| wait_after(failures).as_secs()).collect();

        assert_eq!(
            waits,
            [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
        );
    }
}
