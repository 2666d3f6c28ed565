use portcullis_model::{Grace, UserState};
use portcullis_store::Snapshot;
use portcullis_store::users::User;

use crate::mfa_policy::state::State;
use crate::{OpError, Services};

/// Somebody who puts setting up a method off, and for how long they may.
pub(crate) struct Putting {
    pub(crate) user: User,
    pub(crate) grace: Grace,
}

/// Active people without a method of their own, and those who put setting one up off.
pub(crate) async fn attention(
    services: &Services,
    snapshot: &Snapshot,
) -> Result<(Vec<User>, Vec<Putting>), OpError> {
    let state = State::load(services, snapshot).await?;
    let (mut without, mut putting) = (Vec::new(), Vec::new());
    for (user, enrolled) in &state.people {
        if user.state != UserState::Active {
            continue;
        }
        let effective = state.decide(user, enrolled);
        if !effective.has_own_method() {
            without.push(user.clone());
        }
        if effective.must_set_up && effective.may_skip {
            let grace = match effective.grace {
                Grace::Skips(skips) => Grace::Skips(skips.saturating_sub(user.skips)),
                other => other,
            };
            putting.push(Putting {
                user: user.clone(),
                grace,
            });
        }
    }
    Ok((without, putting))
}
