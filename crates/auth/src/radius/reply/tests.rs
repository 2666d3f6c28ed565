use data_encoding::HEXLOWER;
use portcullis_model::Secret;
use proptest::prelude::*;

use super::*;
use crate::radius::attribute::wrap_microsoft;
use crate::radius::forge::{ACCEPT, CHALLENGE, Forge, REJECT, SECRET};
use crate::radius::request::Question;
use crate::radius::settings::RadiusProtocol;
use crate::seeded::Seeded;
use MessageAuthenticator::{Optional, Required};

#[test]
fn the_replies_of_rfc_2865_7_are_read() {
    let accept = "0200002686fe220e7624ba2a1005f6bf9b55e0b20606000000010f06000000000e06c0a80103";
    let challenge = "0b02004e36f3c8764ae8c71157403c0c71ff9c4512304368616c6c656e67652033323736393433302e2020456e7465\
                     7220726573706f6e73652061742070726f6d70742e180a3332373639343330";

    assert_eq!(
        judge_rfc(0, "0f403f9473978057bd83d5cb98f4227a", accept),
        Ok(Reply::Accept)
    );
    assert_eq!(
        judge_rfc(2, "f3a47a1f6a6d76710b947ab93041a039", challenge),
        Ok(Reply::Challenge(ServerQuestion {
            prompt: "Challenge 32769430. Enter response at prompt.".to_owned(),
            echo: false,
            state: Some(b"32769430".to_vec()),
        }))
    );
}

#[test]
fn the_reply_of_rfc_5997_6_1_is_read() {
    let reply = "02da0014ef0d552a4bf2d693ec2b6fe8b5411d66";

    assert_eq!(
        judge_rfc(0xda, "8a54f4686fb394c52866e302185d0623", reply),
        Ok(Reply::Accept)
    );
}

#[test]
fn yes_no_and_a_question_are_told_apart() {
    let question = Forge::new(CHALLENGE)
        .with(REPLY_MESSAGE, "Enter a new PIN ")
        .with(PROMPT, ECHO)
        .with(STATE, b"\x01\x02")
        .with(REPLY_MESSAGE, "of 4 digits:");

    assert_eq!(judge(&Forge::new(ACCEPT)), Ok(Reply::Accept));
    assert_eq!(judge(&Forge::new(REJECT)), Ok(Reply::Reject));
    assert_eq!(
        judge(&question),
        Ok(Reply::Challenge(ServerQuestion {
            prompt: "Enter a new PIN of 4 digits:".to_owned(),
            echo: true,
            state: Some(vec![1, 2]),
        }))
    );
}

#[test]
fn only_a_prompt_of_one_shows_what_is_typed() {
    for value in [&[][..], &[0, 0, 0, 0], &[0, 0, 0, 2], &[1], &[1, 0, 0, 0]] {
        let Ok(Reply::Challenge(question)) = judge(&Forge::new(CHALLENGE).with(PROMPT, value)) else {
            panic!("it is a question");
        };
        assert!(!question.echo, "{value:?}");
    }
}

#[test]
fn the_message_authenticator_may_stand_anywhere_but_must_be_there() {
    let last = Forge::new(ACCEPT).with(REPLY_MESSAGE, "Welcome");
    let first = last.clone().with_message_authenticator_first();
    let none = last.clone().without_message_authenticator();

    assert_eq!(judge(&last), Ok(Reply::Accept));
    assert_eq!(judge(&first), Ok(Reply::Accept));
    assert_eq!(judge(&none), Err(NoReply::NoMessageAuthenticator));
    assert_eq!(judge_under(&none, Optional), Ok(Reply::Accept));
}

#[test]
fn a_message_authenticator_that_is_there_must_be_right_even_where_none_is_needed() {
    for wrong in [&[0; 16][..], &[], &[0; 15], &[0; 17]] {
        let forge = Forge::new(ACCEPT)
            .without_message_authenticator()
            .with(MESSAGE_AUTHENTICATOR, wrong);

        assert_eq!(judge(&forge), Err(NoReply::MessageAuthenticator));
        assert_eq!(judge_under(&forge, Optional), Err(NoReply::MessageAuthenticator));
    }
    let two = Forge::new(ACCEPT).with(MESSAGE_AUTHENTICATOR, [0; 16]);
    for forge in [two.clone(), two.with_message_authenticator_first()] {
        assert_eq!(judge_under(&forge, Optional), Err(NoReply::MessageAuthenticator));
    }
}

