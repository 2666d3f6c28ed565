use portcullis_model::{AccountId, FactorKind, Role, Sealed};
use portcullis_ops::sign_in::{ChooseMethod, FactorStep};
use portcullis_ops::{Gate, OpError};
use portcullis_store::factors;
use portcullis_store::versions::{self, Version};
use portcullis_testkit::{MemorySlot, Person, World};

/// Two accounts of one owner with two passwords each.
async fn two_accounts() -> (World, Person, [AccountId; 2]) {
    let world = World::new().await;
    let (owner, first) = world.owner_with_account("first one").await;
    let resource = world.resource(&owner, "db-prod-02").await;
    let second = world.account(&owner, resource, "root", "second one").await;
    world.set_password(&owner, first, "first two").await.unwrap();
    world.set_password(&owner, second, "second two").await.unwrap();
    (world, owner, [first, second])
}

async fn version(world: &World, account: AccountId, number: u32) -> Version {
    versions::find(&world.snapshot().await, account, number)
        .await
        .unwrap()
        .unwrap()
}

/// What somebody with access to the database file puts in the place of a ciphertext.
#[derive(Clone, Copy)]
enum Put {
    Ciphertext,
    CiphertextAndKey,
}

async fn put(world: &World, at: &Version, what: Put, sealed: &Sealed) {
    let ciphertext = world.bytes(&sealed.ciphertext);
    let key = match what {
        Put::Ciphertext => String::new(),
        Put::CiphertextAndKey => {
            format!(
                ", wrapped_key = {}, kek_version = {}",
                world.bytes(&sealed.wrapped_key),
                sealed.kek_version
            )
        }
    };
    let id = world.id(at.id.0);
    world
        .sql(&format!(
            "UPDATE versions SET ciphertext = {ciphertext}{key} WHERE id = {id}"
        ))
        .await;
}

/// Lets two versions change places and asks for both.
async fn swap_and_reveal(world: &World, owner: &Person, one: &Version, other: &Version, what: Put) {
    put(world, one, what, &other.password).await;
    put(world, other, what, &one.password).await;
    let before = world.last_entry().await;

    for swapped in [one, other] {
        let revealed = world.reveal_version(owner, swapped.account, swapped.number).await;
        assert!(matches!(revealed, Err(OpError::Damaged)), "{revealed:?}");
    }
    assert_eq!(
        world.trail_after(before).await,
        ["account.reveal_password fail", "account.reveal_password fail"]
    );

    put(world, one, Put::CiphertextAndKey, &one.password).await;
    put(world, other, Put::CiphertextAndKey, &other.password).await;
    assert!(
        world.reveal_version(owner, one.account, one.number).await.is_ok(),
        "put back, it opens again"
    );
}

#[tokio::test]
async fn ciphertexts_that_changed_places_do_not_open() {
    let (world, owner, [first, second]) = two_accounts().await;
    let pairs = [
        (version(&world, first, 1).await, version(&world, first, 2).await),
        (version(&world, first, 2).await, version(&world, second, 2).await),
        (version(&world, first, 1).await, version(&world, second, 2).await),
    ];

    for (one, other) in &pairs {
        for what in [Put::Ciphertext, Put::CiphertextAndKey] {
            swap_and_reveal(&world, &owner, one, other, what).await;
        }
    }
}

#[tokio::test]
async fn a_version_that_was_hung_on_another_account_does_not_open() {
    let (world, owner, [first, second]) = two_accounts().await;
    let (mine, theirs) = (world.id(first.0), world.id(second.0));

    world
        .sql(&format!(
            "DELETE FROM versions WHERE account_id = {mine} AND number = 2"
        ))
        .await;
    world
        .sql(&format!(
            "UPDATE versions SET account_id = {mine} WHERE account_id = {theirs} AND number = 2"
        ))
        .await;

    assert!(matches!(world.reveal(&owner, first).await, Err(OpError::Damaged)));
}

#[tokio::test]
async fn a_version_with_another_number_does_not_open() {
    let (world, owner, [first, _]) = two_accounts().await;
    let id = world.id(first.0);

    world
        .sql(&format!(
            "UPDATE versions SET number = 0 WHERE account_id = {id} AND number = 2"
        ))
        .await;
    world
        .sql(&format!(
            "UPDATE versions SET number = 2 WHERE account_id = {id} AND number = 1"
        ))
        .await;

    assert!(matches!(world.reveal(&owner, first).await, Err(OpError::Damaged)));
}

#[tokio::test]
async fn a_changed_bit_is_noticed() {
    let (world, owner, [first, _]) = two_accounts().await;
    let honest = version(&world, first, 2).await;
    let mut changed = honest.password.clone();
    changed.ciphertext[20] ^= 1;
    put(&world, &honest, Put::Ciphertext, &changed).await;
    assert!(matches!(world.reveal(&owner, first).await, Err(OpError::Damaged)));

    let mut changed = honest.password.clone();
    changed.wrapped_key[40] ^= 1;
    put(&world, &honest, Put::CiphertextAndKey, &changed).await;
    assert!(matches!(world.reveal(&owner, first).await, Err(OpError::Damaged)));
}

