//! Remembered browsers stand in for the second step, as long as the policy and the person are as they were.

use std::time::Duration;

use portcullis_model::{
    FactorKind, PersonSetting, PolicyChange, Remember, Requirement, Role, Secret, SitePolicy,
};
use portcullis_ops::browsers::ListMine;
use portcullis_ops::factors::{Begin, IssuePass};
use portcullis_ops::sign_in::{FactorStep, Find, Opened, PasswordStep, ProveFactor};
use portcullis_ops::{Gate, OpError};
use portcullis_testkit::{Person, World};

const HOUR: Duration = Duration::from_hours(1);

pub(crate) async fn let_remember(world: &World, remember: Remember) {
    let site = SitePolicy {
        remember,
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };
    world.apply(change).await.unwrap();
}

/// Types the password in a browser that goes by `browser`.
async fn type_password(world: &World, gate: &Gate, person: &Person, browser: &Secret) -> PasswordStep {
    let token = world.begin_in(gate, &person.username, Some(browser)).await;
    world
        .prove_password(gate, &token, &person.password)
        .await
        .unwrap()
}

/// Signs in with both proofs and the box ticked; gives what the browser goes by afterwards.
pub(crate) async fn sign_in_and_remember(world: &World, person: &Person) -> Secret {
    world.clock.advance(Duration::from_secs(30));
    let token = world
        .begin_in(&world.gate, &person.username, Some(&person.browser))
        .await;
    let step = world.prove_password(&world.gate, &token, &person.password).await;
    let PasswordStep::Passed { login_token } = step.unwrap() else {
        panic!("the second step is asked the first time")
    };
    answer(world, login_token, person.code(world)).await
}

async fn answer(world: &World, token: Secret, code: Secret) -> Secret {
    let operation = ProveFactor {
        token,
        code,
        remember: true,
    };
    match world.gate.remote(&world.anonymous(), operation).await.unwrap() {
        FactorStep::Passed { browser_token, .. } => browser_token,
        _ => panic!("the code is right"),
    }
}

pub(crate) async fn is_asked(world: &World, person: &Person, browser: &Secret) -> bool {
    matches!(
        type_password(world, &world.gate, person, browser).await,
        PasswordStep::Passed { .. }
    )
}

pub(crate) async fn come_back(world: &World, person: &Person, browser: &Secret) -> Opened {
    match type_password(world, &world.gate, person, browser).await {
        PasswordStep::Remembered(opened) => opened,
        _ => panic!("the browser is remembered"),
    }
}

#[tokio::test]
async fn a_remembered_browser_is_asked_for_the_password_only_and_goes_by_a_new_token() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let_remember(&world, Remember::HalfADay).await;
    let browser = sign_in_and_remember(&world, &alice).await;
    let before = world.last_entry().await;

    let opened = come_back(&world, &alice, &browser).await;

    let caller = world.caller(&opened.session_token).await.unwrap();
    assert_eq!(caller.user(), Some(alice.id));
    let entry = world.entries_after(before).await.pop().unwrap();
    assert_eq!(entry.operation, "login.prove_password");
    assert!(
        entry
            .message
            .starts_with("Login verified by a browser remembered since"),
        "{}",
        entry.message
    );
    assert!(
        is_asked(&world, &alice, &browser).await,
        "the token of before is dead"
    );
    assert!(!is_asked(&world, &alice, &opened.browser_token).await);
}

#[tokio::test]
async fn a_wrong_password_is_wrong_in_a_remembered_browser_too() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let_remember(&world, Remember::HalfADay).await;
    let browser = sign_in_and_remember(&world, &alice).await;
    let token = world.begin_in(&world.gate, "alice", Some(&browser)).await;

    let step = world
        .prove_password(&world.gate, &token, &Secret::new("not the password"))
        .await
        .unwrap();

    assert!(matches!(step, PasswordStep::Wrong));
}

