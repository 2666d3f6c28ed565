//! PINs: only the agent knows them, and it counts the wrong ones.

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{CallNews, CallOutcome, CallStep, Secret, Telephone};
use portcullis_testkit::phones::Baresip;

use crate::office::{Office, PERSON, Server};

/// Calls, and keys in one after the other once the voice listens.
async fn call(server: &Server, phone: &Arc<Baresip>, keys: &[&str]) -> CallOutcome {
    let keys: Vec<String> = keys.iter().map(|keys| (*keys).to_owned()).collect();
    let challenge = server.challenge(PERSON).await.unwrap();
    let tell = |told| {
        if told == CallNews::Reached(CallStep::Waiting) {
            let (phone, keys) = (Arc::clone(phone), keys.clone());
            std::thread::spawn(move || {
                for keys in keys {
                    phone.press(&keys);
                    std::thread::sleep(Duration::from_secs(3));
                }
            });
        }
    };
    let spec = challenge.call.unwrap().spec;
    server.phone.place(&server.settings, &spec, &tell).await.outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_pin_lets_in_and_five_wrong_ones_lock_it() {
    let phone = Arc::new(Baresip::start_as("+19259249500"));
    let office = Office::new(phone.port);
    let server = Server::honest(&office, "pin").await;

    // Who has none is not called.
    let refused = server.challenge(PERSON).await.unwrap().call.unwrap().refused;
    assert_eq!(refused, Some(CallOutcome::Unchecked));

    let stored = office.agent.person(PERSON).unwrap().unwrap();
    office.agent.set_pin(stored.id, &Secret::new("112283")).unwrap();
    assert_eq!(call(&server, &phone, &["112283#"]).await, CallOutcome::Granted);
    // One digit too few of those that repeat, then the right one.
    assert_eq!(
        call(&server, &phone, &["12283#", "112283#"]).await,
        CallOutcome::Granted
    );
    assert_eq!(
        call(&server, &phone, &["#", "1111#", "112284#"]).await,
        CallOutcome::WrongKeys
    );
    assert_eq!(
        call(&server, &phone, &["1111#", "112284#", "2222#"]).await,
        CallOutcome::Locked
    );
    let refused = server.challenge(PERSON).await.unwrap().call.unwrap().refused;
    assert_eq!(refused, Some(CallOutcome::Blocked));

    office.clock.advance(Duration::from_mins(16));
    let refused = server.challenge(PERSON).await.unwrap().call.unwrap().refused;
    assert_eq!(refused, None);
}
