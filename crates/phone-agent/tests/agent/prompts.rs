//! What the agent's calls say: recordings of the company's own, from the next call on.

use portcullis_model::CallOutcome;
use portcullis_phone_agent::{Person, PromptView};
use portcullis_testkit::phones::{Baresip, tenths_of_tone, tone};

use crate::office::{Office, Server, open};

fn view(office: &Office, language: &str, name: &str) -> Option<PromptView> {
    let prompts = office.agent.prompts().unwrap();
    let mut found = prompts.into_iter();
    found.find(|prompt| prompt.language == language && prompt.name == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_replaces_is_what_the_next_call_says() {
    let phone = Baresip::start_as("+19259249500");
    let office = Office::new(phone.port);
    let server = Server::honest(&office, "confirm").await;
    // The running agent is another one than that of the command.
    let command = open(&office.path, &office.clock);
    let greeting = tone(440.0, 20);
    command.replace_prompt("en", "greeting", &greeting).unwrap();

    let call = server.call();
    let listen = async {
        for _ in 0..200 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            if 15 < tenths_of_tone(&phone.heard(), 440.0) {
                break;
            }
        }
        tokio::task::block_in_place(|| phone.hang_up());
    };
    let (outcome, ()) = tokio::join!(call, listen);

    assert_eq!(outcome, CallOutcome::HungUp);
    let heard = tenths_of_tone(&phone.heard(), 440.0);
    assert!(15 < heard, "{heard} tenths of a second; {}", phone.log());
}

#[test]
fn a_recording_is_listed_and_taken_back() {
    let office = Office::new(1);
    assert!(view(&office, "de", "thanks").unwrap().replaced_at.is_none());

    office
        .agent
        .replace_prompt("de-AT", "thanks", &tone(440.0, 12))
        .unwrap();

    let replaced = view(&office, "de", "thanks").unwrap();
    assert_eq!(replaced.millis, Some(1200));
    assert!(replaced.replaced_at.is_some());
    assert!(office.agent.restore_prompt("de", "thanks").unwrap());
    assert!(!office.agent.restore_prompt("de", "thanks").unwrap());
    assert!(view(&office, "de", "thanks").unwrap().replaced_at.is_none());
    for (language, name, wav, reason) in [
        (
            "german",
            "thanks",
            tone(440.0, 9),
            "the language must be a language",
        ),
        (
            "de",
            "farewell",
            tone(440.0, 9),
            "the prompt is none of the prompts",
        ),
        ("de", "thanks", tone(0.0, 9), "the file is silent"),
        ("de", "thanks", b"no".to_vec(), "the file must be a WAV file"),
    ] {
        let refused = office.agent.replace_prompt(language, name, &wav).unwrap_err();
        assert!(refused.to_string().starts_with(reason), "{refused}");
    }
}

#[test]
fn somebody_can_be_called_in_a_language_that_the_company_recorded() {
    let office = Office::new(1);
    let mut person = Person::new("a.silva", "1 9259249501");
    person.language = Some("pt".to_owned());
    assert!(office.agent.add(person.clone()).is_err());

    for prompt in office.agent.prompts().unwrap() {
        if prompt.language == "en" {
            office
                .agent
                .replace_prompt("pt", prompt.name, &tone(440.0, 3))
                .unwrap();
        }
    }

    office.agent.add(person).unwrap();
}
