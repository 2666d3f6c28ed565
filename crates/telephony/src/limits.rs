use std::time::Duration;

use crate::Refusal;

/// How many calls are too many. A zero forbids all calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// For one person and for one number, within ten minutes.
    pub in_ten_minutes: u32,
    /// For one person and for one number, within a day.
    pub in_a_day: u32,
    /// All calls within a minute.
    pub in_a_minute: u32,
    /// All calls at once.
    pub at_once: u32,
    /// Calls to one country within a day.
    pub to_a_country_in_a_day: u32,
    /// Minutes to one country within a day, begun ones counted whole.
    pub minutes_to_a_country_in_a_day: u32,
    /// What a day may cost, in the smallest unit of the provider's currency.
    pub budget_of_a_day: u64,
    /// After how many calls in a row without success the person must use another way for a while.
    pub failures_in_a_row: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_ten_minutes: 3,
            in_a_day: 10,
            in_a_minute: 60,
            at_once: 30,
            to_a_country_in_a_day: 500,
            minutes_to_a_country_in_a_day: 500,
            budget_of_a_day: 5_000,
            failures_in_a_row: 5,
        }
    }
}

/// What was called lately, the call that is asked for not counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Recent {
    pub person: Few,
    pub number: Few,
    pub in_a_minute: u32,
    pub at_once: u32,
    pub to_the_country_in_a_day: u32,
    pub minutes_to_the_country_in_a_day: u32,
    pub spent_in_a_day: u64,
    /// What this call may cost at most.
    pub cost: u64,
    /// Calls to this person in a row that did not succeed.
    pub failures_in_a_row: u32,
}

/// Calls to one person or one number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Few {
    /// Whether one is under way.
    pub calling: bool,
    pub in_ten_minutes: u32,
    pub in_a_day: u32,
}

impl Limits {
    /// How long a person is sent to another way after too many failures.
    pub const PAUSE: Duration = Duration::from_mins(30);

    /// Says whether one more call may be placed.
    pub fn admit(&self, recent: &Recent) -> Result<(), Refusal> {
        if recent.person.calling || recent.number.calling {
            return Err(Refusal::AlreadyCalling);
        }
        if self.failures_in_a_row <= recent.failures_in_a_row {
            return Err(Refusal::Blocked);
        }
        let is_full = [recent.person, recent.number]
            .iter()
            .any(|few| self.in_ten_minutes <= few.in_ten_minutes || self.in_a_day <= few.in_a_day);
        if is_full
            || self.in_a_minute <= recent.in_a_minute
            || self.at_once <= recent.at_once
            || self.to_a_country_in_a_day <= recent.to_the_country_in_a_day
        {
            return Err(Refusal::Limit);
        }
        let minutes = self.minutes_to_a_country_in_a_day <= recent.minutes_to_the_country_in_a_day;
        if minutes || self.budget_of_a_day < recent.spent_in_a_day.saturating_add(recent.cost) {
            return Err(Refusal::Budget);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Recent)) -> Refusal {
        let mut recent = Recent::default();
        change(&mut recent);
        Limits::default().admit(&recent).unwrap_err()
    }

    #[test]
    fn each_limit_holds_by_itself() {
        assert_eq!(Limits::default().admit(&Recent::default()), Ok(()));
        assert_eq!(
            refused(|recent| recent.person.calling = true),
            Refusal::AlreadyCalling
        );
        assert_eq!(
            refused(|recent| recent.number.calling = true),
            Refusal::AlreadyCalling
        );
        assert_eq!(refused(|recent| recent.person.in_ten_minutes = 3), Refusal::Limit);
        assert_eq!(refused(|recent| recent.number.in_ten_minutes = 3), Refusal::Limit);
        assert_eq!(refused(|recent| recent.person.in_a_day = 10), Refusal::Limit);
        assert_eq!(refused(|recent| recent.number.in_a_day = 10), Refusal::Limit);
        assert_eq!(refused(|recent| recent.in_a_minute = 60), Refusal::Limit);
        assert_eq!(refused(|recent| recent.at_once = 30), Refusal::Limit);
        assert_eq!(
            refused(|recent| recent.to_the_country_in_a_day = 500),
            Refusal::Limit
        );
        assert_eq!(
            refused(|recent| recent.minutes_to_the_country_in_a_day = 500),
            Refusal::Budget
        );
        assert_eq!(refused(|recent| recent.spent_in_a_day = 5_001), Refusal::Budget);
        assert_eq!(refused(|recent| recent.cost = u64::MAX), Refusal::Budget);
        assert_eq!(refused(|recent| recent.failures_in_a_row = 5), Refusal::Blocked);
    }

    #[test]
    fn the_last_call_that_fits_is_placed() {
        let recent = Recent {
            person: Few {
                calling: false,
                in_ten_minutes: 2,
                in_a_day: 9,
            },
            number: Few {
                calling: false,
                in_ten_minutes: 2,
                in_a_day: 9,
            },
            in_a_minute: 59,
            at_once: 29,
            to_the_country_in_a_day: 499,
            minutes_to_the_country_in_a_day: 499,
            spent_in_a_day: 4_990,
            cost: 10,
            failures_in_a_row: 4,
        };

        assert_eq!(Limits::default().admit(&recent), Ok(()));
    }
}
