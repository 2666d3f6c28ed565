//! What calls cost, and who hears that it is much.

use std::time::Duration;

use portcullis_model::{CallBudget, CallReport, LONGEST_CALL, begun_minutes};
use portcullis_store::calls::{self, Call};
use portcullis_store::{Snapshot, Tx};
use zeroize::Zeroizing;

use crate::mail::Occasion;
use crate::notices::{self, Notice};
use crate::settings::{self, Connection};
use crate::{OpError, Services};

/// Money and minutes are counted over this time, whenever it begins.
pub(super) const DAY: Duration = Duration::from_hours(24);

/// What a call is put on record with before anybody is called: no call takes or costs more.
pub(super) struct AtMost {
    pub(super) country: String,
    pub(super) minutes: u32,
    pub(super) cost: u64,
    pub(super) currency: String,
}

impl AtMost {
    /// Of a call that may reach these countries, the likeliest first.
    pub(super) fn of(budget: Option<&CallBudget>, countries: &[String]) -> Self {
        Self {
            country: countries.first().cloned().unwrap_or_default(),
            minutes: begun_minutes(LONGEST_CALL),
            // Where nobody here knows a country, somebody else pays.
            cost: budget.map_or(0, |budget| {
                if countries.is_empty() {
                    0
                } else {
                    budget.prices.at_most(countries)
                }
            }),
            currency: budget.map_or_else(String::new, |budget| budget.prices.currency.clone()),
        }
    }
}

/// Writes into a call what it cost, now that nobody is on the line any more.
pub(super) fn bill(call: &mut Call, report: &CallReport, budget: Option<&CallBudget>) {
    let minutes = begun_minutes(report.connected);
    // Of when it was asked for, where its country is not known or the prices are not those of then.
    let known = call.cost / u64::from(begun_minutes(LONGEST_CALL));
    let price = match (&report.country, budget) {
        (Some(country), Some(budget)) if budget.prices.currency == call.currency => budget.prices.to(country),
        _ => known,
    };
    if let Some(country) = &report.country {
        call.country.clone_from(country);
    }
    call.minutes = minutes;
    call.cost = price.saturating_mul(u64::from(minutes));
}

/// What is set for the calls of now.
pub(super) async fn budget(services: &Services, snapshot: &Snapshot) -> Result<Option<CallBudget>, OpError> {
    let settings: Option<Zeroizing<Vec<u8>>> =
        settings::secret_of(services, snapshot, Connection::Phone).await?;
    Ok(settings.and_then(|settings| services.telephone.budget(&settings)))
}

/// How much of the budget is worth a letter.
enum Share {
    FourFifths,
    All,
}

/// Tells administrators on the occasion of a call, once a day each, that four fifths of the budget are spent, and that
/// the budget is used up. `refused` is what the call would have cost if it was not placed. Answers what the trail says.
pub(super) async fn watch(
    services: &Services,
    tx: &Tx,
    call: &Call,
    budget: &CallBudget,
    refused: u64,
) -> Result<Option<String>, OpError> {
    let (prices, since) = (&budget.prices, services.now() - DAY);
    let spent = calls::spent(tx, &prices.currency, since).await?;
    let (share, threshold) = if budget.of_a_day <= spent || budget.of_a_day < spent.saturating_add(refused) {
        (Share::All, budget.of_a_day)
    } else if budget.most_of_it() <= spent {
        (Share::FourFifths, budget.most_of_it())
    } else {
        return Ok(None);
    };
    settings::hold(tx, Connection::Phone).await?;
    if threshold <= calls::told_of(tx, &prices.currency, since).await? {
        return Ok(None);
    }
    calls::tell_of(tx, call.id, threshold).await?;
    let what = format!(
        "Phone calls of the last 24 hours cost {}, and a day may cost {}.",
        prices.written(spent),
        prices.written(budget.of_a_day)
    );
    let notice = Notice {
        occasion: Occasion::Notice,
        address: &call.address,
        subject: share.subject(),
        what: &what,
        advice: share.advice(),
    };
    notices::post_to_administrators(services, tx, None, &notice).await?;
    Ok(Some(format!("{what} Administrators are told.")))
}

impl Share {
    const fn subject(&self) -> &'static str {
        match self {
            Self::FourFifths => "Most of the budget for phone calls is spent",
            Self::All => "The budget for phone calls is used up",
        }
    }

    const fn advice(&self) -> &'static str {
        match self {
            Self::FourFifths => {
                "See under Admin > Phone calls, Call log, whether these are calls that people wanted. When the \
                 budget is used up, nobody is called."
            }
            Self::All => {
                "A call that might cost more than what is left is not placed, and people have their other ways to sign \
                 in. See under Admin > Phone calls, Call log, whether people wanted these calls, before you raise the \
                 budget there."
            }
        }
    }
}
