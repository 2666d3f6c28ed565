//! How long things may take and how often people may be wrong.

use std::time::Duration;

use portcullis_model::Role;

/// From the user name to the session.
pub(crate) const LOGIN: Duration = Duration::from_mins(10);
/// For enrolling.
pub(crate) const ENROLMENT: Duration = Duration::from_mins(15);
/// How often a wrong code may be tried again: the next one after these ends the login.
pub(crate) const RETRIES: u32 = 3;
/// The same while enrolling, where nothing is guarded yet.
pub(crate) const ENROLMENT_RETRIES: u32 = 9;
/// Wrong answers in a row, over all logins, after which a second factor is switched off (NIST SP 800-63B-4 §3.2.2).
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

/// 1 s after the fifth wrong answer in a row, doubling up to a quarter of an hour.
pub(crate) fn wait_after(failures: u32) -> Duration {
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
