//! The people of an agent: kept sealed, found whatever the case, imported without losing any.

use portcullis_phone_agent::{AgentError, Person, from_csv};

use crate::office::{Office, PERSON, open};

#[test]
fn nothing_of_a_person_lies_in_the_clear() {
    let office = Office::new(1);
    let stored = office.agent.person(PERSON).unwrap().unwrap();
    let pin = office.agent.reset_pin(&stored).unwrap();
    drop(open(&office.path, &office.clock));

    let mut bytes = Vec::new();
    for file in std::fs::read_dir(office.path.parent().unwrap()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("SQLite format 3"));
    for secret in [
        PERSON,
        "9259249500",
        "argon2",
        office.password.expose(),
        pin.expose(),
        "127.0.0.1",
    ] {
        assert!(!holds(secret), "{secret}");
    }
}

#[test]
fn a_name_is_taken_once_whatever_its_case() {
    let office = Office::new(1);

    assert!(office.agent.person("D.Okafor ").unwrap().is_some());
    let taken = office.agent.add(Person::new("D.OKAFOR", "1 9259249501"));
    assert!(matches!(taken, Err(AgentError::Taken(_))));
    let abroad = office.agent.add(Person::new("a.reyes", "33 142278186"));
    assert!(
        abroad
            .unwrap_err()
            .to_string()
            .contains("a country that is called")
    );
}

#[test]
fn an_import_adds_and_changes_and_leaves_out_what_it_must() {
    let office = Office::new(1);
    let stored = office.agent.person(PERSON).unwrap().unwrap();
    let _ = office.agent.reset_pin(&stored).unwrap();
    let table = "name,number,backup\nD.Okafor,1 9259249502,1 9259249503\na.reyes,+49 30 901820,\nb.none,911,\na.reyes,1 9259249504,\n";
    let import = |only_look| {
        let found = from_csv(table.as_bytes()).unwrap();
        office.agent.import(found, only_look).unwrap()
    };

    let looked = import(true);
    assert_eq!(
        (looked.added.len(), looked.changed.len(), looked.refused.len()),
        (1, 1, 2)
    );
    assert_eq!(office.agent.people().unwrap().len(), 1);

    let done = import(false);
    assert_eq!(done.added, ["a.reyes"]);
    assert_eq!(done.refused[0].0, "line 4");
    assert!(
        done.refused[1].1.contains("another a.reyes"),
        "{:?}",
        done.refused
    );
    let changed = office.agent.person(PERSON).unwrap().unwrap().person;
    assert_eq!(changed.number, "1 9259249502");
    assert_eq!(changed.name, PERSON);
    assert!(changed.has_pin());

    let again = import(false);
    assert_eq!(
        (again.added.len(), again.changed.len(), again.unchanged),
        (0, 0, 2)
    );
}

#[test]
fn another_key_does_not_open_the_database() {
    use std::sync::Arc;

    use portcullis_crypto::{Key, KeySlot, PasswordHasher, SlotError};
    use portcullis_phone_agent::Agent;
    use portcullis_testkit::{MockClock, SeededChance};

    struct Another;

    impl KeySlot for Another {
        fn kind(&self) -> &'static str {
            "test"
        }

        fn describe(&self) -> String {
            "another key".to_owned()
        }

        fn slot_key(&self) -> Result<Key, SlotError> {
            Ok(Key::from_bytes([9; 32]))
        }
    }

    let office = Office::new(1);
    let opened = Agent::open(
        &office.path,
        &Another,
        Arc::new(MockClock::default()),
        Arc::new(SeededChance::new(1)),
        PasswordHasher::with_cost(8, 1),
    );

    assert!(
        opened
            .err()
            .unwrap()
            .to_string()
            .contains("belongs to another key file")
    );
}
