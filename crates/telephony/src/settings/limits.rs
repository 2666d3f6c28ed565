//! How many calls are too many, and what they may cost.

use portcullis_model::{
    CallBudget, CallOutcome, CallPrices, FewCalls, LONGEST_CALL, RecentCalls, SettingsProblem, begun_minutes,
};
use serde::{Deserialize, Serialize};

use super::{PhoneSettings, is_country};
use crate::{Few, Limits, Outcome, Recent};

/// How many calls are too many.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PhoneLimits {
    /// For one person and for one number.
    pub in_ten_minutes: u32,
    pub in_a_day: u32,
    pub site_in_a_minute: u32,
    pub site_in_a_day: u32,
    pub at_once: u32,
    pub to_a_country_in_a_day: u32,
    /// Begun ones counted whole.
    pub minutes_to_a_country_in_a_day: u32,
    /// In the smallest unit of the currency. It counts where prices are set.
    pub budget_of_a_day: u64,
}

impl Default for PhoneLimits {
    fn default() -> Self {
        let usual = Limits::default();
        Self {
            in_ten_minutes: usual.in_ten_minutes,
            in_a_day: usual.in_a_day,
            site_in_a_minute: usual.in_a_minute,
            site_in_a_day: usual.to_a_country_in_a_day,
            at_once: usual.at_once,
            to_a_country_in_a_day: usual.to_a_country_in_a_day,
            minutes_to_a_country_in_a_day: usual.minutes_to_a_country_in_a_day,
            budget_of_a_day: usual.budget_of_a_day,
        }
    }
}

/// More would be a mistake in typing.
const DEAREST: u64 = 1_000_000;
const LARGEST_BUDGET: u64 = 1_000_000_000_000;

impl PhoneSettings {
    /// Says what is wrong with the limits and the prices.
    pub fn check_limits(&self) -> Result<(), SettingsProblem> {
        let limits = &self.limits;
        let counts = [
            limits.in_ten_minutes,
            limits.in_a_day,
            limits.site_in_a_minute,
            limits.site_in_a_day,
            limits.at_once,
            limits.to_a_country_in_a_day,
            limits.minutes_to_a_country_in_a_day,
        ];
        if !counts.iter().all(|count| (1..=100_000).contains(count)) {
            return wrong("limits", "must each be between 1 and 100000");
        }
        match &self.prices {
            Some(prices) => check_prices(prices, limits.budget_of_a_day),
            None => Ok(()),
        }
    }

    /// What calls cost and how much a day may; absent where money is not counted.
    pub fn budget(&self) -> Option<CallBudget> {
        self.prices.as_ref().map(|prices| CallBudget {
            prices: prices.clone(),
            of_a_day: self.limits.budget_of_a_day,
        })
    }

    /// Says whether one more call may be placed.
    pub fn admit(&self, recent: &RecentCalls) -> Result<(), CallOutcome> {
        if self.limits.site_in_a_day <= recent.in_a_day {
            return Err(CallOutcome::OverLimit);
        }
        let limits = Limits {
            in_ten_minutes: self.limits.in_ten_minutes,
            in_a_day: self.limits.in_a_day,
            in_a_minute: self.limits.site_in_a_minute,
            at_once: self.limits.at_once,
            to_a_country_in_a_day: self.limits.to_a_country_in_a_day,
            minutes_to_a_country_in_a_day: self.limits.minutes_to_a_country_in_a_day,
            budget_of_a_day: self.budget().map_or(u64::MAX, |budget| budget.of_a_day),
            ..Limits::default()
        };
        let few = |few: FewCalls| Few {
            calling: few.is_calling,
            in_ten_minutes: few.in_ten_minutes,
            in_a_day: few.in_a_day,
        };
        let recent = Recent {
            person: few(recent.person),
            number: few(recent.number),
            in_a_minute: recent.in_a_minute,
            at_once: recent.at_once,
            to_the_country_in_a_day: recent.to_the_country_in_a_day,
            minutes_to_the_country_in_a_day: recent.minutes_to_the_country_in_a_day,
            spent_in_a_day: recent.spent_in_a_day,
            cost: recent.cost,
            failures_in_a_row: recent.failures_in_a_row,
        };
        limits
            .admit(&recent)
            .map_err(|refusal| Outcome::Refused(refusal).called())
    }
}

