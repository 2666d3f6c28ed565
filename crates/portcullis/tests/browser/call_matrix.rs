//! Everything that a telephone may do, from the page to the phone and back.

use portcullis_testkit::PhoneAgent;
use portcullis_testkit::phones::{Behaviour, Sipp};
use serde_json::json;

use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::phones::{LISTENS, NUMBER, often, settings, shows_in_the_end, straight_to, told};

/// What the telephone does, and what comes of it.
struct Row {
    phone: Behaviour<'static>,
    /// Of the trunk; one that asks for a digest wants `secret`.
    password: &'static str,
    outcome: &'static str,
    /// What the page says in the end.
    text: &'static str,
}

const IN: &str = "Sign out";
const REPORTED: &str = "Somebody on the phone said that this wasn't you, so the sign-in was ended. We told your \
                        administrators. If it was you, sign in again and use another way, or ask an administrator.";
const PROVIDER: &str = "The phone service isn't answering. Try another way, or try again in a minute.";

const fn row(phone: Behaviour<'static>, outcome: &'static str, text: &'static str) -> Row {
    Row {
        phone,
        password: "secret",
        outcome,
        text,
    }
}

/// Those that let in stand between the others: five calls in a row that came to nothing are too many.
const ROWS: [Row; 13] = [
    row(Behaviour::Press("#"), "granted", IN),
    row(
        Behaviour::Reject(486),
        "busy",
        "The line is busy. Wait a moment, then call again.",
    ),
    row(
        Behaviour::Reject(603),
        "declined",
        "The call was declined. Call again, or try another way.",
    ),
    row(
        Behaviour::Reject(404),
        "invalid_number",
        "We can't call this number. Ask an administrator to check it.",
    ),
    row(
        Behaviour::Reject(480),
        "no_answer",
        "No answer. Call again, or try another way.",
    ),
    row(Behaviour::Info('#'), "granted", IN),
    row(
        Behaviour::Silent,
        "no_input",
        "Nobody pressed a key. Call again, or try another way.",
    ),
    row(
        Behaviour::HangUp,
        "hung_up",
        "The call ended before it was confirmed. Call again.",
    ),
    row(
        Behaviour::RingForever,
        "no_answer",
        "No answer. Call again, or try another way.",
    ),
    row(Behaviour::Reject(503), "provider_down", PROVIDER),
    row(Behaviour::PressAfterChallenge("#"), "granted", IN),
    Row {
        password: "wrong",
        ..row(Behaviour::PressAfterChallenge("#"), "provider_refused", PROVIDER)
    },
    row(Behaviour::Press("0#"), "fraud_blocked", REPORTED),
];

/// Who places the calls.
enum By {
    Agent(PhoneAgent),
    Trunks,
}

impl By {
    /// Has the next call go to that port of this machine.
    async fn call(&self, company: &Company, port: u16, password: &str) {
        match self {
            Self::Agent(agent) => drop(agent.set_trunk_with(port, password)),
            Self::Trunks => {
                let mut trunk = straight_to(port);
                trunk["password"] = json!(password);
                company.set_calls(often(settings(&trunk, "confirm"))).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_phone_does_the_page_tells_and_only_a_yes_lets_in() {
    if !Sipp::may_press() {
        return;
    }
    let company = Company::new().await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    company.set_phone(1, "confirm").await;
    let (vera, _) = company.called("vera").await;
    goes_through_all(&company, &vera, &By::Trunks).await;
    vera.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_phone_does_the_page_tells_by_an_agent_too() {
    if !Sipp::may_press() {
        return;
    }
    let company = Company::new().await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let agent = PhoneAgent::start(env!("CARGO_BIN_EXE_portcullis"), 1);
    let _ = agent.told(&["limits", "--in-ten-minutes", "50", "--in-a-day", "50"]);
    let _ = agent.told(&["people", "add", "vera", NUMBER]);
    company.set_calls(often(agent.settings("confirm"))).await;
    let (vera, _) = company.person("vera", &["phone", "backup_code"]).await;
    goes_through_all(&company, &vera, &By::Agent(agent)).await;
    vera.quit().await;
}

async fn goes_through_all(company: &Company, vera: &Browser, by: &By) {
    let mut waits = false;
    for row in &ROWS {
        let phone = Sipp::play_slowly(row.phone, LISTENS);
        by.call(company, phone.port, row.password).await;
        if waits {
            vera.submit(&[], "form[action='/sign-in/call'] button").await;
        } else {
            type_password(vera, "vera").await;
        }

        waits = tells(vera, row).await;
        let call = company.latest_call().await;
        assert_eq!(call["outcome"], row.outcome, "{call}");
        assert!(!call.to_string().contains("9249500"));
    }
}

/// Waits until the page says what the row says. Answers whether it still waits for a call.
async fn tells(vera: &Browser, row: &Row) -> bool {
    match row.outcome {
        "granted" => {
            shows_in_the_end(vera, row.text).await;
            vera.submit(&[], "form[action='/sign-out'] button").await;
            false
        }
        "fraud_blocked" => {
            shows_in_the_end(vera, row.text).await;
            assert_eq!(vera.path().await, "/sign-in");
            false
        }
        outcome => {
            assert_eq!(told(vera).await, row.text, "{outcome}");
            assert_eq!(vera.path().await, "/sign-in/call");
            true
        }
    }
}
