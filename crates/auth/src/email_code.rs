use async_trait::async_trait;
use portcullis_crypto::equal;
use portcullis_model::{
    Answer, Asking, Challenge, Chance, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Proof,
    SecondFactor, Secret, Shown, Username, Verdict,
};

/// Six digits that are sent to the person's mailbox, for one sign-in.
///
/// It has no enrolment: whose address is known can be asked. It proves the mailbox and no more, so that NIST SP 800-63B-4
/// §3.1.3.1 does not count it as an authenticator; which people may use it is for the policy to say.
pub struct EmailCode;

const DIGITS: usize = 6;

#[async_trait]
impl SecondFactor for EmailCode {
    fn kind(&self) -> FactorKind {
        FactorKind::Email
    }

    fn enrol(&self, _newcomer: &Newcomer<'_>) -> Result<Enrolment, FactorError> {
        Ok(Enrolment {
            private: Vec::new(),
            shown: Shown::Nothing,
        })
    }

    fn show(&self, _person: &Username, _enrolment: &[u8]) -> Result<Shown, FactorError> {
        Ok(Shown::Nothing)
    }

    fn challenges(&self) -> bool {
        true
    }

    async fn challenge(&self, asking: &Asking<'_>) -> Result<Challenge, FactorError> {
        let code = draw(asking.chance);
        Ok(Challenge {
            public: String::new(),
            private: code.expose().as_bytes().to_vec(),
            code: Some(code),
            call: None,
        })
    }

    async fn verify(&self, proof: &Proof<'_>, answer: &Answer) -> Result<Verdict, FactorError> {
        let expected = &proof.challenge.private;
        let typed: Vec<u8> = answer
            .code
            .expose()
            .bytes()
            .filter(|byte| *byte != b' ')
            .collect();
        // Without a challenge there is nothing to be right about.
        let right = expected.len() == DIGITS && equal(expected, &typed);
        Ok(if right {
            Verdict::Accept { enrolment: None }
        } else {
            Verdict::Reject
        })
    }

    fn summarize(&self, _enrolment: &[u8]) -> Result<FactorSummary, FactorError> {
        Ok(FactorSummary::default())
    }
}

/// Six digits, each as likely as the others.
fn draw(chance: &dyn Chance) -> Secret {
    const CODES: u32 = 1_000_000;
    // What is above the last whole million would make some codes likelier; it is drawn again.
    let fair = u32::MAX - u32::MAX % CODES;
    loop {
        let number = u32::from_le_bytes(chance.bytes());
        if number < fair {
            return Secret::new(format!("{:06}", number % CODES));
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_model::Timestamp;

    use super::*;
    use crate::seeded::Seeded;

    async fn challenge(seed: u64) -> Challenge {
        let asking = Asking {
            enrolments: &[&[]],
            settings: &[],
            at: Timestamp::from_micros(0),
            chance: &Seeded::new(seed),
        };
        EmailCode.challenge(&asking).await.unwrap()
    }

    async fn answer(challenge: &Challenge, code: &str) -> Verdict {
        let proof = Proof {
            enrolment: &[],
            challenge,
            settings: &[],
            chance: &Seeded::new(0),
        };
        let answer = Answer {
            code: Secret::new(code),
            at: Timestamp::from_micros(0),
            address: String::new(),
        };
        EmailCode.verify(&proof, &answer).await.unwrap()
    }

    #[tokio::test]
    async fn the_code_of_this_challenge_is_right_and_that_of_another_is_not() {
        let (mine, other) = (challenge(1).await, challenge(2).await);
        let code = mine.code.clone().unwrap();
        let spaced = format!("{} {}", &code.expose()[..3], &code.expose()[3..]);

        assert_eq!(
            answer(&mine, code.expose()).await,
            Verdict::Accept { enrolment: None }
        );
        assert_eq!(answer(&mine, &spaced).await, Verdict::Accept { enrolment: None });
        assert_eq!(answer(&other, code.expose()).await, Verdict::Reject);
    }

    #[tokio::test]
    async fn without_a_challenge_nothing_is_right() {
        for code in ["", " ", "000000", "123456"] {
            assert_eq!(answer(&Challenge::default(), code).await, Verdict::Reject);
        }
    }

    #[test]
    fn every_digit_is_as_likely_as_the_others() {
        let chance = Seeded::new(1);
        let mut counts = [0_i64; 10];
        for _ in 0..10_000 {
            for digit in draw(&chance).expose().bytes() {
                counts[usize::from(digit - b'0')] += 1;
            }
        }
        // 60,000 digits; χ² with 9 degrees of freedom is below 27.9 in 999 of 1000 fair draws.
        let excess: i64 = counts.iter().map(|count| (count - 6_000).pow(2)).sum();
        assert!(excess < 167_400, "{counts:?}");
    }
}
