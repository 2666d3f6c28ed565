use std::time::Duration;

use portcullis_model::{Role, Secret, UserState};
use portcullis_ops::setup::{Claim, Confirm, Confirmation, Inspect, Needed, Offer, Pending};
use portcullis_ops::{OpError, users};
use portcullis_testkit::{Authenticator, Person, World};

async fn offer(world: &World) -> Option<Secret> {
    world.gate.write(&world.console(), Offer).await.unwrap()
}

async fn claim(world: &World, code: &Secret, username: &str) -> Result<Secret, OpError> {
    let claim = world.claim(code.clone(), username);
    world
        .gate
        .remote(&world.anonymous(), claim)
        .await
        .map(|claimed| claimed.login_token)
}

async fn confirm(world: &World, token: &Secret, code: Secret) -> Result<Confirmation, OpError> {
    let (token, name) = (token.clone(), "Phone".to_owned());
    world
        .gate
        .remote(&world.anonymous(), Confirm { token, code, name })
        .await
}

fn now(world: &World, app: &Authenticator) -> Secret {
    app.code(portcullis_model::Clock::now(&*world.clock), 0)
}

#[tokio::test]
async fn the_first_administrator_sets_themselves_up() {
    let world = World::new().await;
    assert!(world.gate.read(&world.anonymous(), Needed).await.unwrap());

    let administrator = world.administrator().await;

    assert!(!world.gate.read(&world.anonymous(), Needed).await.unwrap());
    assert_eq!(administrator.caller.role(), Some(Role::PrivilegedAdministrator));
    assert_eq!(administrator.backup_codes.len(), 10);
    assert!(world.sign_in(&administrator).await.is_ok());
    let messages: Vec<_> = world
        .entries_after(0)
        .await
        .into_iter()
        .map(|entry| entry.message)
        .collect();
    assert!(messages.contains(&"Enrolled an authenticator app, `Phone`, and ten backup codes.".into()));
}

#[tokio::test]
async fn nothing_can_be_claimed_without_a_code() {
    let world = World::new().await;
    for code in ["", "0000-0000-0000-0000", "admin", "\0"] {
        let code = Secret::new(code);
        assert!(matches!(
            claim(&world, &code, "mallory").await,
            Err(OpError::NotFound)
        ));
        let inspected = world.gate.read(&world.anonymous(), Inspect { code }).await;
        assert!(matches!(inspected, Err(OpError::NotFound)));
    }
    let offered = world.gate.write(&world.anonymous(), Offer).await;
    assert!(matches!(offered, Err(OpError::Denied)));
}

#[tokio::test]
async fn a_code_is_used_once_and_never_again() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    world.set_up(code.clone(), "admin").await;

    assert!(matches!(
        claim(&world, &code, "mallory").await,
        Err(OpError::NotFound)
    ));
    assert!(offer(&world).await.is_none(), "set-up is finished");
}

#[tokio::test]
async fn a_code_works_for_three_days() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    world.clock.advance(Duration::from_hours(72));

    assert!(matches!(
        claim(&world, &code, "admin").await,
        Err(OpError::NotFound)
    ));
}

