//! The sign-in machine against a model of it: whatever people try in whatever order, a session comes only of
//! a right password and then a right, fresh code in the same login, both in time; or of a right password in a browser that
//! is remembered; or of a passkey that verified its person; the last two while the policy lets that be enough.

mod passkeys;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use portcullis_model::{Clock, FactorKind, Remember, Role, Secret, Timestamp};
use portcullis_ops::OpError;
use portcullis_ops::browsers::ForgetAll;
use portcullis_ops::sign_in::{Cancel, ChooseMethod, FactorStep, PasswordStep, ProveFactor};
use portcullis_testkit::security_key::TestKey;
use portcullis_testkit::{Authenticator, Person, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use passkeys::{Keys, Passkey};

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
    /// The person forgets all browsers.
    Forget,
    Password {
        right: bool,
    },
    /// An administrator changes for how long browsers are remembered.
    Policy(Remember),
    /// Ticks the box to remember the browser, or not, from here on.
    Tick(bool),
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
        1 => Just(Act::Forget),
        1 => prop_oneof![Just(Remember::Off), Just(Remember::HalfADay), Just(Remember::AWeek)].prop_map(Act::Policy),
        2 => prop_oneof![3 => Just(true), 1 => Just(false)].prop_map(Act::Tick),
        2 => prop_oneof![8 => 1..60_u64, 2 => 60..700_u64, 1 => 20_000..50_000_u64].prop_map(Act::Advance),
    ];
    prop::collection::vec((0..2_usize, act), 1..40)
}

/// What the model knows of a login.
#[derive(Clone)]
struct Login {
    token: Secret,
    begun_at: Timestamp,
    passed_at: Option<Timestamp>,
    method: FactorKind,
    codes_tried: u32,
    /// What the browser was known by when it began.
    browser: u32,
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
    /// Of them, those without a code.
    remembered: usize,
    /// What the browser is known by, and how often that was renewed.
    browser: (u32, Option<Secret>),
    /// What the server knows of a browser by each token: until when it is remembered, since when.
    known: BTreeMap<u32, Option<(Timestamp, Timestamp)>>,
    policy: Remember,
    ticked: bool,
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
                let (browser, known) = self.browser.clone();
                let (gate, name) = (&self.world.gate, &self.alice.username);
                let token = self.world.begin_in(gate, name, known.as_ref()).await;
                let begun_at = self.now();
                let method = FactorKind::Totp;
                self.logins[at] = Some(Login {
                    token,
                    begun_at,
                    passed_at: None,
                    method,
                    codes_tried: 0,
                    browser,
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
            Act::Forget => {
                let forgotten = self.world.gate.write(&self.alice.caller, ForgetAll).await;
                forgotten.expect("anybody may forget their browsers");
                self.known.clear();
            }
            Act::Password { right } => self.password(at, right).await?,
            Act::Policy(remember) => {
                crate::browsers::let_remember(self.world, remember).await;
                // That wrote all of the site's rules anew.
                self.switch(self.switched_on).await;
                if remember < self.policy {
                    self.known.values_mut().for_each(|kept| *kept = None);
                }
                self.policy = remember;
            }
            Act::Tick(ticked) => self.ticked = ticked,
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
        let could_pass = right && login.passed_at.is_none() && now < login.begun_at + Duration::from_mins(10);
        let kept = self.known.get(&login.browser).copied().flatten();
        let is_remembered = kept.is_some_and(|(since, until)| now < until.min(since + self.policy.period()));
        let from = login.browser;
        match step {
            Ok(PasswordStep::Passed { login_token }) => {
                prop_assert!(could_pass && !is_remembered);
                // Her key is asked for first.
                let chosen = self
                    .world
                    .choose(&self.world.gate, &login_token, FactorKind::Totp)
                    .await;
                prop_assert!(chosen.is_ok());
                login.token = login_token;
                login.passed_at = Some(now);
                self.known.entry(from).and_modify(|kept| *kept = None);
            }
            Ok(PasswordStep::Remembered(opened)) => {
                prop_assert!(could_pass && is_remembered, "a session came of a password alone");
                let caller = self.world.caller(&opened.session_token).await;
                prop_assert_eq!(caller.and_then(|caller| caller.proven_at), None);
                self.logins[at] = None;
                self.sessions += 1;
                self.remembered += 1;
                self.come_back(from, opened.browser_token, kept);
            }
            _ => {}
        }
        Ok(())
    }

    /// The browser has a new token; what is known of it goes along.
    fn come_back(&mut self, from: u32, token: Secret, kept: Option<(Timestamp, Timestamp)>) {
        self.known.remove(&from);
        self.browser = (self.browser.0 + 1, Some(token));
        self.known.insert(self.browser.0, kept);
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

        let operation = ProveFactor {
            token: login.token.clone(),
            code: text.clone(),
            remember: self.ticked,
        };
        let from = login.browser;
        match self.world.gate.remote(&self.world.anonymous(), operation).await {
            Ok(FactorStep::Passed {
                session_token,
                browser_token,
                ..
            }) => {
                prop_assert!(should_pass, "a session came of {code:?}");
                let caller = self.world.caller(&session_token).await;
                prop_assert_eq!(caller.and_then(|caller| caller.proven_at), Some(now));
                let kept =
                    (self.ticked && self.policy != Remember::Off).then(|| (now, now + self.policy.period()));
                self.come_back(from, browser_token, kept);
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
    let forget = "DELETE FROM logins; DELETE FROM guesses; DELETE FROM sessions; DELETE FROM browsers";
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 96,
            failure_persistence: None,
            ..Config::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let (sessions, remembered) = (Cell::new(0), Cell::new(0));

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
                remembered: 0,
                browser: (0, None),
                known: BTreeMap::new(),
                policy: Remember::Off,
                ticked: true,
            };
            crate::browsers::let_remember(&world, Remember::Off).await;
            machine.switch(true).await;
            for (at, act) in acts {
                machine.act(at, act).await?;
            }
            let made = world
                .count(&format!("sessions WHERE user_id = {}", world.id(alice.id.0)))
                .await;
            prop_assert_eq!(
                made,
                i64::try_from(machine.sessions).unwrap(),
                "every session was acknowledged"
            );
            sessions.set(sessions.get() + machine.sessions);
            remembered.set(remembered.get() + machine.remembered);
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
    assert!(0 < remembered.get(), "no browser was ever remembered");
    let _inside = runtime.enter();
    drop(world);
}
