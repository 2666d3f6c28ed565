use std::time::{Duration, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use portcullis_model::{Chance, Clock, Letter};

use crate::failure::{Cause, Failure, Step};
use crate::setup::Setup;

/// RFC 5322, section 2.1.1, allows 998 bytes in a line; a subject without a space cannot be folded.
const LONGEST_SUBJECT: usize = 250;

/// A letter as it goes over the wire, with its envelope.
pub(crate) struct Message {
    pub(crate) from: Address,
    pub(crate) to: Vec<Address>,
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
}

impl Message {
    pub(crate) fn write(
        letter: &Letter,
        setup: &Setup,
        clock: &dyn Clock,
        chance: &dyn Chance,
    ) -> Result<Self, Failure> {
        let to = recipients(&letter.to)?;
        if letter.subject.chars().any(char::is_control) {
            return Err(unfit("the subject holds a line break or a control character"));
        }
        if LONGEST_SUBJECT < letter.subject.chars().count() {
            return Err(unfit("the subject is too long"));
        }
        let from = setup.from.clone();
        let id = format!(
            "{}@{}",
            HEXLOWER.encode(&chance.bytes::<16>()),
            from.email.domain()
        );
        let since = u64::try_from(clock.now().micros()).unwrap_or(0);
        let mut builder = lettre::Message::builder()
            .date(UNIX_EPOCH + Duration::from_micros(since))
            .message_id(Some(format!("<{id}>")))
            .from(from.clone())
            .subject(letter.subject.clone())
            // RFC 3834: nobody's out-of-office note is to answer.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply_to) = &setup.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        for address in &to {
            builder = builder.to(Mailbox::new(None, address.clone()));
        }
        let body = MultiPart::alternative()
            .boundary(HEXLOWER.encode(&chance.bytes::<20>()))
            .singlepart(SinglePart::plain(letter.text.clone()))
            .singlepart(SinglePart::html(letter.html.clone()));
        let message = builder
            .multipart(body)
            .map_err(|_| unfit("the letter cannot be put together"))?;
        Ok(Self {
            from: from.email,
            to,
            id,
            bytes: message.formatted(),
        })
    }

    /// Whether an address is not plain ASCII, which the server must be ready for (RFC 6531).
    pub(crate) fn is_international(&self) -> bool {
        let mut addresses = self.to.iter().chain([&self.from]);
        addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii())
    }
}

fn recipients(to: &[String]) -> Result<Vec<Address>, Failure> {
    if to.is_empty() {
        return Err(unfit("the letter has no recipient"));
    }
    let addresses = to.iter().map(|text| text.parse());
    addresses
        .collect::<Result<_, _>>()
        .map_err(|_| unfit("a recipient is not a bare address"))
}

fn unfit(text: &'static str) -> Failure {
    Failure::new(Step::Write, Cause::Unfit(text))
}
