use portcullis_model::{decimal_text, decimals_of, read_amount};
use portcullis_ops::calls::Spending;
use serde_json::{Map, Value, json};

use super::super::setting::text;
use crate::form::{Errors, Fields};

/// The limits and the prices as they stand in the form.
pub(super) struct Limits {
    pub(super) counts: Vec<Count>,
    /// The code of a currency; empty where money is not counted.
    pub(super) currency: String,
    pub(super) price: String,
    /// Of single countries, one in each line.
    pub(super) prices: String,
    pub(super) budget: String,
}

pub(super) struct Count {
    pub(super) field: &'static str,
    pub(super) label: &'static str,
    pub(super) value: String,
}

/// With what holds where nothing is set.
const COUNTS: [(&str, &str, &str); 7] = [
    ("in_ten_minutes", "For one person or number, in ten minutes", "3"),
    ("in_a_day", "For one person or number, in a day", "10"),
    ("site_in_a_minute", "For everybody, in a minute", "60"),
    ("site_in_a_day", "For everybody, in a day", "500"),
    ("at_once", "At the same time", "30"),
    ("to_a_country_in_a_day", "To one country, in a day", "500"),
    (
        "minutes_to_a_country_in_a_day",
        "To one country, in a day, in minutes",
        "500",
    ),
];

impl Limits {
    pub(super) fn stored(value: &Value) -> Self {
        let prices = &value["prices"];
        let currency = text(prices, "/currency");
        let amount = |value: &Value| {
            value
                .as_u64()
                .map_or_else(String::new, |amount| decimal_text(amount, &currency))
        };
        let countries = prices["countries"]
            .as_object()
            .map_or_else(Vec::new, |countries| {
                countries
                    .iter()
                    .map(|(country, price)| format!("{country} {}", amount(price)))
                    .collect()
            });
        Self {
            counts: counts(|field, usual| match text(value, &format!("/limits/{field}")) {
                text if text.is_empty() => usual.to_owned(),
                text => text,
            }),
            price: amount(&prices["a_minute"]),
            prices: countries.join("\n"),
            budget: if prices.is_object() {
                amount(&value["limits"]["budget_of_a_day"])
            } else {
                String::new()
            },
            currency,
        }
    }

    pub(super) fn typed(fields: &Fields) -> Self {
        Self {
            counts: counts(|field, _| fields.text(field)),
            currency: fields.text("currency").trim().to_uppercase(),
            price: fields.text("price"),
            prices: fields.text("prices"),
            budget: fields.text("budget_of_a_day"),
        }
    }

    /// The limits and the prices for the setting.
    pub(super) fn value(&self, errors: &mut Errors) -> (Value, Value) {
        let mut limits = Map::new();
        for count in &self.counts {
            match count.value.trim().parse::<u32>() {
                Ok(number) => {
                    limits.insert(count.field.to_owned(), number.into());
                }
                Err(_) => errors.add(count.field, "must be a whole number"),
            }
        }
        let money = [&self.currency, &self.price, &self.prices, &self.budget];
        if money.iter().all(|text| text.trim().is_empty()) {
            return (limits.into(), Value::Null);
        }
        if self.currency.is_empty() {
            errors.add(
                "currency",
                "must be the three letters of a currency, such as EUR or USD",
            );
        }
        let price = self.amount("price", &self.price, errors);
        let budget = self.amount("budget_of_a_day", &self.budget, errors);
        limits.insert("budget_of_a_day".to_owned(), budget.into());
        let prices = json!({
            "currency": self.currency,
            "a_minute": price,
            "countries": self.countries(errors),
        });
        (limits.into(), prices)
    }

    fn amount(&self, field: &'static str, text: &str, errors: &mut Errors) -> u64 {
        read_amount(text, &self.currency).unwrap_or_else(|| {
            errors.add(
                field,
                &format!(
                    "must be an amount such as {}, with at most {} decimals, or empty like the other fields of money",
                    decimal_text(2, &self.currency),
                    decimals_of(&self.currency)
                ),
            );
            0
        })
    }

    fn countries(&self, errors: &mut Errors) -> Map<String, Value> {
        let mut countries = Map::new();
        for line in self.prices.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            let (country, price) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let price = read_amount(price, &self.currency);
            let country = country.to_uppercase();
            let is_new = !countries.contains_key(&country);
            match price {
                Some(price) if is_new && words.next().is_none() => {
                    countries.insert(country, price.into());
                }
                Some(_) if !is_new => {
                    errors.add(
                        "prices",
                        &format!("must have one price for each country; {country} has two"),
                    );
                    break;
                }
                _ => {
                    errors.add(
                        "prices",
                        "must have a country and a price in each line, such as DE 0.04",
                    );
                    break;
                }
            }
        }
        countries
    }
}

fn counts(value: impl Fn(&'static str, &'static str) -> String) -> Vec<Count> {
    COUNTS
        .into_iter()
        .map(|(field, label, usual)| Count {
            field,
            label,
            value: value(field, usual),
        })
        .collect()
}

/// `3.20 EUR of 50.00 EUR`.
pub(super) fn spent_text(spending: &Spending) -> String {
    let prices = &spending.prices;
    let (spent, budget) = (prices.written(spending.spent), prices.written(spending.of_a_day));
    format!("{spent} of {budget}")
}
