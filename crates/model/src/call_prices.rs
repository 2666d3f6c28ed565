//! What phone calls cost, in whole numbers of a currency's smallest unit.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// For everything from dialling to hanging up. No call costs more than this.
pub const LONGEST_CALL: Duration = Duration::from_secs(90);

const MINUTE: Duration = Duration::from_mins(1);

/// What each minute that begins costs, as an administrator knows it from the contract.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CallPrices {
    /// The code of ISO 4217. Nothing is converted.
    pub currency: String,
    pub a_minute: u64,
    /// Where it is another price: countries as two letters of ISO 3166.
    #[serde(default)]
    pub countries: BTreeMap<String, u64>,
}

/// What is paid for calls, and how much a day may cost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CallBudget {
    pub prices: CallPrices,
    pub of_a_day: u64,
}

impl CallBudget {
    /// Four fifths: when so much is spent, somebody should look.
    pub fn most_of_it(&self) -> u64 {
        self.of_a_day - self.of_a_day / 5
    }
}

impl CallPrices {
    /// Of one minute to a country.
    pub fn to(&self, country: &str) -> u64 {
        self.countries.get(country).copied().unwrap_or(self.a_minute)
    }

    /// What a call costs at most that reaches one of these countries.
    pub fn at_most(&self, countries: &[String]) -> u64 {
        let dearest = countries.iter().map(|country| self.to(country)).max();
        let price = dearest.unwrap_or(self.a_minute);
        price.saturating_mul(u64::from(begun_minutes(LONGEST_CALL)))
    }

    /// The dearest minute anywhere.
    pub fn dearest(&self) -> u64 {
        self.countries.values().copied().fold(self.a_minute, u64::max)
    }

    /// `3.20 EUR`.
    pub fn written(&self, amount: u64) -> String {
        amount_text(amount, &self.currency)
    }
}

/// The minutes of a call that have begun, from the answer on; a call that nobody answered has none.
pub fn begun_minutes(connected: Duration) -> u32 {
    u32::try_from(connected.as_nanos().div_ceil(MINUTE.as_nanos())).unwrap_or(u32::MAX)
}

/// How many decimals amounts of a currency have, from ISO 4217.
pub fn decimals_of(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// `3.20`, without the currency.
pub fn decimal_text(amount: u64, currency: &str) -> String {
    let decimals = decimals_of(currency);
    let digits = format!("{amount:0>width$}", width = decimals + 1);
    match digits.split_at(digits.len() - decimals) {
        (whole, "") => whole.to_owned(),
        (whole, part) => format!("{whole}.{part}"),
    }
}

/// `3.20 EUR`.
pub fn amount_text(amount: u64, currency: &str) -> String {
    format!("{} {currency}", decimal_text(amount, currency))
}

/// Reads `3.20` or `3`; nothing if it is no amount of this currency.
pub fn read_amount(text: &str, currency: &str) -> Option<u64> {
    let decimals = decimals_of(currency);
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(part) {
        return None;
    }
    let part = match part.trim_end_matches('0') {
        longer if decimals < longer.len() => return None,
        part => format!("{part:0<decimals$}"),
    };
    format!("{whole}{part}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_began_is_a_whole_one() {
        for (seconds, minutes) in [(0.0, 0), (0.2, 1), (59.9, 1), (60.0, 1), (60.1, 2), (90.0, 2)] {
            assert_eq!(
                begun_minutes(Duration::from_secs_f64(seconds)),
                minutes,
                "{seconds}"
            );
        }
        assert_eq!(begun_minutes(LONGEST_CALL), 2);
    }

    #[test]
    fn a_call_costs_at_most_two_minutes_to_the_dearer_of_its_numbers() {
        let prices = CallPrices {
            currency: "EUR".to_owned(),
            a_minute: 2,
            countries: [("DE".to_owned(), 4), ("US".to_owned(), 1)].into(),
        };
        let at_most = |countries: &[&str]| {
            let countries: Vec<String> = countries.iter().map(|&country| country.to_owned()).collect();
            prices.at_most(&countries)
        };

        assert_eq!(at_most(&["FR"]), 4);
        assert_eq!(at_most(&["US"]), 2);
        assert_eq!(at_most(&["US", "DE"]), 8);
        assert_eq!(prices.dearest(), 4);
    }

    #[test]
    fn amounts_are_written_and_read_with_the_decimals_of_their_currency() {
        for (text, currency, amount) in [
            ("0.02", "EUR", 2),
            ("3.20", "EUR", 320),
            ("50.00", "USD", 5_000),
            ("5", "JPY", 5),
            ("0.025", "KWD", 25),
        ] {
            assert_eq!(read_amount(text, currency), Some(amount));
            assert_eq!(decimal_text(amount, currency), text);
        }
        assert_eq!(read_amount("3.2", "EUR"), Some(320));
        assert_eq!(read_amount("3.200", "EUR"), Some(320));
        assert_eq!(read_amount(" 3 ", "EUR"), Some(300));
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "0.025",
            "1,5",
            "1e3",
            "+1",
            "0x1",
            "99999999999999999999",
        ] {
            assert_eq!(read_amount(wrong, "EUR"), None, "{wrong}");
        }
        assert_eq!(amount_text(7, "EUR"), "0.07 EUR");
    }
}
