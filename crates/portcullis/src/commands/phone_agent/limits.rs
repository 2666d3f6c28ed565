//! Shows how many calls are too many and what they cost, and changes what is given.

use std::collections::BTreeMap;

use portcullis_model::{CallPrices, decimal_text, decimals_of, read_amount};
use portcullis_phone_agent::{Agent, PhoneLimits};

use super::{Home, logbook, told};
use crate::cli::Limits;
use crate::commands::failure::Wrong;

pub(super) fn run(home: &Home, given: &Limits) -> anyhow::Result<()> {
    let agent = home.open()?;
    let before = (agent.limits()?, agent.prices()?);
    let (mut limits, prices) = before.clone();
    for (limit, given) in [
        (&mut limits.in_ten_minutes, given.in_ten_minutes),
        (&mut limits.in_a_day, given.in_a_day),
        (&mut limits.site_in_a_minute, given.all_in_a_minute),
        (&mut limits.site_in_a_day, given.all_in_a_day),
        (&mut limits.at_once, given.at_once),
        (&mut limits.to_a_country_in_a_day, given.to_a_country_in_a_day),
        (
            &mut limits.minutes_to_a_country_in_a_day,
            given.minutes_to_a_country_in_a_day,
        ),
    ] {
        *limit = given.unwrap_or(*limit);
    }
    let prices = if given.no_prices {
        None
    } else {
        priced(prices, given, &mut limits)?
    };
    if (limits, &prices) != (before.0, &before.1) {
        agent.set_limits(limits, prices.as_ref()).map_err(told)?;
        logbook::start(&home.logs(), false)?;
        tracing::info!(?limits, ?prices, by = logbook::operator(), "limits changed");
    }
    show(&agent, &limits)
}

/// The prices after what was given; the budget goes into the limits.
fn priced(
    before: Option<CallPrices>,
    given: &Limits,
    limits: &mut PhoneLimits,
) -> anyhow::Result<Option<CallPrices>> {
    let is_given = [&given.currency, &given.price, &given.budget]
        .iter()
        .any(|given| given.is_some());
    if !is_given && given.price_in.is_empty() {
        return Ok(before);
    }
    let is_first = before.is_none();
    let mut prices = match (before, &given.currency, &given.price, &given.budget) {
        (Some(prices), ..) => prices,
        (None, Some(currency), Some(_), Some(_)) => CallPrices {
            currency: currency.clone(),
            a_minute: 0,
            countries: BTreeMap::new(),
        },
        (None, ..) => {
            return Err(wrong(
                "to count money, give --currency, --price and --budget together".to_owned(),
            ));
        }
    };
    if let Some(currency) = &given.currency
        && !is_first
        && *currency != prices.currency
    {
        if given.price.is_none() || given.budget.is_none() {
            return Err(wrong(
                "with another currency, give --price and --budget anew, for nothing is converted".to_owned(),
            ));
        }
        prices.currency.clone_from(currency);
        prices.countries.clear();
    }
    let currency = prices.currency.clone();
    if let Some(price) = &given.price {
        prices.a_minute = amount("--price", price, &currency)?;
    }
    for given in &given.price_in {
        let (country, price) = given
            .split_once('=')
            .ok_or_else(|| wrong(format!("--price-in {given}: write it as DE=0.04")))?;
        let country = country.trim().to_uppercase();
        if price.trim().is_empty() {
            prices.countries.remove(&country);
        } else {
            let price = amount("--price-in", price, &currency)?;
            prices.countries.insert(country, price);
        }
    }
    if let Some(budget) = &given.budget {
        limits.budget_of_a_day = amount("--budget", budget, &currency)?;
    }
    Ok(Some(prices))
}

fn amount(option: &str, text: &str, currency: &str) -> anyhow::Result<u64> {
    read_amount(text, currency).ok_or_else(|| {
        wrong(format!(
            "{option} {text}: must be a number such as {}, with at most {} decimals",
            decimal_text(2, currency),
            decimals_of(currency)
        ))
    })
}

fn wrong(text: String) -> anyhow::Error {
    Wrong::new(text).into()
}

fn show(agent: &Agent, limits: &PhoneLimits) -> anyhow::Result<()> {
    println!(
        "To one person or number  {} in ten minutes, {} in a day",
        limits.in_ten_minutes, limits.in_a_day
    );
    println!(
        "To everybody             {} in a minute, {} in a day",
        limits.site_in_a_minute, limits.site_in_a_day
    );
    println!("At the same time         {}", limits.at_once);
    println!(
        "To one country           {} in a day, {} minutes in a day",
        limits.to_a_country_in_a_day, limits.minutes_to_a_country_in_a_day
    );
    let Some(spending) = agent.spending()? else {
        println!("Money                    not counted; to count it, give --currency, --price and --budget");
        return Ok(());
    };
    let prices = &spending.prices;
    println!("A minute                 {}", prices.written(prices.a_minute));
    for (country, price) in &prices.countries {
        println!("A minute to {country}           {}", prices.written(*price));
    }
    println!(
        "Spent in the last 24 h   {} of {}",
        prices.written(spending.spent),
        prices.written(spending.of_a_day)
    );
    Ok(())
}
