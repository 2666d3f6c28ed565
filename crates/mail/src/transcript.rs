use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::BASE64;
use portcullis_model::{DialogueLine, Secret, Speaker};

use crate::setup::Login;

const MASK: &str = "•••";
/// More than any honest conversation has.
const MOST_LINES: usize = 200;
const LONGEST_LINE: usize = 500;
/// Lettre reads on until a line ends, however long that takes.
const LONGEST_UNFINISHED: usize = 4096;

/// What was said on a connection, without secrets and without the letter itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript(Arc<Mutex<Record>>);

#[derive(Debug, Default)]
struct Record {
    lines: Vec<DialogueLine>,
    ours: Unfinished,
    theirs: Unfinished,
    next: Next,
    /// Final lines of replies since our last line.
    replies: usize,
    closed: bool,
    hidden: Vec<Secret>,
}

/// The beginning of a line. It may hold a secret, so it is not printed.
#[derive(Default)]
struct Unfinished(Vec<u8>);

impl std::fmt::Debug for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// What our next line is, by the server's last reply.
#[derive(Debug, Default)]
enum Next {
    #[default]
    Command,
    /// A secret that the server asked for.
    Answer,
    /// A line of the letter, so many bytes of which have passed.
    Letter(usize),
}

impl Transcript {
    /// Never shows the password of this login, in whatever form the server repeats it.
    pub(crate) fn hiding(login: Option<&Login>) -> Self {
        let mut hidden = Vec::new();
        if let Some(Login { username, password }) = login {
            let plain = format!("\0{username}\0{}", password.expose());
            hidden.push(Secret::new(BASE64.encode(plain.as_bytes())));
            hidden.push(Secret::new(BASE64.encode(password.expose().as_bytes())));
            hidden.push(password.clone());
        }
        let record = Record {
            hidden,
            ..Record::default()
        };
        Self(Arc::new(Mutex::new(record)))
    }

    pub(crate) fn lines(&self) -> Vec<DialogueLine> {
        self.record().lines.clone()
    }

    /// Adds what happened between two lines.
    pub(crate) fn note(&self, text: &str) {
        self.record().push(Speaker::Note, text);
    }

    /// Adds what we have sent.
    pub(crate) fn sent(&self, bytes: &[u8]) {
        let mut record = self.record();
        let mut ours = mem::take(&mut record.ours);
        ours.lines(bytes, |line| record.said_by_us(line));
        record.ours = ours;
    }

    /// Adds what came in; nothing stands for the end. Tells whether it can be from a mail server.
    pub(crate) fn received(&self, bytes: &[u8]) -> bool {
        let mut record = self.record();
        record.closed |= bytes.is_empty();
        let mut theirs = mem::take(&mut record.theirs);
        let mut is_proper = true;
        theirs.lines(bytes, |line| {
            // Lettre looks for a first word in every line that is not empty, and panics without one.
            let text = line.get(4..).unwrap_or_default();
            is_proper &= text.is_empty() || !text.trim().is_empty();
            record.said_by_server(line);
        });
        is_proper &= theirs.0.len() <= LONGEST_UNFINISHED;
        record.theirs = theirs;
        is_proper
    }

    /// Whether the server has given exactly one reply to our last line, and not a byte more.
    pub(crate) fn is_settled(&self) -> bool {
        let record = self.record();
        record.replies == 1 && record.theirs.0.is_empty()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.record().closed
    }

