use std::time::Duration;

use portcullis_model::{AccountId, Caller, PageSize, Role, Scope, Secret};
use portcullis_ops::tokens::{self, Add, NewToken, Revoke};
use portcullis_ops::{OpError, accounts, factors, identify, sessions, users};
use portcullis_testkit::{Person, World};

async fn add(world: &World, person: &Person, scopes: &[Scope]) -> NewToken {
    let (name, scopes) = ("backup script".to_owned(), scopes.to_vec());
    world
        .gate
        .write(
            &person.caller,
            Add {
                name,
                scopes,
                days: 30,
            },
        )
        .await
        .unwrap()
}

async fn present(world: &World, token: &Secret) -> Option<Caller> {
    let found = identify::token(&world.gate, token, "192.0.2.9", "request")
        .await
        .unwrap();
    found.map(|signed_in| signed_in.caller)
}

fn reveal(id: AccountId) -> accounts::RevealPassword {
    accounts::RevealPassword {
        id,
        version: None,
        reason: String::new(),
    }
}

fn list() -> accounts::List {
    accounts::List {
        query: String::new(),
        kind: None,
        resource: None,
        after: None,
        size: PageSize::DEFAULT,
    }
}

#[tokio::test]
async fn a_token_acts_as_its_person_within_its_scopes() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let reads = present(&world, &add(&world, &owner, &[Scope::Read]).await.token)
        .await
        .unwrap();
    let reveals = present(&world, &add(&world, &owner, &[Scope::Reveal]).await.token)
        .await
        .unwrap();
    let before = world.last_entry().await;
    let set = || accounts::SetPassword {
        id: account,
        password: None,
        reason: String::new(),
    };

    assert_eq!(world.gate.read(&reads, list()).await.unwrap().items.len(), 1);
    assert!(matches!(
        world.gate.read(&reads, reveal(account)).await,
        Err(OpError::Denied)
    ));
    assert!(matches!(
        world.gate.write(&reads, set()).await,
        Err(OpError::Denied)
    ));
    assert_eq!(
        world.gate.read(&reveals, reveal(account)).await.unwrap().expose(),
        "first secret"
    );
    assert!(matches!(
        world.gate.read(&reveals, list()).await,
        Err(OpError::Denied)
    ));
    assert_eq!(
        world.trail_after(before).await,
        [
            "account.reveal_password deny",
            "account.set_password deny",
            "account.reveal_password succeed",
            "account.list deny"
        ]
    );
    let entry = &world.entries_after(before).await[2];
    assert_eq!(
        [&*entry.actor, &*entry.door, &*entry.address],
        ["olga", "api", "192.0.2.9"]
    );
}

#[tokio::test]
async fn a_token_gives_no_right_that_its_person_does_not_have() {
    let world = World::new().await;
    let (_, account) = world.owner_with_account("first secret").await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let token = add(&world, &alice, &Scope::FOR_TOKENS).await.token;
    let caller = present(&world, &token).await.unwrap();

    assert!(matches!(
        world.gate.read(&caller, reveal(account)).await,
        Err(OpError::NotFound)
    ));
    let find = users::Find { id: alice.id };
    assert!(matches!(
        world.gate.read(&caller, find).await,
        Err(OpError::Denied)
    ));
}

#[tokio::test]
async fn what_needs_a_person_at_a_browser_is_refused_to_tokens() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let new = add(&world, &alice, &Scope::FOR_TOKENS).await;
    let caller = present(&world, &new.token).await.unwrap();
    let more = Add {
        name: "more".to_owned(),
        scopes: vec![Scope::Reveal],
        days: 365,
    };
    let password = users::ChangeMyPassword {
        current: alice.password.clone(),
        new: Secret::new("violet anchor meadow trumpet"),
    };
    let codes = factors::RegenerateBackupCodes {
        code: alice.code(&world),
    };

    let refusals = [
        world.gate.write(&caller, more).await.err(),
        world.gate.write(&caller, Revoke { id: new.id }).await.err(),
        world.gate.remote(&caller, password).await.err(),
        world.gate.remote(&caller, codes).await.err(),
        world
            .gate
            .write(&caller, sessions::EndAll { keep_current: false })
            .await
            .err(),
        world.gate.read(&caller, factors::ListMine).await.err(),
        world.gate.read(&caller, tokens::ListMine).await.err(),
    ];

    assert!(
        refusals
            .iter()
            .all(|refusal| matches!(refusal, Some(OpError::Denied))),
        "{refusals:?}"
    );
}

#[tokio::test]
async fn a_token_that_expired_or_was_revoked_is_nobody() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let (expiring, revoked) = (
        add(&world, &alice, &[Scope::Read]).await,
        add(&world, &alice, &[Scope::Read]).await,
    );
    let by_bob = world.gate.write(&bob.caller, Revoke { id: revoked.id }).await;
    assert!(matches!(by_bob, Err(OpError::NotFound)));
    assert!(present(&world, &revoked.token).await.is_some());

    world
        .gate
        .write(&alice.caller, Revoke { id: revoked.id })
        .await
        .unwrap();
    assert!(present(&world, &revoked.token).await.is_none());

    world.clock.advance(Duration::from_secs(30 * 24 * 60 * 60 - 1));
    assert!(present(&world, &expiring.token).await.is_some());
    world.clock.advance(Duration::from_secs(1));
    assert!(present(&world, &expiring.token).await.is_none());
}

#[tokio::test]
async fn a_token_that_is_misspelt_or_of_a_locked_person_is_nobody() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.administrator().await;
    let token = add(&world, &alice, &[Scope::Read]).await.token;
    let misspelt = Secret::new(format!("{}A", &token.expose()[..63]));
    let other = if misspelt == token {
        Secret::new(format!("{}B", &token.expose()[..63]))
    } else {
        misspelt
    };
    assert!(present(&world, &other).await.is_none());
    assert!(
        present(&world, &alice.session_token).await.is_none(),
        "a session is no token"
    );
    assert!(world.caller(&token).await.is_none(), "a token is no session");

    let lock = users::Lock {
        id: alice.id,
        reason: String::new(),
    };
    world.gate.write(&administrator.caller, lock).await.unwrap();

    assert!(present(&world, &token).await.is_none());
}

#[tokio::test]
async fn what_is_wrong_with_a_new_token_is_said_at_its_field() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let cases = [
        ("name", "", vec![Scope::Read], 30),
        ("scopes", "x", vec![], 30),
        ("scopes", "x", vec![Scope::Read, Scope::Interactive], 30),
        ("days", "x", vec![Scope::Read], 0),
        ("days", "x", vec![Scope::Read], 366),
    ];

    for (field, name, scopes, days) in cases {
        let name = name.to_owned();
        let added = world.gate.write(&alice.caller, Add { name, scopes, days }).await;
        let Err(OpError::Invalid(fields)) = added else {
            panic!("{field} was taken")
        };
        assert_eq!(
            fields.iter().map(|error| error.field).collect::<Vec<_>>(),
            [field]
        );
    }
}
