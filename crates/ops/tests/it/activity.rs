use std::time::Duration;

use portcullis_model::{
    Caller, Clock, Door, FactorKind, Outcome, PageSize, Role, Secret, SignInEvent, SignInFilter,
};
use portcullis_ops::OpError;
use portcullis_ops::activity::{
    ChangeFilter, DeleteFilter, Export, List, ListFilters, SaveFilter, SignInView,
};
use portcullis_ops::sign_in::{ProveFactor, SignOut};
use portcullis_testkit::{Person, World};

async fn events(world: &World, by: &Caller, filter: SignInFilter) -> Vec<SignInView> {
    let list = List {
        filter,
        before: None,
        size: PageSize::clamp(200),
    };
    world.gate.read(by, list).await.unwrap().items
}

fn of(username: &str) -> SignInFilter {
    SignInFilter {
        who: username.to_owned(),
        ..SignInFilter::default()
    }
}

/// What a person did so far, the oldest first.
async fn story(world: &World, by: &Caller, username: &str) -> Vec<(SignInEvent, Outcome)> {
    let mut events = events(world, by, of(username)).await;
    events.reverse();
    events
        .into_iter()
        .map(|event| (event.event, event.outcome))
        .collect()
}

#[tokio::test]
async fn every_step_of_a_sign_in_is_one_event_with_the_line_of_the_trail() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let from = world.clock.now();

    let token = world.pass_password(&world.gate, &alice).await;
    let wrong = alice.wrong_code(&world);
    world.prove_factor(&world.gate, &token, &wrong).await.unwrap();
    world
        .prove_factor(&world.gate, &token, &alice.code(&world))
        .await
        .unwrap();
    let alice = world.sign_in(&alice).await.unwrap();
    world.gate.write(&alice.caller, SignOut).await.unwrap();

    let filter = SignInFilter {
        since: Some(from),
        ..of("alice")
    };
    let mut found = events(&world, &admin.caller, filter).await;
    found.reverse();
    let method = "MFA method: Authenticator App";
    let lines: Vec<&str> = found.iter().map(|event| event.message.as_str()).collect();
    assert_eq!(
        lines,
        [
            &*format!("Login pre-authenticated, await verification. {method}"),
            &*format!("Login error. {method}, MFA error: Incorrect verification code."),
            &*format!("Login verified. {method}"),
            &*format!("Login pre-authenticated, await verification. {method}"),
            &*format!("Login verified. {method}"),
            "",
        ]
    );
    assert!(
        found[..5]
            .iter()
            .all(|event| event.method == Some(FactorKind::Totp))
    );
    assert!(
        found
            .iter()
            .all(|event| !event.agent.is_empty() && event.address == "192.0.2.7")
    );
    assert_eq!(found[5].event, SignInEvent::SignedOut);
    assert_eq!(found[5].session, found[4].session);
    assert!(found[4].session.is_some());
}

#[tokio::test]
async fn a_wrong_password_is_an_event_of_whoever_was_named_even_if_nobody_is() {
    let world = World::new().await;
    let admin = world.administrator().await;
    for name in ["alice", "nobody"] {
        let token = world.begin(&world.gate, name).await;
        world
            .prove_password(&world.gate, &token, &Secret::new("wrong"))
            .await
            .unwrap();
    }

    for name in ["alice", "nobody"] {
        let story = story(&world, &admin.caller, name).await;
        assert_eq!(story, [(SignInEvent::Refused, Outcome::Deny)], "{name}");
    }
}

#[tokio::test]
async fn an_address_is_new_until_somebody_has_signed_in_from_it() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let alice = world
        .sign_in(&world.user("alice", Role::PasswordUser).await)
        .await
        .unwrap();
    let new = || SignInFilter {
        new_address: true,
        since: None,
        ..of("alice")
    };
    let before = events(&world, &admin.caller, new()).await.len();

    world.sign_in(&alice).await.unwrap();
    assert_eq!(events(&world, &admin.caller, new()).await.len(), before);

    // Whoever knows the password only has not signed in: the address stays new.
    let elsewhere = Caller::anonymous(Door::Web, "203.0.113.9".to_owned(), world.gate.request_id());
    for expected in [1, 2] {
        world.clock.advance(Duration::from_secs(30));
        let token = world.pass_password(&world.gate, &alice).await;
        let prove = ProveFactor {
            token,
            code: alice.wrong_code(&world),
            remember: false,
        };
        world.gate.remote(&elsewhere, prove).await.unwrap();
        let found = events(&world, &admin.caller, new()).await;
        assert_eq!(found.len(), before + expected);
        assert_eq!(found[0].address, "203.0.113.9");
    }
}

