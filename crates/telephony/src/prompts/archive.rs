use std::sync::Arc;

use super::wav::{self, WavError};
use crate::Prompt;

/// All recordings of a language in one file: lines of name and length, an empty line, then the recordings.
#[derive(Debug, Default)]
pub struct Archive {
    recordings: Vec<(Prompt, Vec<u8>)>,
}

impl Archive {
    /// Adds a recording from a WAV file, louder or softer so that all are alike, without the silence around it.
    pub fn add(&mut self, prompt: Prompt, wav: &[u8]) -> Result<(), WavError> {
        self.recordings.push((prompt, wav::normalized(wav)?));
        Ok(())
    }

    pub fn pack(&self) -> Vec<u8> {
        let mut head = String::new();
        for (prompt, recording) in &self.recordings {
            head.extend([prompt.name(), " ", &recording.len().to_string(), "\n"]);
        }
        head.push('\n');
        let mut packed = head.into_bytes();
        for (_, recording) in &self.recordings {
            packed.extend(recording);
        }
        packed
    }

    /// Reads what [`pack`](Self::pack) wrote, as far as it can be read.
    pub(super) fn unpack(packed: &[u8]) -> Vec<(Prompt, Arc<[u8]>)> {
        let Some(end) = packed.windows(2).position(|pair| pair == b"\n\n") else {
            return Vec::new();
        };
        let (head, mut rest) = (&packed[..end], &packed[end + 2..]);
        let mut recordings = Vec::new();
        for line in String::from_utf8_lossy(head).lines() {
            let read = line.split_once(' ').and_then(|(name, length)| {
                let (recording, behind) = rest.split_at_checked(length.parse().ok()?)?;
                Some((Prompt::of_name(name)?, recording, behind))
            });
            let Some((prompt, recording, behind)) = read else {
                break;
            };
            recordings.push((prompt, recording.into()));
            rest = behind;
        }
        recordings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let archive = Archive {
            recordings: vec![
                (Prompt::Thanks, b"one\n\ntwo".to_vec()),
                (Prompt::Digit(3), vec![0; 9]),
            ],
        };

        let read = Archive::unpack(&archive.pack());
        assert_eq!(read[0], (Prompt::Thanks, b"one\n\ntwo".as_slice().into()));
        assert_eq!(read[1], (Prompt::Digit(3), [0; 9].as_slice().into()));
        assert!(Archive::unpack(b"thanks 9\n\nshort").is_empty());
    }
}