#[tokio::test]
async fn a_session_of_a_remembered_browser_is_never_fresh() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let_remember(&world, Remember::AWeek).await;
    let browser = sign_in_and_remember(&world, &alice).await;
    let opened = come_back(&world, &alice, &browser).await;
    let caller = world.caller(&opened.session_token).await.unwrap();

    let method = FactorKind::Totp;
    let refused = world
        .gate
        .write(
            &caller,
            Begin {
                method,
                details: String::new(),
            },
        )
        .await;

    assert!(matches!(refused, Err(OpError::StepUp)));
    assert_eq!(caller.proven_at, None);
    world.clock.advance(Duration::from_secs(30));
    let confirm = portcullis_ops::sessions::Confirm {
        method,
        code: alice.code(&world),
    };
    world.gate.remote(&caller, confirm).await.unwrap();
    let caller = world.caller(&opened.session_token).await.unwrap();
    world
        .gate
        .write(
            &caller,
            Begin {
                method,
                details: String::new(),
            },
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_is_remembered_unless_the_policy_lets_it_and_the_box_is_ticked() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;

    let browser = sign_in_and_remember(&world, &alice).await;
    assert!(is_asked(&world, &alice, &browser).await, "the policy says never");

    let_remember(&world, Remember::HalfADay).await;
    assert!(
        is_asked(&world, &alice, &browser).await,
        "it was not remembered then"
    );
    world.clock.advance(Duration::from_secs(30));
    let token = world.begin_in(&world.gate, "alice", Some(&browser)).await;
    let step = world.prove_password(&world.gate, &token, &alice.password).await;
    let PasswordStep::Passed { login_token } = step.unwrap() else {
        panic!("the second step is asked")
    };
    let view = world
        .gate
        .read(
            &world.anonymous(),
            Find {
                token: login_token.clone(),
            },
        )
        .await
        .unwrap();
    assert_eq!(view.remember, Remember::HalfADay);
    let step = world
        .prove_factor(&world.gate, &login_token, &alice.code(&world))
        .await;
    let FactorStep::Passed { browser_token, .. } = step.unwrap() else {
        panic!("the code is right")
    };
    assert!(
        is_asked(&world, &alice, &browser_token).await,
        "the box was not ticked"
    );
}

#[tokio::test]
async fn a_browser_is_forgotten_when_its_time_is_over_however_often_it_was_used() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let_remember(&world, Remember::HalfADay).await;
    let mut browser = sign_in_and_remember(&world, &alice).await;

    for _ in 0..5 {
        world.clock.advance(2 * HOUR);
        browser = come_back(&world, &alice, &browser).await.browser_token;
    }
    world.clock.advance(Duration::from_secs(2 * 3600 - 1));
    browser = come_back(&world, &alice, &browser).await.browser_token;
    world.clock.advance(Duration::from_secs(1));

    assert!(is_asked(&world, &alice, &browser).await);
}

#[tokio::test]
async fn a_stricter_policy_counts_at_once_and_an_undone_one_brings_nothing_back() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    for stricter in [Remember::Off, Remember::HalfADay] {
        let_remember(&world, Remember::AWeek).await;
        let browser = sign_in_and_remember(&world, &alice).await;
        assert_eq!(world.gate.read(&alice.caller, ListMine).await.unwrap().len(), 1);

        let_remember(&world, stricter).await;
        assert!(is_asked(&world, &alice, &browser).await, "{stricter}");
        let_remember(&world, Remember::AWeek).await;
        assert!(is_asked(&world, &alice, &browser).await, "{stricter}");
    }
}

