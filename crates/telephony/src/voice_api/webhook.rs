use std::collections::BTreeSet;

use portcullis_model::{CallHook, Secret};
use reqwest::Url;

use super::signature::is_signed;
use crate::{Key, NotReached};

/// What a provider says of a call, believed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Webhook {
    pub(super) status: Status,
    pub(super) digits: Vec<Key>,
    /// Whether `#` ended the digits, rather than the time.
    pub(super) has_pound: bool,
}

/// How far a call is, in the provider's words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Status {
    Queued,
    Ringing,
    InProgress,
    Completed,
    NotReached(NotReached),
}

/// What a request must show to be believed.
pub(super) struct Expected<'a> {
    pub(super) auth_token: &'a Secret,
    pub(super) account: &'a str,
    pub(super) call: &'a str,
    /// The very address that the provider was given for this event.
    pub(super) url: Url,
}

/// Why a request is not believed. It holds nothing of the request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum Doubt {
    #[error("it is not signed with the auth token")]
    Signature,
    #[error("it names a field twice")]
    Twice,
    #[error("it is about another call or another account")]
    OtherCall,
    #[error("it does not say how far the call is")]
    Status,
    #[error("it holds keys that no telephone has, or too many")]
    Keys,
}

/// More keys than anybody presses in one row.
const MOST_KEYS: usize = 64;

/// Believes a request, or says why not.
pub(super) fn read(hook: &CallHook, expected: &Expected<'_>) -> Result<Webhook, Doubt> {
    if !is_signed(
        expected.auth_token,
        &expected.url,
        &hook.parameters,
        &hook.signature,
    ) {
        return Err(Doubt::Signature);
    }
    let names: BTreeSet<&str> = hook.parameters.iter().map(|(name, _)| name.as_str()).collect();
    if names.len() != hook.parameters.len() {
        return Err(Doubt::Twice);
    }
    let find = |wanted: &str| {
        let found = hook.parameters.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    if find("CallSid") != Some(expected.call) || find("AccountSid") != Some(expected.account) {
        return Err(Doubt::OtherCall);
    }
    let sip = find("SipResponseCode").and_then(|code| code.parse().ok());
    let status = find("CallStatus")
        .and_then(|word| status_of(word, sip))
        .ok_or(Doubt::Status)?;
    let pressed = find("Digits").unwrap_or_default();
    if MOST_KEYS < pressed.len() {
        return Err(Doubt::Keys);
    }
    let digits: Option<Vec<Key>> = pressed.bytes().map(Key::new).collect();
    let digits = digits.ok_or(Doubt::Keys)?;
    // Not every provider says which key it was. Where it does not, digits alone are a whole row.
    let has_pound = match find("FinishedOnKey") {
        Some(key) => key == "#",
        None => !digits.is_empty(),
    };
    Ok(Webhook {
        status,
        digits,
        has_pound,
    })
}

fn status_of(word: &str, sip: Option<u16>) -> Option<Status> {
    Some(match word {
        "queued" | "initiated" => Status::Queued,
        "ringing" => Status::Ringing,
        "in-progress" | "answered" => Status::InProgress,
        "completed" => Status::Completed,
        "busy" => Status::NotReached(NotReached::Busy),
        "no-answer" | "canceled" => Status::NotReached(NotReached::NoAnswer),
        "failed" => Status::NotReached(match sip {
            // The provider's own way to the telephone network is broken.
            Some(500..=599) => NotReached::ProviderDown,
            Some(code) => NotReached::of_status(code).unwrap_or(NotReached::InvalidNumber),
            None => NotReached::InvalidNumber,
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_provider_are_told_apart() {
        for (word, sip, reason) in [
            ("busy", None, NotReached::Busy),
            ("no-answer", None, NotReached::NoAnswer),
            ("canceled", None, NotReached::NoAnswer),
            ("failed", None, NotReached::InvalidNumber),
            ("failed", Some(404), NotReached::InvalidNumber),
            ("failed", Some(603), NotReached::Declined),
            ("failed", Some(486), NotReached::Busy),
            ("failed", Some(403), NotReached::ProviderRefused),
            ("failed", Some(503), NotReached::ProviderDown),
        ] {
            assert_eq!(
                status_of(word, sip),
                Some(Status::NotReached(reason)),
                "{word} {sip:?}"
            );
        }
        for word in ["", "In-Progress", "granted"] {
            assert_eq!(status_of(word, None), None, "{word}");
        }
    }
}