#[test]
fn a_reply_to_another_request_or_under_another_secret_is_none() {
    let request = draw(RadiusProtocol::Pap);
    let other = Forge::new(ACCEPT).reply(request.identifier, &[0; 16]);
    let next = Forge::new(ACCEPT).reply(request.identifier.wrapping_add(1), &request.authenticator);

    assert_eq!(
        request.judge(&other, SECRET, Optional),
        Err(NoReply::ResponseAuthenticator)
    );
    assert_eq!(request.judge(&next, SECRET, Optional), Err(NoReply::Identifier));
    assert_eq!(
        judge_under(&Forge::new(ACCEPT).under(b"another"), Optional),
        Err(NoReply::ResponseAuthenticator)
    );
}

#[test]
fn other_codes_a_proxy_state_and_two_states_are_no_reply() {
    for code in [0, 1, 4, 5, 12, 13, 40, 255] {
        assert_eq!(judge(&Forge::new(code)), Err(NoReply::Code));
    }
    assert_eq!(
        judge(&Forge::new(ACCEPT).with(PROXY_STATE, "x")),
        Err(NoReply::ProxyState)
    );
    assert_eq!(
        judge(&Forge::new(CHALLENGE).with(STATE, "a").with(STATE, "b")),
        Err(NoReply::State)
    );
}

#[test]
fn under_ms_chap_v2_a_yes_needs_the_proof_of_the_server() {
    let request = draw(RadiusProtocol::MsChapV2);
    let judge = |forge: Forge| request.judge(&forge.reply_to(&request.bytes), SECRET, Required);
    let wrong = [&[1][..], b"S=407A5589115FD0D6209F510FE9C04566932CDA56"].concat();

    assert_eq!(judge(Forge::new(ACCEPT)), Err(NoReply::ServerProof));
    assert_eq!(
        judge(Forge::new(ACCEPT).with(VENDOR_SPECIFIC, wrap_microsoft(MS_CHAP2_SUCCESS, &wrong))),
        Err(NoReply::ServerProof)
    );
    assert_eq!(judge(Forge::new(REJECT)), Ok(Reply::Reject));
}

proptest! {
    #[test]
    fn no_bytes_are_a_reply_by_chance(
        code in any::<u8>(),
        rest in proptest::collection::vec(any::<u8>(), 16..300),
    ) {
        let request = draw(RadiusProtocol::Pap);
        let length = u16::try_from(rest.len() + 4).unwrap().to_be_bytes();
        let bytes = [&[code, request.identifier, length[0], length[1]], &rest[..]].concat();

        prop_assert!(request.judge(&bytes, SECRET, Optional).is_err());
    }

    #[test]
    fn no_changed_bit_is_overlooked(place in 0_usize..1000, bit in 0_u8..8) {
        let request = draw(RadiusProtocol::Pap);
        let mut reply = Forge::new(REJECT).with(REPLY_MESSAGE, "No").with(STATE, "s").reply_to(&request.bytes);
        let place = place % reply.len();

        reply[place] ^= 1 << bit;

        prop_assert!(request.judge(&reply, SECRET, Optional).is_err());
    }

    #[test]
    fn no_cut_reply_is_read(length in 0_usize..1000) {
        let request = draw(RadiusProtocol::Pap);
        let reply = Forge::new(ACCEPT).with(REPLY_MESSAGE, "Welcome").reply_to(&request.bytes);

        let cut = &reply[..length % reply.len()];

        prop_assert!(request.judge(cut, SECRET, Optional).is_err());
    }
}

fn judge(forge: &Forge) -> Result<Reply, NoReply> {
    judge_under(forge, Required)
}

fn judge_under(forge: &Forge, rule: MessageAuthenticator) -> Result<Reply, NoReply> {
    let request = draw(RadiusProtocol::Pap);
    request.judge(&forge.reply_to(&request.bytes), SECRET, rule)
}

fn judge_rfc(identifier: u8, authenticator: &str, reply: &str) -> Result<Reply, NoReply> {
    let hex = |digits: &str| HEXLOWER.decode(digits.as_bytes()).unwrap();
    let request = Request {
        bytes: Vec::new(),
        identifier,
        authenticator: hex(authenticator).try_into().unwrap(),
        ms_chap: None,
    };
    request.judge(&hex(reply), b"xyzzy5461", Optional)
}

fn draw(protocol: RadiusProtocol) -> Request {
    let question = Question {
        username: "d.okafor",
        answer: &Secret::new("123456"),
        nas_identifier: "portcullis",
        protocol,
        state: None,
    };
    Request::draw(&question, SECRET, &Seeded::new(1))
}