#[tokio::test]
async fn a_new_code_kills_the_one_before() {
    let world = World::new().await;
    let first = offer(&world).await.unwrap();
    let second = offer(&world).await.unwrap();

    assert!(matches!(
        claim(&world, &first, "admin").await,
        Err(OpError::NotFound)
    ));
    assert!(claim(&world, &second, "admin").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a8_two_clients_with_the_same_code_make_one_administrator() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();

    let (one, two) = tokio::join!(claim(&world, &code, "first"), claim(&world, &code, "second"));
    let mut confirmed = 0;
    for token in [one, two].into_iter().flatten() {
        let Ok(shown) = world
            .gate
            .read(&world.anonymous(), Pending { token: token.clone() })
            .await
        else {
            continue;
        };
        let app = Authenticator::new(shown.key);
        if matches!(
            confirm(&world, &token, now(&world, &app)).await,
            Ok(Confirmation::Confirmed { .. })
        ) {
            confirmed += 1;
        }
    }

    assert_eq!(confirmed, 1);
    assert_eq!(world.count("users").await, 1);
    assert_eq!(world.count("users WHERE state = 'active'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_clients_that_confirm_the_same_enrolment_get_one_session() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let token = claim(&world, &code, "admin").await.unwrap();
    let app = world.scan(&token).await;

    let results = tokio::join!(
        confirm(&world, &token, now(&world, &app)),
        confirm(&world, &token, now(&world, &app)),
        confirm(&world, &token, now(&world, &app)),
    );

    let results = [results.0, results.1, results.2];
    let confirmed = results
        .iter()
        .filter(|result| matches!(result, Ok(Confirmation::Confirmed { .. })))
        .count();
    assert_eq!(confirmed, 1);
    assert_eq!(world.count("sessions").await, 1);
    assert_eq!(world.count("factors").await, 2);
}

#[tokio::test]
async fn an_enrolment_begun_for_one_cannot_be_finished_with_the_app_of_another() {
    let world = World::new().await;
    let (alice, bob) = (
        world.invite("alice", Role::PasswordUser).await,
        world.invite("bob", Role::PasswordUser).await,
    );
    let (alices, bobs) = (
        claim(&world, &alice.setup_code, "alice").await.unwrap(),
        claim(&world, &bob.setup_code, "bob").await.unwrap(),
    );
    let bobs_app = world.scan(&bobs).await;

    let confirmation = confirm(&world, &alices, now(&world, &bobs_app)).await.unwrap();

    assert!(matches!(confirmation, Confirmation::Wrong { tries_left: 9, .. }));
    assert_eq!(world.count("users WHERE state = 'invited'").await, 2);
}

#[tokio::test]
async fn an_enrolment_is_shown_until_it_is_finished_and_never_again() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let token = claim(&world, &code, "admin").await.unwrap();
    let app = world.scan(&token).await;
    confirm(&world, &token, now(&world, &app)).await.unwrap();

    let shown = world
        .gate
        .read(&world.anonymous(), Pending { token: token.clone() })
        .await;
    let again = confirm(&world, &token, now(&world, &app)).await;

    assert!(matches!(shown, Err(OpError::Expired)));
    assert!(matches!(again, Err(OpError::Expired)));
}

#[tokio::test]
async fn an_enrolment_takes_at_most_a_quarter_of_an_hour() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let token = claim(&world, &code, "admin").await.unwrap();
    let app = world.scan(&token).await;
    world.clock.advance(Duration::from_mins(15));

    let shown = world
        .gate
        .read(&world.anonymous(), Pending { token: token.clone() })
        .await;
    let confirmation = confirm(&world, &token, now(&world, &app)).await.unwrap();

    assert!(matches!(shown, Err(OpError::Expired)));
    assert!(matches!(confirmation, Confirmation::TimedOut));
    assert!(
        claim(&world, &code, "admin").await.is_ok(),
        "the code still works"
    );
}

#[tokio::test]
async fn a_second_try_with_the_same_code_ends_the_first() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let first = claim(&world, &code, "amdin").await.unwrap();
    let app = world.scan(&first).await;

    let second = claim(&world, &code, "admin").await.unwrap();

    assert!(matches!(
        confirm(&world, &first, now(&world, &app)).await,
        Err(OpError::Expired)
    ));
    let person = world.confirm(second, "admin").await;
    assert_eq!(world.count("users").await, 1);
    assert!(world.sign_in(&person).await.is_ok());
}

#[tokio::test]
async fn a_wrong_first_code_says_by_how_much_the_clocks_differ() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let token = claim(&world, &code, "admin").await.unwrap();
    let app = world.scan(&token).await;
    let ahead = app.code(portcullis_model::Clock::now(&*world.clock), 4);

    let confirmation = confirm(&world, &token, ahead).await.unwrap();

    assert!(matches!(
        confirmation,
        Confirmation::Wrong {
            clock_minutes_off: Some(2),
            tries_left: 9
        }
    ));
}

#[tokio::test]
async fn ten_wrong_first_codes_end_the_enrolment() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let token = claim(&world, &code, "admin").await.unwrap();
    let app = world.scan(&token).await;
    for left in (0..10).rev() {
        let confirmation = confirm(&world, &token, Secret::new("123")).await.unwrap();
        assert!(matches!(confirmation, Confirmation::Wrong { tries_left, .. } if tries_left == left));
    }

    let right = confirm(&world, &token, now(&world, &app)).await.unwrap();

    assert!(matches!(right, Confirmation::TooMany));
}

type Spoil = fn(&mut Claim);

