//! The sign-in machine against a model of it: whatever people try in whatever order, a session comes only of
//! a right password and then a right, fresh code in the same login, both in time; or of a passkey that verified its person,
//! while the policy lets that be enough.

use std::cell::Cell;
use std::time::Duration;

use portcullis_model::{Clock, FactorKind, Role, Secret, Timestamp};
use portcullis_ops::OpError;
use portcullis_ops::sign_in::{Cancel, ChooseMethod, FactorStep, PasskeyStep, PasswordStep};
use portcullis_testkit::security_key::{How, TestKey};
use portcullis_testkit::{Authenticator, Person, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[derive(Clone, Copy, Debug)]
enum Code {
    Current,
    Next,
    Previous,
    /// The last one that was accepted.
    Replayed,
    Wrong,
}

#[derive(Clone, Copy, Debug)]
enum Passkey {
    Good,
    /// Its counter stands still.
    Replayed,
    /// Of a key that nobody registered.
    Stranger,
    Unverified,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Advance(u64),
    Begin,
    Cancel,
    Choose(FactorKind),
    Code(Code),
    OfferPasskey,
    Passkey(Passkey),
    /// Whether a passkey is enough from now on.
    Switch(bool),
    Password {
        right: bool,
    },
}

/// An act in one of two logins of the same person.
fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let code = prop_oneof![
        4 => Just(Code::Current),
        1 => Just(Code::Next),
        2 => Just(Code::Previous),
        2 => Just(Code::Replayed),
        2 => Just(Code::Wrong),
    ];
    let act = prop_oneof![
        2 => Just(Act::Begin),
        4 => prop_oneof![4 => Just(true), 1 => Just(false)].prop_map(|right| Act::Password { right }),
        6 => code.prop_map(Act::Code),
        1 => prop_oneof![Just(FactorKind::Totp), Just(FactorKind::BackupCode)].prop_map(Act::Choose),
        3 => Just(Act::OfferPasskey),
        3 => prop_oneof![
            4 => Just(Passkey::Good),
            1 => Just(Passkey::Replayed),
            1 => Just(Passkey::Stranger),
            1 => Just(Passkey::Unverified),
        ]
        .prop_map(Act::Passkey),
        1 => prop_oneof![2 => Just(true), 1 => Just(false)].prop_map(Act::Switch),
        1 => Just(Act::Cancel),
        2 => prop_oneof![4 => 1..60_u64, 1 => 60..700_u64].prop_map(Act::Advance),
    ];
    prop::collection::vec((0..2_usize, act), 1..30)
}

/// What the model knows of a login.
#[derive(Clone)]
struct Login {
    token: Secret,
    begun_at: Timestamp,
    passed_at: Option<Timestamp>,
    method: FactorKind,
    codes_tried: u32,
}

struct Machine<'a> {
    world: &'a World,
    alice: &'a Person,
    logins: [Option<Login>; 2],
    /// The last accepted step of the app and its code.
    spent: (i64, Secret),
    sessions: usize,
    /// What was offered: the token, the options, and when.
    offers: [Option<(Secret, String, Timestamp)>; 2],
    switched_on: bool,
    keys: &'a Keys,
}

/// What outlives one case.
struct Keys {
    own: TestKey,
    stranger: TestKey,
    /// What the own key has counted.
    signed: Cell<u32>,
    /// How many sessions came of it.
    sessions: Cell<usize>,
}