#[tokio::test]
async fn events_are_filtered_by_method_event_result_and_time_and_paged_by_key() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    for _ in 0..4 {
        world.sign_in(&alice).await.unwrap();
    }
    let middle = world.clock.now();
    for _ in 0..3 {
        world.sign_in(&alice).await.unwrap();
    }
    let count = async |filter| events(&world, &admin.caller, filter).await.len();
    let verified = |filter| SignInFilter {
        event: Some(SignInEvent::Verified),
        ..filter
    };

    assert_eq!(count(verified(of("alice"))).await, 7);
    assert_eq!(
        count(SignInFilter {
            since: Some(middle + Duration::from_secs(1)),
            ..verified(of("ALICE"))
        })
        .await,
        3
    );
    assert_eq!(
        count(SignInFilter {
            method: Some(FactorKind::BackupCode),
            ..of("alice")
        })
        .await,
        0
    );
    assert_eq!(
        count(SignInFilter {
            outcome: Some(Outcome::Deny),
            ..of("alice")
        })
        .await,
        0
    );

    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let list = List {
            filter: verified(of("alice")),
            before,
            size: PageSize::clamp(3),
        };
        let page = world.gate.read(&admin.caller, list).await.unwrap();
        seen.extend(page.items.iter().map(|event| event.seq));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.dedup();
    assert_eq!((seen.len(), &seen), (7, &sorted));
}

#[tokio::test]
async fn only_those_who_read_the_trail_see_the_activity_and_an_export_takes_a_fresh_step() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let auditor = world
        .sign_in(&world.user("aud", Role::PasswordAuditor).await)
        .await
        .unwrap();
    let user = world.user("bob", Role::PasswordUser).await;
    let export = || Export {
        filter: SignInFilter::default(),
    };

    assert!(
        !events(&world, &auditor.caller, SignInFilter::default())
            .await
            .is_empty()
    );
    let refused = world.gate.read(&user.caller, export()).await;
    assert!(matches!(refused, Err(OpError::Denied)));
    assert!(
        !world
            .gate
            .read(&auditor.caller, export())
            .await
            .unwrap()
            .is_empty()
    );
    world.clock.advance(Duration::from_mins(16));
    let stale = world.gate.read(&admin.caller, export()).await;
    assert!(matches!(stale, Err(OpError::StepUp)));
}

#[tokio::test]
async fn people_keep_filters_and_share_them_and_change_only_their_own() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let auditor = world.user("aud", Role::PasswordAuditor).await;
    let save = |name: &str, is_shared| SaveFilter {
        name: name.to_owned(),
        filter: SignInFilter {
            event: Some(SignInEvent::Error),
            ..of("alice")
        },
        is_shared,
    };
    let shared = world
        .gate
        .write(&admin.caller, save("Errors", true))
        .await
        .unwrap();
    let own = world
        .gate
        .write(&admin.caller, save("Mine", false))
        .await
        .unwrap();
    let seen = async |by: &Person| {
        let filters = world.gate.read(&by.caller, ListFilters).await.unwrap();
        filters.into_iter().map(|filter| filter.name).collect::<Vec<_>>()
    };

    assert_eq!(seen(&admin).await, ["Errors", "Mine"]);
    assert_eq!(seen(&auditor).await, ["Errors"]);
    let again = world.gate.write(&admin.caller, save("Errors", true)).await;
    assert!(matches!(again, Err(OpError::Invalid(_))));
    let taken = ChangeFilter {
        id: own,
        name: "Errors".to_owned(),
        is_shared: false,
    };
    assert!(matches!(
        world.gate.write(&admin.caller, taken).await,
        Err(OpError::Invalid(_))
    ));
    for id in [shared, own] {
        let theft = world.gate.write(&auditor.caller, DeleteFilter { id }).await;
        assert!(matches!(theft, Err(OpError::NotFound)));
        let theft = ChangeFilter {
            id,
            name: "Stolen".to_owned(),
            is_shared: true,
        };
        assert!(matches!(
            world.gate.write(&auditor.caller, theft).await,
            Err(OpError::NotFound)
        ));
    }
    let rename = ChangeFilter {
        id: shared,
        name: "Errors of Alice".to_owned(),
        is_shared: false,
    };
    world.gate.write(&admin.caller, rename).await.unwrap();
    world
        .gate
        .write(&admin.caller, DeleteFilter { id: own })
        .await
        .unwrap();
    assert_eq!(seen(&admin).await, ["Errors of Alice"]);
    assert!(seen(&auditor).await.is_empty());
}

#[tokio::test]
async fn l4_what_a_stranger_types_as_a_name_stays_one_event() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let token = world.begin(&world.gate, "a\r\nb\u{202e}\u{1b}[2J,=1+1").await;
    world
        .prove_password(&world.gate, &token, &Secret::new("wrong"))
        .await
        .unwrap();

    let found = events(&world, &admin.caller, SignInFilter::default()).await;
    let refused: Vec<_> = found
        .iter()
        .filter(|event| event.event == SignInEvent::Refused)
        .collect();
    assert_eq!(refused.len(), 1);
    assert!(
        !refused[0]
            .username
            .chars()
            .any(|character| character.is_control() || character == '\u{202e}')
    );
}