    /// Makes a text of the server fit to be shown.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.record().clean(text)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn said_by_us(&mut self, line: &str) {
        self.replies = 0;
        match &mut self.next {
            Next::Command => {
                let mut words = line.splitn(3, ' ');
                let shown = match (words.next(), words.next(), words.next()) {
                    (Some("AUTH"), Some(mechanism), Some(_)) => format!("AUTH {mechanism} {MASK}"),
                    _ => line.to_owned(),
                };
                self.push(Speaker::Us, &shown);
            }
            Next::Answer => self.push(Speaker::Us, MASK),
            Next::Letter(size) if line != "." => *size += line.len() + 2,
            Next::Letter(size) => {
                let text = format!("the letter, {size} bytes");
                self.push(Speaker::Note, &text);
                self.push(Speaker::Us, ".");
                self.next = Next::Command;
            }
        }
    }

    fn said_by_server(&mut self, line: &str) {
        self.push(Speaker::Server, line);
        // A hyphen after the code tells that more lines of this reply follow.
        if line.as_bytes().get(3) != Some(&b'-') {
            self.replies += 1;
            self.next = match line.get(..3) {
                Some("334") => Next::Answer,
                Some("354") => Next::Letter(0),
                _ => Next::Command,
            };
        }
    }

    fn push(&mut self, speaker: Speaker, text: &str) {
        if self.lines.len() < MOST_LINES {
            let text = match speaker {
                Speaker::Server => self.clean(text),
                // We know where we said a secret, and have masked it there.
                Speaker::Us | Speaker::Note => printable(text),
            };
            self.lines.push(DialogueLine { speaker, text });
        }
    }

    fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.hidden {
            text = text.replace(secret.expose(), MASK);
        }
        printable(&text)
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(LONGEST_LINE)
        .collect()
}

impl Unfinished {
    /// Calls `take` with every line that `bytes` completes.
    fn lines(&mut self, bytes: &[u8], mut take: impl FnMut(&str)) {
        for &byte in bytes {
            match byte {
                b'\n' => take(&String::from_utf8_lossy(&mem::take(&mut self.0))),
                b'\r' => {}
                _ => self.0.push(byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        Transcript::hiding(Some(&Login {
            username: "ann".to_owned(),
            password: Secret::new("tulip"),
        }))
    }

    fn texts(transcript: &Transcript) -> Vec<String> {
        transcript.lines().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn what_signs_in_is_masked() {
        let transcript = transcript();

        transcript.sent(b"AUTH PLAIN AGFubgB0dWxpcA==\r\n");
        transcript.received(b"334 VXNlcm5hbWU6\r\n");
        transcript.sent(b"YW");
        transcript.sent(b"5u\r\n");
        transcript.received(b"535 tulip or dHVsaXA= or AGFubgB0dWxpcA==?\r\n");
        transcript.sent(b"QUIT\r\n");

        assert_eq!(
            texts(&transcript),
            [
                "AUTH PLAIN •••",
                "334 VXNlcm5hbWU6",
                "•••",
                "535 ••• or ••• or •••?",
                "QUIT"
            ]
        );
        assert!(!format!("{transcript:?}").contains("tulip"));
    }

    #[test]
    fn of_a_letter_only_the_size_is_kept() {
        let transcript = transcript();

        transcript.received(b"354 go on\r\n");
        transcript.sent(b"Subject: code\r\n\r\n493817\r\n");
        transcript.sent(b".\r\n");
        transcript.received(b"250 ok\r\n");

        assert_eq!(
            texts(&transcript),
            ["354 go on", "the letter, 25 bytes", ".", "250 ok"]
        );
    }

    #[test]
    fn a_reply_too_many_is_noticed() {
        let transcript = transcript();
        transcript.sent(b"STARTTLS\r\n");
        assert!(!transcript.is_settled());

        transcript.received(b"220-one\r\n220 two\r\n");
        assert!(transcript.is_settled());

        transcript.received(b"250 smuggled");
        assert!(!transcript.is_settled());
        transcript.received(b"\r\n");
        assert!(!transcript.is_settled());
    }

    #[test]
    fn a_line_without_a_word_is_improper() {
        let transcript = transcript();

        assert!(transcript.received(b"250-\r\n250 \r\n250\r\n"));
        assert!(!transcript.received(b"250-  \r\n"));
    }

    #[test]
    fn a_chatty_server_does_not_fill_the_memory() {
        let transcript = transcript();

        for _ in 0..1000 {
            assert!(transcript.received(&[b'x'; 4096]));
            assert!(!transcript.received(b"x"));
            transcript.received(b"\n");
        }

        assert_eq!(texts(&transcript).len(), MOST_LINES);
        assert_eq!(texts(&transcript)[0].len(), LONGEST_LINE);
    }
}
