use portcullis_model::FactorKind;
use portcullis_store::Tx;
use portcullis_store::factors::{self, Factor};

use crate::{OpError, Services};

/// Spends what said yes: writes back what it changed, and takes a pass away. Answers `false` if somebody else was
/// first. The caller holds the person.
pub(crate) async fn spend(
    services: &Services,
    tx: &Tx,
    factor: &Factor,
    enrolment: Option<&[u8]>,
) -> Result<bool, OpError> {
    if factor.kind == FactorKind::TemporaryPass {
        return Ok(factors::delete(tx, factor.id).await? == 1);
    }
    let Some(enrolment) = enrolment else {
        return Ok(true);
    };
    let sealed = services
        .vault
        .seal_factor(services, tx, factor.id, factor.user, enrolment)
        .await?;
    Ok(factors::replace(tx, factor.id, factor.revision, &sealed, services.now()).await? == 1)
}
