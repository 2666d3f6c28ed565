use portcullis_crypto::generate_password;
use portcullis_model::{Origin, PasswordPolicy, Secret, VersionId, Violation};
use portcullis_store::Tx;
use portcullis_store::accounts::{self, Account};
use portcullis_store::versions::{self, Version};

use crate::{OpError, Permit, Services};

/// The longest password, in characters.
const LONGEST: usize = 4096;

/// A password on its way into an account.
pub(super) struct Draft {
    pub(super) password: Secret,
    pub(super) origin: Origin,
}

impl Draft {
    /// The typed password, or a drawn one.
    pub(super) fn of(
        typed: Option<Secret>,
        policy: &PasswordPolicy,
        services: &Services,
    ) -> Result<Self, OpError> {
        let Some(password) = typed else {
            let password = generate_password(policy, &*services.chance);
            return Ok(Self {
                password,
                origin: Origin::Generated,
            });
        };
        if password.expose().is_empty() {
            return Err(OpError::invalid("password", "must not be empty"));
        }
        if LONGEST < password.expose().chars().count() {
            return Err(OpError::invalid("password", "must be at most 4,096 characters"));
        }
        if password.expose().contains('\0') {
            return Err(OpError::invalid("password", "must not contain a NUL character"));
        }
        Ok(Self {
            password,
            origin: Origin::Typed,
        })
    }
}

/// Writes the next version of an account's password, on record with its digest. Answers its number.
pub(super) async fn write_version<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    account: &Account,
    policy: &PasswordPolicy,
    draft: Draft,
) -> Result<u32, OpError> {
    let violations = violations(permit, services, tx, account, policy, &draft.password).await?;
    let id = VersionId(services.new_id());
    let number = account.version + 1;
    let password = services
        .vault
        .seal_password(services, tx, account.id, id, number, &draft.password)
        .await?;
    permit.wrote(&password.ciphertext);
    let now = services.now();
    let version = Version {
        id,
        account: account.id,
        number,
        password,
        origin: draft.origin,
        violations: violations
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n"),
        created_at: now,
        created_by: permit.who().to_owned(),
    };
    versions::insert(tx, &version).await?;
    let complies = violations.is_empty();
    match accounts::advance_version(tx, account.id, account.version, number, complies, now).await? {
        1 => Ok(number),
        _ => Err(OpError::Conflict(
            "Somebody else changed this password at the same moment. Try again.",
        )),
    }
}

async fn violations<O>(
    permit: &Permit<'_, O>,
    services: &Services,
    tx: &Tx,
    account: &Account,
    policy: &PasswordPolicy,
    password: &Secret,
) -> Result<Vec<Violation>, OpError> {
    let mut violations = policy.violations(password.expose());
    for earlier in versions::newest(tx, account.id, policy.no_reuse_of).await? {
        // A damaged one cannot be compared; it must not keep people from setting a new password.
        let opened = services
            .vault
            .open_password(permit, tx, &earlier, account.version)
            .await;
        if opened.is_ok_and(|earlier| crate::equal(earlier.expose(), password.expose())) {
            violations.push(Violation::Reused);
            break;
        }
    }
    Ok(violations)
}