#[tokio::test]
async fn an_account_that_was_set_back_does_not_give_its_earlier_password() {
    let (world, owner, [first, _]) = two_accounts().await;
    let id = world.id(first.0);
    let before = world.last_entry().await;

    world
        .sql(&format!("UPDATE accounts SET version = 1 WHERE id = {id}"))
        .await;
    let set_back = world.reveal(&owner, first).await;
    world
        .sql(&format!(
            "DELETE FROM versions WHERE account_id = {id} AND number = 2"
        ))
        .await;
    let cut_off = world.reveal(&owner, first).await;

    assert!(matches!(set_back, Err(OpError::Damaged)));
    assert!(matches!(cut_off, Err(OpError::Damaged)));
    assert_eq!(
        world.trail_after(before).await,
        ["account.reveal_password fail", "account.reveal_password fail"]
    );
}

#[tokio::test]
async fn the_earlier_row_in_the_place_of_the_newest_does_not_open() {
    let (world, owner, [first, _]) = two_accounts().await;
    let (earlier, newest) = (version(&world, first, 1).await, version(&world, first, 2).await);

    put(&world, &newest, Put::CiphertextAndKey, &earlier.password).await;

    assert!(matches!(world.reveal(&owner, first).await, Err(OpError::Damaged)));
}

#[tokio::test]
async fn a_damaged_password_does_not_keep_people_from_setting_a_new_one() {
    let (world, owner, [first, _]) = two_accounts().await;
    let newest = version(&world, first, 2).await;
    let mut changed = newest.password.clone();
    changed.ciphertext[20] ^= 1;
    put(&world, &newest, Put::Ciphertext, &changed).await;

    assert_eq!(world.set_password(&owner, first, "first three").await.unwrap(), 3);

    assert_eq!(world.reveal(&owner, first).await.unwrap(), "first three");
}

#[tokio::test]
async fn the_app_of_one_person_does_not_open_for_another() {
    let world = World::new().await;
    let (alice, mallory) = (
        world.user("alice", Role::PasswordUser).await,
        world.user("mallory", Role::PasswordUser).await,
    );
    let factor = |person: &Person, column: &str| {
        let user = world.id(person.id.0);
        format!("(SELECT {column} FROM factors WHERE user_id = {user} AND kind = 'totp')")
    };
    let columns = ["ciphertext", "wrapped_key", "kek_version"].map(|column| {
        let theirs = factor(&mallory, column);
        format!("{column} = {theirs}")
    });
    let user = world.id(alice.id.0);
    world
        .sql(&format!(
            "UPDATE factors SET {} WHERE user_id = {user} AND kind = 'totp'",
            columns.join(", ")
        ))
        .await;
    let token = world.pass_password(&world.gate, &alice).await;
    let before = world.last_entry().await;

    let step = world
        .prove_factor(&world.gate, &token, &mallory.code(&world))
        .await;

    assert!(matches!(step, Err(OpError::Damaged)));
    assert_eq!(world.trail_after(before).await, ["login.prove_factor fail"]);
}

/// Puts the factor of `person` back as it is now, when the returned script is run.
async fn script_that_restores(world: &World, person: &Person, kind: FactorKind) -> String {
    let own = factors::list(&world.snapshot().await, person.id).await.unwrap();
    let factor = own.into_iter().find(|factor| factor.kind == kind).unwrap();
    format!(
        "UPDATE factors SET ciphertext = {}, wrapped_key = {}, kek_version = {}, revision = {} WHERE id = {}",
        world.bytes(&factor.enrolment.ciphertext),
        world.bytes(&factor.enrolment.wrapped_key),
        factor.enrolment.kek_version,
        factor.revision,
        world.id(factor.id.0)
    )
}

#[tokio::test]
async fn a_spent_code_does_not_come_back_to_life_with_the_earlier_row_of_its_factor() {
    let world = World::new().await;
    for (username, kind) in [("alice", FactorKind::Totp), ("bob", FactorKind::BackupCode)] {
        let person = world.user(username, Role::PasswordUser).await;
        let code = match kind {
            FactorKind::BackupCode => person.backup_codes[0].clone(),
            _ => person.code(&world),
        };
        let restore = script_that_restores(&world, &person, kind).await;
        let login = async || {
            let token = world.pass_password(&world.gate, &person).await;
            let choose = ChooseMethod {
                token: token.clone(),
                method: kind,
            };
            world.gate.write(&world.anonymous(), choose).await.unwrap();
            token
        };
        let step = world.prove_factor(&world.gate, &login().await, &code).await;
        assert!(matches!(step, Ok(FactorStep::Passed { .. })));

        world.sql(&restore).await;
        let replayed = world.prove_factor(&world.gate, &login().await, &code).await;

        assert!(matches!(replayed, Err(OpError::Damaged)), "{kind}");
    }
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    let world = World::new().await;

    let opened = Gate::open(world.store.clone(), &MemorySlot([1; 32]), world.tools()).await;

    let error = opened.err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("the master key at the memory of the test does not open this database")
    );
}

#[tokio::test]
async fn keys_that_changed_places_keep_the_vault_shut() {
    let world = World::new().await;
    let wrapped = "(SELECT wrapped FROM keks WHERE purpose = 'factors')";

    world
        .sql(&format!(
            "UPDATE keks SET wrapped = {wrapped} WHERE purpose = 'vault'"
        ))
        .await;

    assert!(
        Gate::open(world.store.clone(), &world.slot, world.tools())
            .await
            .is_err()
    );
}
