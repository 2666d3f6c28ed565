//! What the calls of this agent cost.

use std::time::Duration;

use portcullis_model::{CallBudget, CallPrices, begun_minutes};
use portcullis_telephony::PhoneSettings;
use uuid::Uuid;

use crate::Agent;
use crate::agent::AgentError;
use crate::store::Spent;

/// What calls of the last 24 hours cost, and how much a day may.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spending {
    pub prices: CallPrices,
    /// In the smallest unit of the currency; calls under way count at their most.
    pub spent: u64,
    pub of_a_day: u64,
}

impl Agent {
    /// What was spent; nothing where money is not counted.
    pub fn spending(&self) -> Result<Option<Spending>, AgentError> {
        let settings = PhoneSettings::parse(&self.settings()?).map_err(AgentError::Settings)?;
        let Some(CallBudget { prices, of_a_day }) = settings.budget() else {
            return Ok(None);
        };
        let spent = self.store().spent(&prices.currency, self.now())?;
        Ok(Some(Spending {
            prices,
            spent,
            of_a_day,
        }))
    }

    /// Puts on record what a call took in the end. Answers what it cost, in words.
    pub(crate) fn bill(
        &self,
        call: Uuid,
        trunk: &str,
        connected: Duration,
        country: &str,
        budget: Option<&CallBudget>,
    ) -> String {
        let minutes = u64::from(begun_minutes(connected));
        let cost = budget.map_or(0, |budget| budget.prices.to(country).saturating_mul(minutes));
        let spent = Spent {
            trunk,
            connected,
            country,
            cost,
        };
        if let Err(error) = self.store().close_call(call, &spent) {
            tracing::error!(%call, %error, "a call could not be closed");
        }
        let Some(budget) = budget else {
            return String::new();
        };
        self.warn_of(budget, cost);
        budget.prices.written(cost)
    }

    /// Says in the log that a call of this cost took the spending over a mark.
    fn warn_of(&self, budget: &CallBudget, cost: u64) {
        let prices = &budget.prices;
        let Ok(spent) = self.store().spent(&prices.currency, self.now()) else {
            return;
        };
        let before = spent.saturating_sub(cost);
        let crossed = |mark: u64| before < mark && mark <= spent;
        let (spent, budget, most) = (
            prices.written(spent),
            prices.written(budget.of_a_day),
            [budget.of_a_day, budget.most_of_it()].map(crossed),
        );
        match most {
            [true, _] => tracing::warn!(spent, budget, "the budget of a day for calls is used up"),
            [false, true] => tracing::warn!(spent, budget, "most of the budget of a day for calls is spent"),
            [false, false] => {}
        }
    }
}
