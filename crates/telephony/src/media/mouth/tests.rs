use super::*;

fn mouth(law: Law, event_type: Option<u8>) -> Mouth {
    Mouth::new(law, event_type, None, [255; 10]).unwrap()
}

fn packets(mouth: &mut Mouth, count: usize) -> Vec<(Header, Vec<u8>, Option<Spoken>)> {
    let mut packet = Vec::new();
    (0..count)
        .map(|_| {
            let spoken = mouth.speak(&mut packet);
            let (header, payload) = Header::read(&packet).unwrap();
            (header, payload.to_vec(), spoken)
        })
        .collect()
}

#[test]
fn recordings_follow_each_other_and_then_comes_silence() {
    let mut mouth = mouth(Law::Mu, None);
    mouth.play(9, vec![vec![1; 200].into(), vec![2; 60].into()]);

    let sent = packets(&mut mouth, 3);
    let said = |prompts| Some(Spoken::Said { playlist: 9, prompts });
    assert_eq!((sent[0].1.as_slice(), sent[0].2), ([1; 160].as_slice(), None));
    assert_eq!(&sent[1].1[..100], [[1; 40].as_slice(), &[2; 60]].concat());
    assert_eq!(&sent[1].1[100..], [0xff; 60]);
    assert_eq!(sent[1].2, said(2));
    assert_eq!((sent[2].1.as_slice(), sent[2].2), ([0xff; 160].as_slice(), None));
}

#[test]
fn numbers_run_on_and_the_first_packet_is_marked() {
    let sent = packets(&mut mouth(Law::A, None), 3);

    assert!(sent[0].0.marker && !sent[1].0.marker);
    assert!(sent[0].0.sequence < 0x8000);
    assert_eq!(sent[2].0.sequence, sent[0].0.sequence.wrapping_add(2));
    assert_eq!(sent[2].0.timestamp, sent[0].0.timestamp.wrapping_add(320));
    assert_eq!((sent[0].0.payload_type, sent[0].1[0]), (8, 0xd5));
}

#[test]
fn a_hushed_recording_is_not_said_to_its_end() {
    let mut mouth = mouth(Law::Mu, None);
    mouth.play(1, vec![vec![1; 1600].into()]);
    packets(&mut mouth, 2);

    mouth.hush();
    assert!(
        packets(&mut mouth, 20)
            .iter()
            .all(|(_, payload, spoken)| spoken.is_none() && payload[0] == 0xff)
    );
}

#[test]
fn an_extension_is_sent_as_events_or_as_tones() {
    let extension = Extension::new("2,9").unwrap();
    for event_type in [Some(101), None] {
        let mut mouth = mouth(Law::Mu, event_type);
        mouth.dial(&extension);

        let sent = packets(&mut mouth, 8 + 100 + 8);
        assert_eq!(sent.last().unwrap().2, Some(Spoken::ExtensionSent));
        assert_eq!(sent.iter().filter(|packet| packet.2.is_some()).count(), 1);
        let mut events = events::Events::default();
        let mut detector = tones::Detector::new();
        let mut keys = String::new();
        for (header, payload, _) in sent {
            if header.payload_type == 101 {
                keys.extend(
                    events
                        .receive(header, &payload)
                        .map(|key| char::from(key.label())),
                );
            } else {
                let found = payload
                    .iter()
                    .filter_map(|byte| detector.push(Law::Mu.decode(*byte)));
                keys.extend(found.map(|key| char::from(key.label())));
            }
        }
        assert_eq!(keys, "29");
    }
}
