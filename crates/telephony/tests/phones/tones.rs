//! Keys as tones in the voice: heard where the trunk allows them and the other side sends no events, and nowhere else.

use std::time::Duration;

use portcullis_telephony::{KeySource, Outcome, Task};

use crate::phone::{Media, Phone};
use crate::support::{backend, place, plan, spec, trunk};

/// What comes of a call to a telephone that plays `keys` into its voice.
async fn after_tones(keys: &str, is_allowed: bool, knows_events: bool) -> Outcome {
    let mut phone = Phone::udp().await;
    let mut settings = trunk(&phone);
    settings.allows_tones = is_allowed;
    let mut plan = plan(Task::Confirm);
    plan.timings.collect = Duration::from_secs(2);
    let mut call = place(&backend(vec![settings]), spec(plan));
    let invite = phone.expect("INVITE").await;
    let mut media = Media::new().await;
    let description = if knows_events {
        media.sdp()
    } else {
        media.sdp_without_events()
    };
    phone.reply(&invite, "200 OK", "", &description).await;
    phone.expect("ACK").await;
    let to = media.hear().await;
    call.waits().await;
    media.play(to, keys).await;
    phone.end().await;
    call.report().await.outcome
}

#[tokio::test]
async fn tones_are_keys_only_where_the_trunk_allows_them_and_no_events_come() {
    let (allowed, forbidden, better, none) = tokio::join!(
        after_tones("#", true, false),
        after_tones("#", false, false),
        after_tones("#", true, true),
        after_tones("", true, false),
    );

    assert_eq!(allowed, Outcome::Granted(KeySource::InBand));
    assert_eq!(forbidden, Outcome::NoInput);
    assert_eq!(better, Outcome::NoInput);
    assert_eq!(none, Outcome::NoInput, "the voice alone presses nothing");
}
