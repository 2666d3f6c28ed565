//! Acts with a passkey.

use std::cell::Cell;
use std::time::Duration;

use portcullis_ops::OpError;
use portcullis_ops::sign_in::PasskeyStep;
use portcullis_testkit::security_key::{How, TestKey};
use proptest::prelude::*;

use super::Machine;

#[derive(Clone, Copy, Debug)]
pub(super) enum Passkey {
    Good,
    /// Its counter stands still.
    Replayed,
    /// Of a key that nobody registered.
    Stranger,
    Unverified,
}

/// What outlives one case.
pub(super) struct Keys {
    pub(super) own: TestKey,
    pub(super) stranger: TestKey,
    /// What the own key has counted.
    pub(super) signed: Cell<u32>,
    /// How many sessions came of it.
    pub(super) sessions: Cell<usize>,
}

impl Machine<'_> {
    pub(super) async fn switch(&mut self, on: bool) {
        let script = format!(
            "UPDATE settings SET value = REPLACE(value, '\"passkey_alone\":{}', '\"passkey_alone\":{on}') WHERE \
             name = 'mfa'",
            !on
        );
        self.world.sql(&script).await;
        self.switched_on = on;
    }

    pub(super) async fn offer(&mut self, at: usize) -> Result<(), TestCaseError> {
        let now = self.now();
        match self.world.offer_passkey(&self.world.gate, None).await {
            Ok(offer) => {
                prop_assert!(self.switched_on);
                self.offers[at] = Some((offer.token, offer.options, now));
            }
            Err(OpError::Denied) => prop_assert!(!self.switched_on),
            Err(error) => prop_assert!(false, "{error:?}"),
        }
        Ok(())
    }

    /// The offer stays with the browser, so that it is answered more than once.
    pub(super) async fn passkey(&mut self, at: usize, passkey: Passkey) -> Result<(), TestCaseError> {
        let now = self.now();
        let Some((token, options, offered_at)) = self.offers[at].clone() else {
            return Ok(());
        };
        let count = self.keys.signed.get();
        let how = match passkey {
            Passkey::Good | Passkey::Stranger => self.world.counting(self.alice.id, count + 1),
            Passkey::Replayed => self.world.counting(self.alice.id, count),
            Passkey::Unverified => How {
                verified: false,
                ..self.world.counting(self.alice.id, count + 1)
            },
        };
        let key = match passkey {
            Passkey::Stranger => &self.keys.stranger,
            _ => &self.keys.own,
        };
        let in_time = now < offered_at + Duration::from_mins(5);
        let should_pass = matches!(passkey, Passkey::Good) && in_time && self.switched_on;
        let answer = key.get(&options, &how);
        match self.world.prove_passkey(&self.world.gate, &token, answer).await {
            Ok(PasskeyStep::Passed(opened)) => {
                prop_assert!(should_pass, "a session came of {passkey:?}");
                let caller = self.world.caller(&opened.session_token).await;
                prop_assert_eq!(caller.and_then(|caller| caller.proven_at), Some(now));
                self.sessions += 1;
                self.keys.signed.set(count + 1);
                self.keys.sessions.set(self.keys.sessions.get() + 1);
            }
            Ok(PasskeyStep::Refused) => prop_assert!(!should_pass, "no session came of {passkey:?}"),
            // Too many came before, or this offer was answered before.
            Ok(PasskeyStep::Locked { .. }) | Err(OpError::Expired) => {}
            Err(error) => prop_assert!(false, "{error:?}"),
        }
        Ok(())
    }
}
