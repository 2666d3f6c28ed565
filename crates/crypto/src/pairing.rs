use data_encoding::HEXLOWER;
use portcullis_model::Secret;
use zeroize::Zeroizing;

use crate::digest::{equal, hmac_sha256, sha256};
use crate::keys::Key;
use crate::readable::spell_plainly;

/// What a server and its phone agent share. Both make it from one drawn password, which never crosses the wire.
pub struct Pairing {
    login: Secret,
    seal: Key,
}

/// One exchange: what was asked, and what was answered.
pub struct Exchanged<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// Drawn for this request.
    pub nonce: &'a str,
    pub request: &'a [u8],
    pub status: u16,
    pub answer: &'a [u8],
}

impl Pairing {
    /// From the password as it was drawn, however it was typed. `None` if it cannot be one.
    pub fn of(password: &Secret) -> Option<Self> {
        let plain = spell_plainly(password.expose()).filter(|plain| !plain.expose().is_empty())?;
        let key = plain.expose().as_bytes();
        let login = Zeroizing::new(hmac_sha256(key, &[b"portcullis phone agent login v1"]));
        Some(Self {
            login: Secret::new(HEXLOWER.encode(&login[..])),
            seal: Key::from_bytes(hmac_sha256(key, &[b"portcullis phone agent seal v1"])),
        })
    }

    /// What is sent as the password.
    pub fn login(&self) -> &Secret {
        &self.login
    }

    /// Seals an answer together with what it answers, in hexadecimal.
    pub fn seal(&self, exchange: &Exchanged<'_>) -> String {
        HEXLOWER.encode(&self.mac(exchange))
    }

    /// Tells whether `seal` is of this exchange and of no other.
    pub fn is_of(&self, seal: &str, exchange: &Exchanged<'_>) -> bool {
        HEXLOWER
            .decode(seal.as_bytes())
            .is_ok_and(|seal| equal(&seal, &self.mac(exchange)))
    }

    fn mac(&self, exchange: &Exchanged<'_>) -> [u8; 32] {
        let parts = [
            exchange.method.as_bytes(),
            exchange.target.as_bytes(),
            exchange.nonce.as_bytes(),
            exchange.request,
            &exchange.status.to_be_bytes(),
            exchange.answer,
        ];
        // Parts of one length, so that nothing can move from one to the next.
        let digests = parts.map(|part| sha256(&[part]));
        hmac_sha256(self.seal.expose(), &[digests.as_flattened()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Exchanged<'_> = Exchanged {
        method: "GET",
        target: "/v1/calls/7?seen=ringing",
        nonce: "n1",
        request: b"",
        status: 200,
        answer: b"{}",
    };

    fn pairing(password: &str) -> Pairing {
        Pairing::of(&Secret::new(password)).unwrap()
    }

    #[test]
    fn both_sides_agree_however_the_password_was_typed() {
        let (drawn, typed) = (pairing("abcde-01234"), pairing(" ABCDE o1234 "));

        assert_eq!(drawn.login(), typed.login());
        assert!(typed.is_of(&drawn.seal(&ASKED), &ASKED));
        assert!(!pairing("abcde-01235").is_of(&drawn.seal(&ASKED), &ASKED));
        assert!(Pairing::of(&Secret::new(" - ")).is_none());
        assert!(Pairing::of(&Secret::new("a password!")).is_none());
    }

    #[test]
    fn a_seal_is_of_one_exchange_only() {
        let pairing = pairing("abcde-01234");
        let seal = pairing.seal(&ASKED);
        let others = [
            Exchanged {
                method: "POST",
                ..ASKED
            },
            Exchanged {
                target: "/v1/calls/8?seen=ringing",
                ..ASKED
            },
            Exchanged { nonce: "n2", ..ASKED },
            Exchanged {
                request: b"x",
                ..ASKED
            },
            Exchanged { status: 201, ..ASKED },
            Exchanged {
                answer: b"{ }",
                ..ASKED
            },
            Exchanged {
                target: "",
                nonce: "/v1/calls/7?seen=ringingn1",
                ..ASKED
            },
        ];

        for other in others {
            assert!(!pairing.is_of(&seal, &other));
        }
        for broken in ["", "00", "zz", &seal[..62]] {
            assert!(!pairing.is_of(broken, &ASKED));
        }
    }
}