impl Machine<'_> {
    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    fn step(&self, offset: i64) -> i64 {
        self.now().seconds() / Authenticator::STEP + offset
    }

    async fn act(&mut self, at: usize, act: Act) -> Result<(), TestCaseError> {
        match act {
            Act::Advance(seconds) => self.world.clock.advance(Duration::from_secs(seconds)),
            Act::Begin => {
                let token = self.world.begin(&self.world.gate, &self.alice.username).await;
                let begun_at = self.now();
                let method = FactorKind::Totp;
                self.logins[at] = Some(Login {
                    token,
                    begun_at,
                    passed_at: None,
                    method,
                    codes_tried: 0,
                });
            }
            Act::Cancel => {
                if let Some(login) = self.logins[at].take() {
                    let cancel = Cancel { token: login.token };
                    let cancelled = self.world.gate.write(&self.world.anonymous(), cancel).await;
                    cancelled.expect("anybody may cancel their login");
                }
            }
            Act::Choose(method) => {
                if let Some(login) = &mut self.logins[at] {
                    let choose = ChooseMethod {
                        token: login.token.clone(),
                        method,
                    };
                    if self
                        .world
                        .gate
                        .write(&self.world.anonymous(), choose)
                        .await
                        .is_ok()
                    {
                        login.method = method;
                    }
                }
            }
            Act::Code(code) => self.code(at, code).await?,
            Act::OfferPasskey => self.offer(at).await?,
            Act::Passkey(passkey) => self.passkey(at, passkey).await?,
            Act::Switch(on) => self.switch(on).await,
            Act::Password { right } => self.password(at, right).await?,
        }
        Ok(())
    }

    async fn switch(&mut self, on: bool) {
        let script = format!(
            "UPDATE settings SET value = REPLACE(value, '\"passkey_alone\":{}', '\"passkey_alone\":{on}') WHERE \
             name = 'mfa'",
            !on
        );
        self.world.sql(&script).await;
        self.switched_on = on;
    }

    async fn offer(&mut self, at: usize) -> Result<(), TestCaseError> {
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
    async fn passkey(&mut self, at: usize, passkey: Passkey) -> Result<(), TestCaseError> {
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
            Ok(PasskeyStep::Passed { session_token }) => {
                prop_assert!(should_pass, "a session came of {passkey:?}");
                prop_assert!(self.world.caller(&session_token).await.is_some());
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

    async fn password(&mut self, at: usize, right: bool) -> Result<(), TestCaseError> {
        let now = self.now();
        let Some(login) = &mut self.logins[at] else {
            return Ok(());
        };
        let password = if right {
            self.alice.password.clone()
        } else {
            Secret::new("not the password")
        };
        let step = self
            .world
            .prove_password(&self.world.gate, &login.token, &password)
            .await;
        if let Ok(PasswordStep::Passed { login_token }) = step {
            prop_assert!(
                right && login.passed_at.is_none() && now < login.begun_at + Duration::from_mins(10)
            );
            // Her key is asked for first.
            let chosen = self
                .world
                .choose(&self.world.gate, &login_token, FactorKind::Totp)
                .await;
            prop_assert!(chosen.is_ok());
            login.token = login_token;
            login.passed_at = Some(now);
        }
        Ok(())
    }

    async fn code(&mut self, at: usize, code: Code) -> Result<(), TestCaseError> {
        let now = self.now();
        let (step, text) = match code {
            Code::Current => (self.step(0), self.alice.code(self.world)),
            Code::Next => (self.step(1), self.alice.code_at(self.world, 1)),
            Code::Previous => (self.step(-1), self.alice.code_at(self.world, -1)),
            Code::Replayed => self.spent.clone(),
            Code::Wrong => (0, self.alice.wrong_code(self.world)),
        };
        let fresh = self.spent.0 < step && (self.step(-1)..=self.step(0)).contains(&step);
        let Some(login) = &mut self.logins[at] else {
            return Ok(());
        };
        login.codes_tried += u32::from(login.passed_at.is_some());
        let in_time = login.passed_at.is_some_and(|passed_at| {
            now < passed_at + Duration::from_mins(2) && now < login.begun_at + Duration::from_mins(10)
        });
        let should_pass = in_time && fresh && login.method == FactorKind::Totp && login.codes_tried <= 4;

        match self
            .world
            .prove_factor(&self.world.gate, &login.token, &text)
            .await
        {
            Ok(FactorStep::Passed { session_token, .. }) => {
                prop_assert!(should_pass, "a session came of {code:?}");
                prop_assert!(self.world.caller(&session_token).await.is_some());
                self.sessions += 1;
                self.spent = (step, text);
                self.logins[at] = None;
            }
            Ok(FactorStep::Locked { .. }) => login.codes_tried -= 1,
            Ok(_) => prop_assert!(!should_pass, "no session came of {code:?}"),
            Err(OpError::Expired) => prop_assert!(!should_pass, "the login was over"),
            Err(error) => prop_assert!(false, "{error:?}"),
        }
        Ok(())
    }
}

#[test]
fn a_session_comes_only_of_both_proofs_in_one_login_in_time() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::new());
    let alice = runtime.block_on(world.user("alice", Role::PasswordUser));
    let keys = Keys {
        own: TestKey::new("alice"),
        stranger: TestKey::new("stranger"),
        signed: Cell::new(1),
        sessions: Cell::new(0),
    };
    runtime.block_on(world.passkeys_alone(true));
    runtime.block_on(world.add_key(&alice, &keys.own, &world.honest(alice.id)));
    let forget = "DELETE FROM logins; DELETE FROM guesses; DELETE FROM sessions";
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 96,
            failure_persistence: None,
            ..Config::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let sessions = Cell::new(0);

    let result = runner.run(&acts(), |acts| {
        runtime.block_on(async {
            world.sql(forget).await;
            world.clock.advance(Duration::from_hours(1));
            let spent = (0, Secret::new("000000"));
            let mut machine = Machine {
                world: &world,
                alice: &alice,
                logins: [None, None],
                spent,
                sessions: 0,
                offers: [None, None],
                switched_on: true,
                keys: &keys,
            };
            machine.switch(true).await;
            for (at, act) in acts {
                machine.act(at, act).await?;
            }
            let made = world.count("sessions").await;
            prop_assert_eq!(
                made,
                i64::try_from(machine.sessions).unwrap(),
                "every session was acknowledged"
            );
            sessions.set(sessions.get() + machine.sessions);
            Ok(())
        })
    });

    result.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(
        20 < sessions.get(),
        "only {} sessions: the acts are too wild to show anything",
        sessions.get()
    );
    assert!(
        10 < keys.sessions.get(),
        "only {} sessions of a passkey: the acts are too wild to show anything",
        keys.sessions.get()
    );
    let _inside = runtime.enter();
    drop(world);
}