#[tokio::test]
async fn what_is_wrong_with_a_claim_is_said_at_its_field() {
    let world = World::new().await;
    let code = offer(&world).await.unwrap();
    let cases: [(&str, Spoil); 6] = [
        ("username", |claim| claim.username = "a b".to_owned()),
        ("username", |claim| claim.username = String::new()),
        ("display_name", |claim| claim.display_name = " ".to_owned()),
        ("email", |claim| claim.email = "nowhere".to_owned()),
        ("password", |claim| claim.password = Secret::new("short")),
        ("password", |claim| {
            claim.password = Secret::new("admin-admin-admin");
        }),
    ];
    for (field, spoil) in cases {
        let mut claim = world.claim(code.clone(), "admin");
        spoil(&mut claim);
        let Err(OpError::Invalid(fields)) = world.gate.remote(&world.anonymous(), claim).await else {
            panic!("{field} was taken")
        };
        assert_eq!(
            fields.iter().map(|error| error.field).collect::<Vec<_>>(),
            [field]
        );
    }
    assert_eq!(world.count("users").await, 0);
}

#[tokio::test]
async fn an_invited_person_keeps_the_user_name_that_was_chosen_for_them() {
    let world = World::new().await;
    let invitation = world.invite("alice", Role::PasswordAuditor).await;
    let code = invitation.setup_code;
    let invited = world
        .gate
        .read(&world.anonymous(), Inspect { code: code.clone() })
        .await
        .unwrap();
    assert_eq!(
        (invited.first, invited.username.as_deref()),
        (false, Some("alice"))
    );

    let token = claim(&world, &code, "root").await.unwrap();
    let person = world.confirm(token, "alice").await;

    assert_eq!(person.id, invitation.id);
    assert_eq!(person.caller.role(), Some(Role::PasswordAuditor));
    assert_eq!(world.count("users WHERE username = 'root'").await, 0);
}

#[tokio::test]
async fn a_new_invitation_replaces_password_and_factors_only_when_it_is_confirmed() {
    let world = World::new().await;
    let old = world.user("alice", Role::PasswordUser).await;
    let administrator = world.administrator().await;
    let invite = users::Invite {
        id: old.id,
        reason: "lost her phone".to_owned(),
    };
    let invitation = world.gate.write(&administrator.caller, invite).await.unwrap();
    let mut claim = world.claim(invitation.setup_code, "alice");
    claim.password = Secret::new("violet anchor meadow trumpet");
    let claimed = world.gate.remote(&world.anonymous(), claim).await.unwrap();
    assert!(world.caller(&old.session_token).await.is_some());
    let old = world.sign_in(&old).await.expect("until then the old ones work");

    let new = world.confirm(claimed.login_token, "alice").await;
    let new = Person {
        password: Secret::new("violet anchor meadow trumpet"),
        ..new
    };

    assert!(world.caller(&old.session_token).await.is_none());
    assert!(world.sign_in(&old).await.is_err());
    let mixed = Person {
        app: old.app.clone(),
        ..new.clone()
    };
    assert!(world.sign_in(&mixed).await.is_err(), "the old app is dead");
    assert!(world.sign_in(&new).await.is_ok());
    assert_eq!(
        world
            .count(&format!("factors WHERE user_id = {}", world.id(new.id.0)))
            .await,
        2
    );
}

#[tokio::test]
async fn an_invitation_dies_when_the_person_is_locked() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.administrator().await;
    let invite = users::Invite {
        id: alice.id,
        reason: String::new(),
    };
    let invitation = world.gate.write(&administrator.caller, invite).await.unwrap();
    let lock = users::Lock {
        id: alice.id,
        reason: String::new(),
    };

    world.gate.write(&administrator.caller, lock).await.unwrap();

    assert!(matches!(
        claim(&world, &invitation.setup_code, "alice").await,
        Err(OpError::NotFound)
    ));
}

#[tokio::test]
async fn a_locked_person_does_not_come_back_through_an_enrolment_that_was_begun_before() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.administrator().await;
    let invite = users::Invite {
        id: alice.id,
        reason: String::new(),
    };
    let invitation = world.gate.write(&administrator.caller, invite).await.unwrap();
    let token = claim(&world, &invitation.setup_code, "alice").await.unwrap();
    let app = world.scan(&token).await;
    let lock = users::Lock {
        id: alice.id,
        reason: String::new(),
    };

    world.gate.write(&administrator.caller, lock).await.unwrap();

    assert!(confirm(&world, &token, now(&world, &app)).await.is_err());
    let find = users::Find { id: alice.id };
    let view = world.gate.read(&administrator.caller, find).await.unwrap();
    assert_eq!(view.state, UserState::Locked);
}
