use portcullis_model::{CallPrices, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::{Snapshot, calls};

use super::costs;
use crate::settings::Connection;
use crate::{Audit, OpError, Operation, Permit, Read, Right, Services};

/// Shows what phone calls of the last 24 hours cost; nothing where money is not counted.
pub struct FindSpending;

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spending {
    pub prices: CallPrices,
    /// In the smallest unit of the currency; calls under way count at their most.
    pub spent: u64,
    pub of_a_day: u64,
}

impl Operation for FindSpending {
    type Output = Option<Spending>;

    const NAME: &'static str = "call.find_spending";
    const RIGHT: Right = Right::System(SystemRight::ManageSettings);
    const SCOPE: Scope = Scope::Administer;
    const AUDIT: Audit = Audit::Refusals;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(Connection::Phone.word().to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Read for FindSpending {
    async fn run(
        self,
        _permit: &Permit<'_, Self>,
        services: &Services,
        snapshot: &Snapshot,
    ) -> Result<Option<Spending>, OpError> {
        let Some(budget) = costs::budget(services, snapshot).await? else {
            return Ok(None);
        };
        let since = services.now() - costs::DAY;
        Ok(Some(Spending {
            spent: calls::spent(snapshot, &budget.prices.currency, since).await?,
            prices: budget.prices,
            of_a_day: budget.of_a_day,
        }))
    }
}
