use std::fmt;
use std::str::FromStr;

/// A place in the trail, to be kept outside: with it, a trail whose end was cut off is found out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Checkpoint {
    pub seq: i64,
    pub hash: [u8; 32],
}

const HEADER: &str = "portcullis-checkpoint-v1";

#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this is not a checkpoint: it should read `{HEADER} NUMBER HASH`")]
pub struct CheckpointError;

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER} {} ", self.seq)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut words = text.split_whitespace();
        let (Some(HEADER), Some(seq), Some(hex), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(CheckpointError);
        };
        let digits = hex.as_bytes();
        if digits.len() != 64 {
            return Err(CheckpointError);
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| CheckpointError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| CheckpointError)?;
        }
        Ok(Self {
            seq: seq.parse().map_err(|_| CheckpointError)?,
            hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_survives_paper() {
        let checkpoint = Checkpoint {
            seq: 42,
            hash: [0xab; 32],
        };

        assert_eq!(checkpoint.to_string().parse(), Ok(checkpoint));
        assert_eq!(
            "portcullis-checkpoint-v1 42 xyz".parse::<Checkpoint>(),
            Err(CheckpointError)
        );
        assert_eq!("".parse::<Checkpoint>(), Err(CheckpointError));
    }
}
