use portcullis_model::{FactorId, FactorKind, Sealed, UserId};
use portcullis_store::factors::{self, Factor};
use portcullis_store::users::User;
use portcullis_store::{Snapshot, Tx};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::factors::Candidate;
use crate::mfa_policy::site_policy;
use crate::settings::{self, Connection, PhoneWay};
use crate::{OpError, Services};

/// What of a person could say yes to an answer of this kind, opened.
pub(crate) async fn candidates(
    services: &Services,
    tx: &Tx,
    user: &User,
    kind: FactorKind,
) -> Result<Vec<Candidate>, OpError> {
    let mut found = Vec::new();
    for factor in services.vault.current_factors(tx, user.id).await? {
        if factor.active && factor.kind == kind {
            let enrolment = services.vault.open_factor(tx, &factor).await?;
            found.push((factor, enrolment));
        }
    }
    if kind == FactorKind::Phone && settings::phone_way(tx).await? != Some(PhoneWay::Agent) {
        found.retain(|(_, enrolment)| !is_name_at_agent(services, enrolment));
    }
    // Nobody sets these up: an address is known, and a RADIUS server or a phone agent knows the person by their user name.
    let implied = match kind {
        FactorKind::Email if !user.code_addresses().is_empty() => Some(Vec::new()),
        FactorKind::Radius if found.is_empty() => {
            let enrolment = serde_json::json!({ "username": user.username });
            Some(enrolment.to_string().into_bytes())
        }
        FactorKind::Phone if settings::phone_way(tx).await? == Some(PhoneWay::Agent) => {
            let enrolment = serde_json::json!({ "agent": user.username });
            Some(enrolment.to_string().into_bytes())
        }
        _ => None,
    };
    if let Some(enrolment) = implied {
        found.push((implied_factor(user, kind), Zeroizing::new(enrolment)));
    }
    Ok(found)
}

/// Whether a phone is a name at an agent, which no trunk can call.
fn is_name_at_agent(services: &Services, enrolment: &[u8]) -> bool {
    services
        .factor(FactorKind::Phone)
        .and_then(|phone| Ok(phone.summarize(enrolment)?))
        .is_ok_and(|summary| summary.by_agent)
}

/// Takes the phones away that only an agent can call: without one they are as good as none.
pub(crate) async fn without_names_at_agent(
    services: &Services,
    snapshot: &Snapshot,
    factors: Vec<Factor>,
) -> Result<Vec<Factor>, OpError> {
    let mut kept = Vec::with_capacity(factors.len());
    for factor in factors {
        let is_name = factor.kind == FactorKind::Phone && {
            let enrolment = services.vault.open_factor(snapshot, &factor).await;
            // What cannot be opened is no name; whoever uses it hears that it is damaged.
            enrolment.is_ok_and(|enrolment| is_name_at_agent(services, &enrolment))
        };
        if !is_name {
            kept.push(factor);
        }
    }
    Ok(kept)
}

/// How many digits the codes of a person's apps have, each length once.
pub(crate) async fn code_lengths(
    services: &Services,
    snapshot: &Snapshot,
    user: UserId,
) -> Result<Vec<u8>, OpError> {
    let mut lengths = Vec::new();
    for factor in factors::list(snapshot, user).await? {
        if factor.active && factor.kind == FactorKind::Totp {
            let enrolment = services.vault.open_factor(snapshot, &factor).await?;
            let summary = services.factor(factor.kind)?.summarize(&enrolment)?;
            lengths.extend(summary.app.map(|app| app.digits));
        }
    }
    lengths.sort_unstable();
    lengths.dedup();
    Ok(lengths)
}

/// A factor without a row of its own.
fn implied_factor(user: &User, kind: FactorKind) -> Factor {
    Factor {
        id: FactorId(Uuid::nil()),
        user: user.id,
        kind,
        name: kind.label().to_owned(),
        active: true,
        revision: 0,
        enrolment: Sealed {
            kek_version: 0,
            wrapped_key: Vec::new(),
            ciphertext: Vec::new(),
        },
        created_at: user.created_at,
        used_at: None,
    }
}

/// What administrators set for a kind, as its plug-in takes it.
pub(crate) async fn settings_of(
    services: &Services,
    tx: &Tx,
    kind: FactorKind,
) -> Result<Zeroizing<Vec<u8>>, OpError> {
    match kind {
        FactorKind::Radius => Ok(settings::secret_of(services, tx, Connection::Radius)
            .await?
            .unwrap_or_default()),
        FactorKind::Phone => Ok(settings::secret_of(services, tx, Connection::Phone)
            .await?
            .unwrap_or_default()),
        FactorKind::Totp => {
            let app = site_policy(tx).await?.app;
            Ok(Zeroizing::new(
                serde_json::to_vec(&app).map_err(|_| OpError::Damaged)?,
            ))
        }
        FactorKind::WebAuthn => {
            let passkeys = site_policy(tx).await?.passkey_alone;
            let settings = serde_json::json!({ "passkeys": passkeys });
            Ok(Zeroizing::new(settings.to_string().into_bytes()))
        }
        FactorKind::BackupCode | FactorKind::Email | FactorKind::TemporaryPass => Ok(Zeroizing::default()),
    }
}
