use super::*;

fn offer(key: Option<MediaKey>) -> Offer {
    Offer {
        local: "192.0.2.1:4000".parse().unwrap(),
        session: 7,
        key,
    }
}

fn key() -> MediaKey {
    MediaKey::parse("WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz").unwrap()
}

fn answer(profile: &str, more: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
         m=audio 20000 {profile} 8 96\r\na=rtpmap:96 telephone-event/8000\r\n{more}"
    )
}

#[test]
fn we_understand_what_we_write() {
    for key in [None, Some(key())] {
        let offer = offer(key);
        let text = offer.to_text(3, Direction::ReceiveOnly);

        let read = offer.match_with(text.as_bytes()).unwrap();
        assert_eq!(read.peer, offer.local);
        assert_eq!((read.law, read.event_type), (Law::Mu, Some(EVENTS)));
        assert_eq!(read.direction, Direction::ReceiveOnly);
        assert_eq!(read.key.is_some(), offer.key.is_some());
    }
}

#[test]
fn an_answer_names_the_peer_and_its_codec() {
    let read = offer(None).match_with(answer("RTP/AVP", "").as_bytes()).unwrap();

    assert_eq!(read.peer, "192.0.2.9:20000".parse().unwrap());
    assert_eq!(
        (read.law, read.event_type, read.direction),
        (Law::A, Some(96), Direction::Both)
    );
}

#[test]
fn encryption_is_never_downgraded() {
    let offer = offer(Some(key()));
    let crypto = |rest: &str| format!("a=crypto:1 {rest}\r\n");
    let good = format!("{SUITE} inline:{}", key().to_text().as_str());

    assert!(
        offer
            .match_with(answer("RTP/SAVP", &crypto(&good)).as_bytes())
            .is_ok()
    );
    assert!(
        offer
            .match_with(answer("RTP/SAVP", &crypto(&format!("{good}|2^20"))).as_bytes())
            .is_ok()
    );
    for refused in [
        answer("RTP/AVP", ""),
        answer("RTP/AVP", &crypto(&good)),
        answer("RTP/SAVP", ""),
        answer("RTP/SAVP", &crypto(&good.replace("_80", "_32"))),
        answer("RTP/SAVP", &crypto(&format!("{good} UNENCRYPTED_SRTP"))),
        answer("RTP/SAVP", &crypto(&format!("{good}|2^20|1:4"))),
        answer("RTP/SAVP", &crypto(&format!("{SUITE} inline:AAAA"))),
    ] {
        assert_eq!(
            offer.match_with(refused.as_bytes()).unwrap_err(),
            Unusable::Unencrypted,
            "{refused}"
        );
    }
}

#[test]
fn what_we_cannot_speak_is_refused() {
    let plain = offer(None);
    let good = answer("RTP/AVP", "");

    for refused in [
        String::new(),
        "v=0\r\n".to_owned(),
        good.replace("audio 20000", "audio 0"),
        good.replace("AVP 8", "AVP 18"),
        good.replace("RTP/AVP", "RTP/SAVP"),
        good.replace("audio", "video"),
        good.replace("c=IN IP4 192.0.2.9", "c=IN IP4 phone.example.org"),
        good.replace("c=IN IP4 192.0.2.9", "c=IN IP4 239.1.1.1"),
    ] {
        assert_eq!(
            plain.match_with(refused.as_bytes()).unwrap_err(),
            Unusable::Unsuitable,
            "{refused}"
        );
    }
}

#[test]
fn a_held_call_is_known_in_the_new_and_the_old_way() {
    let plain = offer(None);

    for (more, direction) in [
        ("a=sendonly\r\n", Direction::SendOnly),
        ("a=inactive\r\n", Direction::None),
        ("a=recvonly\r\n", Direction::ReceiveOnly),
    ] {
        let read = plain.match_with(answer("RTP/AVP", more).as_bytes()).unwrap();
        assert_eq!(read.direction, direction);
        assert_eq!(read.direction.hears(), direction == Direction::ReceiveOnly);
    }
    let old = answer("RTP/AVP", "").replace("c=IN IP4 192.0.2.9", "c=IN IP4 0.0.0.0");
    assert_eq!(
        plain.match_with(old.as_bytes()).unwrap().direction,
        Direction::SendOnly
    );
}

proptest::proptest! {
    #[test]
    fn a_changed_answer_is_read_or_refused(place in 0..200_usize, byte: u8, cut in 0..300_usize) {
        let mut text = answer("RTP/AVP", "a=crypto:1 x inline:y\r\na=sendrecv\r\n").into_bytes();
        let length = text.len();
        text[place.min(length - 1)] = byte;
        text.truncate(cut);
        let _ = offer(None).match_with(&text);
        let _ = offer(Some(key())).match_with(&text);
    }
}
