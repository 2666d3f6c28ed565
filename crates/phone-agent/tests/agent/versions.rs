//! The database of an older agent is brought up to date, and that of a newer one is left alone.

use std::collections::BTreeMap;

use portcullis_model::CallPrices;
use portcullis_phone_agent::{Agent, Person};
use portcullis_testkit::phones::tone;
use portcullis_testkit::{MemorySlot, MockClock, SeededChance};
use rusqlite::Connection;

use crate::office::{open, trunks};

#[test]
fn a_database_of_the_first_version_still_opens_and_a_newer_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.db");
    let clock = std::sync::Arc::new(MockClock::default());
    let agent = open(&path, &clock);
    agent.configure(&trunks(1)).unwrap();
    agent.add(Person::new("d.okafor", "1 9259249500")).unwrap();
    drop(agent);
    let database = Connection::open(&path).unwrap();
    database
        .execute_batch(
            "DROP TABLE prompts;
             DROP INDEX calls_by_country;
             ALTER TABLE calls DROP COLUMN country;
             ALTER TABLE calls DROP COLUMN minutes;
             ALTER TABLE calls DROP COLUMN cost;
             ALTER TABLE calls DROP COLUMN currency;
             INSERT INTO calls (id, request, person, number_digest, masked, outcome, placed, trunk, seconds, made_at)
             VALUES (zeroblob(16), zeroblob(32), zeroblob(16), zeroblob(32), '+1', 'granted', 1, 'sip', 9, 1);
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(database);

    let agent = open(&path, &clock);

    let prices = CallPrices {
        currency: "EUR".to_owned(),
        a_minute: 2,
        countries: BTreeMap::new(),
    };
    let calls = agent.calls().unwrap();
    assert_eq!((calls[0].seconds, calls[0].cost.as_deref()), (9, None));
    assert_eq!(agent.people().unwrap().len(), 1);
    agent.set_limits(agent.limits().unwrap(), Some(&prices)).unwrap();
    assert_eq!(agent.spending().unwrap().unwrap().spent, 0);
    agent.replace_prompt("de", "thanks", &tone(440.0, 9)).unwrap();
    drop(agent);
    let database = Connection::open(&path).unwrap();
    let version: u32 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 3);
    database.execute_batch("PRAGMA user_version = 4").unwrap();
    drop(database);
    let newer = Agent::open(
        &path,
        &MemorySlot::default(),
        clock,
        std::sync::Arc::new(SeededChance::new(7)),
        portcullis_crypto::PasswordHasher::with_cost(8, 1),
    );
    assert!(newer.is_err_and(|error| error.to_string().contains("newer version")));
}