#[tokio::test]
async fn a_group_and_a_person_have_periods_of_their_own() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let finance = world.group("Finance", None).await;
    world.move_to(alice.id, finance).await;
    let_remember(&world, Remember::AWeek).await;
    let asked = |remember| {
        let mut requirement = Requirement::of([FactorKind::Totp, FactorKind::BackupCode]);
        requirement.remember = remember;
        PolicyChange {
            groups: vec![(finance, Some(requirement))],
            ..PolicyChange::default()
        }
    };
    world.apply(asked(Some(Remember::Off))).await.unwrap();
    let browser = sign_in_and_remember(&world, &alice).await;
    assert!(is_asked(&world, &alice, &browser).await, "the group says never");

    world.apply(asked(None)).await.unwrap();
    assert_eq!(world.explain(alice.id).await.effective.remember, Remember::AWeek);
    let browser = sign_in_and_remember(
        &world,
        &Person {
            browser,
            ..alice.clone()
        },
    )
    .await;
    assert!(
        !is_asked(&world, &alice, &browser).await,
        "the site's period counts"
    );
}

#[tokio::test]
async fn a_policy_that_no_longer_allows_what_was_proven_ends_it() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    world.set_mail().await;
    world
        .switch_on(&[FactorKind::Email, FactorKind::BackupCode, FactorKind::Totp])
        .await;
    let site = SitePolicy {
        methods: vec![FactorKind::Email, FactorKind::BackupCode, FactorKind::Totp],
        remember: Remember::AMonth,
        ..SitePolicy::default()
    };
    let change = PolicyChange {
        site: Some(site),
        ..PolicyChange::default()
    };
    world.apply(change).await.unwrap();
    let browser = sign_in_and_remember(&world, &alice).await;

    let mut email = Requirement::of([FactorKind::Email]);
    email.remember = Some(Remember::AMonth);
    let setting = PersonSetting {
        uses_group_settings: false,
        requirement: Some(email),
    };
    let change = PolicyChange {
        people: vec![(alice.id, setting)],
        ..PolicyChange::default()
    };
    world.apply(change).await.unwrap();

    assert!(is_asked(&world, &alice, &browser).await);
}

#[tokio::test]
async fn a_backup_code_and_a_pass_make_no_remembered_browser() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let_remember(&world, Remember::AMonth).await;
    let administrator = world.fresh_administrator().await;
    let issue = IssuePass {
        id: alice.id,
        minutes: 30,
        reason: "at home".to_owned(),
    };
    let pass = world.gate.write(&administrator, issue).await.unwrap().pass;
    let answers = [
        (FactorKind::BackupCode, alice.backup_codes[0].clone()),
        (FactorKind::TemporaryPass, pass),
    ];
    for (method, code) in answers {
        let token = world.pass_password(&world.gate, &alice).await;
        world.choose(&world.gate, &token, method).await.unwrap();
        let find = Find { token: token.clone() };
        let view = world.gate.read(&world.anonymous(), find).await.unwrap();
        assert_eq!(view.remember, Remember::Off, "{method}");

        let browser = answer(&world, token, code).await;

        assert!(is_asked(&world, &alice, &browser).await, "{method}");
    }
}

#[tokio::test]
async fn the_browser_of_one_person_is_worth_nothing_to_another() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let_remember(&world, Remember::AMonth).await;
    let browser = sign_in_and_remember(&world, &alice).await;

    assert!(is_asked(&world, &bob, &browser).await);
    assert!(is_asked(&world, &alice, &Secret::new("forged")).await);

    let shared = Person {
        browser,
        ..bob.clone()
    };
    let browser = sign_in_and_remember(&world, &shared).await;
    assert!(
        !is_asked(&world, &bob, &browser).await,
        "two people may share a browser"
    );
}

#[tokio::test]
async fn one_remembered_token_sent_twice_at_once_opens_no_session_without_a_proof() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let_remember(&world, Remember::AMonth).await;
    let browser = sign_in_and_remember(&world, &alice).await;
    let other = world.second_node().await;

    let (one, two) = tokio::join!(
        type_password(&world, &world.gate, &alice, &browser),
        type_password(&world, &other, &alice, &browser)
    );

    let remembered = [one, two]
        .iter()
        .filter(|step| matches!(step, PasswordStep::Remembered(_)))
        .count();
    assert_eq!(remembered, 1, "the token is renewed by the first");
}
