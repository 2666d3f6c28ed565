//! What calls say: replaced by administrators, on every node, and on record.

use portcullis_model::{PromptKey, Role};
use portcullis_ops::prompts::{Hear, List, PromptLanguage, Replace, Restore, key_of};
use portcullis_ops::settings::{Connection, Put};
use portcullis_ops::{Gate, OpError};
use portcullis_testkit::phones::{samples_of, tenths_of_tone, tone};
use portcullis_testkit::{Person, World};
use serde_json::json;

fn key(language: &str, name: &str) -> PromptKey {
    key_of(language, name).unwrap()
}

async fn replace(world: &World, by: &Person, key: PromptKey, file: &[u8]) -> Result<(), OpError> {
    let file = file.to_vec();
    world.gate.remote(&by.caller, Replace { key, file }).await
}

async fn of(gate: &Gate, by: &Person, language: &str) -> Option<PromptLanguage> {
    let found = gate.read(&by.caller, List).await.unwrap();
    found.into_iter().find(|found| found.language == language)
}

async fn tenths_of_440(gate: &Gate, by: &Person, key: PromptKey) -> usize {
    let wav = gate.read(&by.caller, Hear { key }).await.unwrap();
    tenths_of_tone(&samples_of(&wav), 440.0)
}

fn problem(result: Result<(), OpError>) -> String {
    match result {
        Err(OpError::Invalid(errors)) => format!("{} {}", errors[0].field, errors[0].problem),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_recording_of_ones_own_counts_on_every_node_until_it_is_taken_back() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let other = world.second_node().await;
    assert_eq!(tenths_of_440(&other, &admin, key("de", "thanks")).await, 0);

    replace(&world, &admin, key("de-AT", "thanks"), &tone(440.0, 12))
        .await
        .unwrap();

    assert_eq!(tenths_of_440(&other, &admin, key("de", "thanks")).await, 12);
    let german = of(&other, &admin, "de").await.unwrap();
    let thanks = german
        .prompts
        .iter()
        .find(|prompt| prompt.name == "thanks")
        .unwrap();
    assert!(thanks.is_own && thanks.is_shipped && german.is_whole);
    assert_eq!(thanks.text, "Vielen Dank. Auf Wiederhören.");
    assert_eq!(thanks.millis, Some(1200));
    assert_eq!(thanks.changed.as_ref().unwrap().1, admin.username.as_str());
    let before = world.last_entry().await;
    let last = world.entries_after(before - 1).await.remove(0);
    assert_eq!(last.operation, "prompt.replace");
    assert!(
        last.message.contains("Prompt thanks in de replaced"),
        "{}",
        last.message
    );

    let back = Restore {
        key: key("de", "thanks"),
    };
    other.write(&admin.caller, back).await.unwrap();

    assert_eq!(tenths_of_440(&world.gate, &admin, key("de", "thanks")).await, 0);
    let again = Restore {
        key: key("de", "thanks"),
    };
    assert!(matches!(
        other.write(&admin.caller, again).await,
        Err(OpError::Conflict(_))
    ));
}

#[tokio::test]
async fn a_new_language_can_be_chosen_once_every_prompt_is_there_and_stays_whole_while_calls_are_in_it() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let other = world.second_node().await;
    let wav = tone(440.0, 3);
    let set = |revision| Put {
        connection: Connection::Phone,
        value: json!({
            "trunks": [{ "host": "sip.example.org", "transport": "udp", "username": "portcullis" }],
            "countries": ["US"],
            "language": "pt",
        }),
        revision,
    };
    let english = of(&world.gate, &admin, "en").await.unwrap();
    let names: Vec<&str> = english.prompts.iter().map(|prompt| prompt.name).collect();
    let (last, first) = names.split_last().unwrap();

    for name in first {
        replace(&world, &admin, key("pt-BR", name), &wav).await.unwrap();
    }
    assert!(!of(&world.gate, &admin, "pt").await.unwrap().is_whole);
    let early = other.write(&admin.caller, set(0)).await;
    assert!(problem(early).starts_with("language must be one of the list"));
    replace(&world, &admin, key("pt", last), &wav).await.unwrap();

    assert!(of(&other, &admin, "pt").await.unwrap().is_whole);
    other.write(&admin.caller, set(0)).await.unwrap();
    let away = Restore {
        key: key("pt", "greeting"),
    };
    let refused = world.gate.write(&admin.caller, away).await;
    assert!(matches!(refused, Err(OpError::Conflict(why)) if why.contains("Calls are in this language")));
}

#[tokio::test]
async fn what_is_no_recording_is_refused_with_the_reason() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut coded = tone(440.0, 5);
    // µ-law in the head of the file.
    coded[20] = 7;
    coded[34] = 8;

    for (file, reason) in [
        (Vec::new(), "file must be chosen"),
        (b"ID3 a song".to_vec(), "file must be a WAV file"),
        (coded, "file must be a WAV file of 16-bit PCM"),
        (tone(440.0, 201), "at most 20 seconds"),
        (tone(440.0, 0), "longer than a tenth"),
        (tone(0.0, 20), "file is silent"),
        (vec![0; 4 * 1024 * 1024 + 1], "file must be at most 4 MiB"),
    ] {
        let told = problem(replace(&world, &admin, key("de", "thanks"), &file).await);
        assert!(told.contains(reason), "{told}");
    }
    let unknown = replace(&world, &admin, key("de", "farewell"), &tone(440.0, 5)).await;
    assert_eq!(problem(unknown), "prompt is none of the prompts");
    assert!(matches!(key_of("deutsch", "thanks"), Err(OpError::Invalid(_))));
    assert!(!of(&world.gate, &admin, "de").await.unwrap().prompts[8].is_own);
}

#[tokio::test]
async fn only_who_guards_everybody_replaces_and_only_after_a_fresh_second_step() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let user = world.user("alice", Role::PasswordUser).await;
    let wav = tone(440.0, 5);

    let refused = replace(&world, &user, key("de", "thanks"), &wav).await;
    assert!(matches!(refused, Err(OpError::Denied | OpError::NotFound)));
    assert!(world.gate.read(&user.caller, List).await.is_err());
    world.clock.advance(std::time::Duration::from_mins(16));
    let stale = replace(&world, &admin, key("de", "thanks"), &wav).await;
    assert!(matches!(stale, Err(OpError::StepUp)), "{stale:?}");
}