fn check_prices(prices: &CallPrices, budget: u64) -> Result<(), SettingsProblem> {
    if prices.currency.len() != 3 || !prices.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return wrong(
            "currency",
            "must be the three letters of a currency, such as EUR or USD",
        );
    }
    let between = |least| {
        let (least, most) = (prices.written(least), prices.written(DEAREST));
        format!("must be between {least} and {most}")
    };
    if !(1..=DEAREST).contains(&prices.a_minute) {
        return wrong("price", &between(1));
    }
    for (country, price) in &prices.countries {
        if !is_country(country) {
            return wrong("prices", "must name each country by two letters, such as DE 0.04");
        }
        if DEAREST < *price {
            return wrong("prices", &between(0));
        }
    }
    if LARGEST_BUDGET < budget {
        let problem = format!("must not be more than {}", prices.written(LARGEST_BUDGET));
        return wrong("budget_of_a_day", &problem);
    }
    let one_call = prices
        .dearest()
        .saturating_mul(u64::from(begun_minutes(LONGEST_CALL)));
    if budget < one_call {
        let problem = format!(
            "must pay for one call at least, which costs up to {}",
            prices.written(one_call)
        );
        return wrong("budget_of_a_day", &problem);
    }
    Ok(())
}

fn wrong(field: &'static str, problem: &str) -> Result<(), SettingsProblem> {
    Err(SettingsProblem {
        field,
        problem: problem.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn settings(change: impl FnOnce(&mut Value)) -> PhoneSettings {
        let mut value = json!({
            "countries": ["US"],
            "limits": { "budget_of_a_day": 100 },
            "prices": { "currency": "EUR", "a_minute": 2, "countries": { "DE": 4 } },
        });
        change(&mut value);
        PhoneSettings::parse(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_was_stored_before_there_were_prices_is_read_with_the_usual_limits() {
        let old = json!({
            "countries": ["US"],
            "limits": {
                "in_ten_minutes": 4, "in_a_day": 10, "site_in_a_minute": 60, "site_in_a_day": 500, "at_once": 30,
            },
        });

        let settings = PhoneSettings::parse(old.to_string().as_bytes()).unwrap();

        assert_eq!(settings.limits.in_ten_minutes, 4);
        assert_eq!(settings.limits.to_a_country_in_a_day, 500);
        assert_eq!(settings.limits.minutes_to_a_country_in_a_day, 500);
        assert_eq!(settings.budget(), None);
        assert_eq!(settings.check_limits(), Ok(()));
    }

    #[test]
    fn each_wrong_price_is_said_of_its_field() {
        let problem = |change: &dyn Fn(&mut Value)| settings(change).check_limits().unwrap_err().field;

        assert_eq!(settings(|_| {}).check_limits(), Ok(()));
        assert_eq!(
            problem(&|it| it["prices"]["currency"] = "euro".into()),
            "currency"
        );
        assert_eq!(problem(&|it| it["prices"]["a_minute"] = 0.into()), "price");
        assert_eq!(
            problem(&|it| it["prices"]["countries"] = json!({ "de": 4 })),
            "prices"
        );
        let dear = json!({ "DE": 2_000_000 });
        assert_eq!(problem(&|it| it["prices"]["countries"] = dear.clone()), "prices");
        assert_eq!(
            problem(&|it| it["limits"]["budget_of_a_day"] = 7.into()),
            "budget_of_a_day"
        );
        assert_eq!(
            problem(&|it| it["limits"]["to_a_country_in_a_day"] = 0.into()),
            "limits"
        );
    }

    #[test]
    fn countries_minutes_and_money_are_limits_of_their_own() {
        let refused = |change: &dyn Fn(&mut RecentCalls)| {
            let mut recent = RecentCalls::default();
            change(&mut recent);
            settings(|_| {}).admit(&recent).unwrap_err()
        };

        assert_eq!(
            refused(&|it| it.to_the_country_in_a_day = 500),
            CallOutcome::OverLimit
        );
        assert_eq!(
            refused(&|it| it.minutes_to_the_country_in_a_day = 500),
            CallOutcome::OverBudget
        );
        let last = RecentCalls {
            spent_in_a_day: 92,
            cost: 8,
            ..RecentCalls::default()
        };
        assert_eq!(settings(|_| {}).admit(&last), Ok(()));
        let next = RecentCalls {
            spent_in_a_day: 93,
            ..last
        };
        assert_eq!(settings(|_| {}).admit(&next), Err(CallOutcome::OverBudget));
        assert_eq!(settings(|it| it["prices"] = Value::Null).admit(&next), Ok(()));
    }
}
