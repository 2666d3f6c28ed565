//! What we answer a provider: what to play, and where to say what was pressed.

use std::time::Duration;

use crate::Digits;
use crate::script::Listens;

/// One answer. All addresses are absolute.
pub(super) struct Document {
    /// The recordings, in their order.
    pub(super) plays: Vec<String>,
    pub(super) then: Then,
}

/// What comes after the recordings.
pub(super) enum Then {
    /// The provider asks again, at this address, when all was heard. Keys do not interrupt it.
    Ask(String),
    /// The provider tells the keys at this address. The first one stops the recordings.
    Gather {
        url: String,
        listens: Listens,
        /// How long it waits for the next key.
        patience: Duration,
    },
    HangUp,
}

/// The answer to what needs none.
pub(super) const NOTHING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

impl Document {
    pub(super) const HANG_UP: Self = Self {
        plays: Vec::new(),
        then: Then::HangUp,
    };

    pub(super) fn to_xml(&self) -> String {
        let plays: Vec<String> = self
            .plays
            .iter()
            .map(|url| format!("<Play>{}</Play>", escape(url)))
            .collect();
        let plays = plays.concat();
        let verbs = match &self.then {
            Then::Ask(url) => format!("{plays}{}", redirect(url)),
            Then::HangUp => format!("{plays}<Hangup/>"),
            Then::Gather {
                url,
                listens,
                patience,
            } => {
                // One more than fits, so that too many are seen as such.
                let most = match listens {
                    Listens::ToOneKey => 1,
                    _ => Digits::MOST + 1,
                };
                // The redirection is for providers that do not tell of a row without keys.
                format!(
                    "<Gather input=\"dtmf\" finishOnKey=\"#\" numDigits=\"{most}\" timeout=\"{}\" \
                     actionOnEmptyResult=\"true\" method=\"POST\" action=\"{}\">{plays}</Gather>{}",
                    whole_seconds(*patience),
                    escape(url),
                    redirect(url)
                )
            }
        };
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>")
    }
}

fn redirect(url: &str) -> String {
    format!("<Redirect method=\"POST\">{}</Redirect>", escape(url))
}

/// Rounded up, and at least one: a provider takes no fractions, and zero means "at once".
pub(super) fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() != 0)).max(1)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_asked_for_with_an_end_and_a_way_out() {
        let document = Document {
            plays: vec!["https://a.example/x?a=1&b=\"".to_owned()],
            then: Then::Gather {
                url: "https://a.example/2".to_owned(),
                listens: Listens::ToRow,
                patience: Duration::from_millis(5001),
            },
        };

        assert_eq!(
            document.to_xml(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Gather input=\"dtmf\" finishOnKey=\"#\" \
             numDigits=\"17\" timeout=\"6\" actionOnEmptyResult=\"true\" method=\"POST\" action=\"https://a.example/2\">\
             <Play>https://a.example/x?a=1&amp;b=&quot;</Play></Gather><Redirect method=\"POST\">https://a.example/2\
             </Redirect></Response>"
        );
    }

    #[test]
    fn what_must_be_heard_is_not_inside_of_what_a_key_stops() {
        let document = Document {
            plays: vec![
                "https://a.example/1.wav".to_owned(),
                "https://a.example/2.wav".to_owned(),
            ],
            then: Then::Ask("https://a.example/1".to_owned()),
        };

        let xml = document.to_xml();
        assert!(!xml.contains("Gather"));
        assert!(xml.contains("1.wav</Play><Play>https://a.example/2.wav</Play><Redirect"));
        assert!(
            Document::HANG_UP
                .to_xml()
                .ends_with("<Response><Hangup/></Response>")
        );
    }
}
