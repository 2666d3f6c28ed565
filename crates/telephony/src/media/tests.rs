//! Hostile descriptions and packets.

use super::ear::Ear;
use super::mouth::Mouth;
use super::srtp::MediaKey;
use super::{Direction, Law, Offer};
use crate::Extension;
use portcullis_testkit::fuzz::Mutator;

fn key() -> MediaKey {
    MediaKey::parse("WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz").unwrap()
}

#[test]
fn fuzz_descriptions() {
    let mut mutator = Mutator::new();
    let offers = [None, Some(key())].map(|key| Offer {
        local: "192.0.2.1:4000".parse().unwrap(),
        session: 7,
        key,
    });
    while mutator.goes_on() {
        for offer in &offers {
            let good = offer.to_text(2, Direction::SendOnly);
            let bad = mutator.mutate(good.as_bytes());
            if let Ok(description) = offer.match_with(&bad) {
                assert_eq!(
                    description.key.is_some(),
                    offer.key.is_some(),
                    "{}",
                    String::from_utf8_lossy(&bad)
                );
            }
        }
    }
}

#[test]
fn fuzz_packets() {
    let mut mutator = Mutator::new();
    let peer = "192.0.2.9:20000".parse().unwrap();
    let key = key();
    while mutator.goes_on() {
        let mut plain = Ear::new(peer, vec![101], None, true).unwrap();
        let mut sealed = Ear::new(peer, vec![101], Some(&key), true).unwrap();
        let mut mouth = Mouth::new(Law::Mu, Some(101), None, [7; 10]).unwrap();
        mouth.dial(&Extension::new("1234567890*#").unwrap());
        let mut packet = Vec::new();
        for _ in 0..100 {
            mouth.speak(&mut packet);
            let bad = mutator.mutate(&packet);
            plain.hear(peer, &bad, |_| {});
            sealed.hear(peer, &bad, |heard| panic!("{heard:?} without a key: {bad:?}"));
            plain.hear("192.0.2.8:20000".parse().unwrap(), &bad, |heard| {
                panic!("{heard:?} from a stranger")
            });
        }
    }
}
