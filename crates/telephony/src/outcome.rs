use portcullis_model::CallOutcome;

use crate::KeySource;

/// How a call ended. There is one for each thing the person or an administrator can do about it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The person did what was asked of them. The key came this way.
    Granted(KeySource),
    /// The person reported that somebody else signs in; `block` says whether to block the person's phone.
    Fraud {
        block: bool,
    },
    WrongPin,
    /// Whoever owns the PIN has locked it.
    Locked,
    /// Answered, but nobody pressed a key.
    NoInput,
    /// Answered by a machine.
    Voicemail,
    HungUp,
    /// The voice stopped coming.
    Lost,
    /// Took longer than a call may.
    TimedOut,
    /// Whoever wanted the call no longer does.
    Cancelled,
    /// The PIN could not be checked.
    Unchecked,
    NotReached(NotReached),
    Refused(Refusal),
}

/// Why nobody answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotReached {
    Busy,
    NoAnswer,
    Declined,
    InvalidNumber,
    /// The call would have gone to another number; that is not followed.
    Forwarded,
    /// No trunk answers.
    ProviderDown,
    /// The trunk does not accept our credentials or our calls.
    ProviderRefused,
    /// The other side would not encrypt the voice, or not with what we offer.
    Unencrypted,
    /// The other side speaks no codec of ours, or what it answered cannot be read.
    Unsuitable,
}

/// Why no call was placed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    Country,
    /// Premium rate, shared cost, satellite and the like.
    Kind,
    Extension,
    /// One is under way for this person or this number.
    AlreadyCalling,
    Limit,
    Budget,
    Blocked,
}

impl Outcome {
    /// The word for the trail and for the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted(_) => "granted",
            Self::Fraud { .. } => "fraud",
            Self::WrongPin => "wrong_pin",
            Self::Locked => "locked",
            Self::NoInput => "no_input",
            Self::Voicemail => "voicemail",
            Self::HungUp => "hung_up",
            Self::Lost => "lost",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Unchecked => "unchecked",
            Self::NotReached(reason) => reason.word(),
            Self::Refused(reason) => reason.word(),
        }
    }

    /// The number that the `PhoneFactor` list of call results gives it, if it knows such a result.
    pub fn code(self, entered_pin: bool) -> Option<u16> {
        Some(match self {
            Self::Granted(_) if entered_pin => 1,
            Self::Granted(_) => 2,
            Self::NoInput => 4,
            Self::Lost => 10,
            Self::TimedOut => 11,
            Self::WrongPin => 12,
            Self::Voicemail => 13,
            Self::Locked => 105,
            Self::HungUp => 108,
            Self::Fraud { .. } => 112,
            Self::Cancelled | Self::Unchecked => return None,
            Self::NotReached(reason) => return reason.code(),
            Self::Refused(reason) => return reason.code(),
        })
    }

    pub fn is_granted(self) -> bool {
        matches!(self, Self::Granted(_))
    }

    /// The same in the words of the engine. What has no word there is no yes.
    pub fn called(self) -> CallOutcome {
        match self {
            Self::Granted(_) => CallOutcome::Granted,
            Self::Fraud { block: true } => CallOutcome::FraudBlocked,
            other => match other.word().parse() {
                Ok(CallOutcome::Granted) | Err(_) => CallOutcome::Lost,
                Ok(outcome) => outcome,
            },
        }
    }
}

impl NotReached {
    pub fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Declined => "declined",
            Self::InvalidNumber => "invalid_number",
            Self::Forwarded => "forwarded",
            Self::ProviderDown => "provider_down",
            Self::ProviderRefused => "provider_refused",
            Self::Unencrypted => "unencrypted",
            Self::Unsuitable => "unsuitable",
        }
    }

    /// The list knows no engaged line and nobody who declines: both are "unreachable" there.
    fn code(self) -> Option<u16> {
        match self {
            Self::InvalidNumber => Some(100),
            Self::Busy | Self::NoAnswer | Self::Declined => Some(102),
            Self::ProviderDown | Self::ProviderRefused => Some(117),
            Self::Forwarded | Self::Unencrypted | Self::Unsuitable => None,
        }
    }

    /// What a final SIP response says about the person, or nothing where it speaks of the trunk.
    pub(crate) fn of_status(status: u16) -> Option<Self> {
        Some(match status {
            300..=399 => Self::Forwarded,
            486 | 600 => Self::Busy,
            603 | 607 | 608 => Self::Declined,
            404 | 410 | 484 | 604 => Self::InvalidNumber,
            408 | 480 | 487 => Self::NoAnswer,
            401 | 402 | 403 | 407 => Self::ProviderRefused,
            415 | 488 | 606 => Self::Unsuitable,
            _ => return None,
        })
    }

    /// Whether a second number of the same person may be tried.
    pub(crate) fn may_try_backup(self) -> bool {
        matches!(self, Self::Busy | Self::NoAnswer | Self::InvalidNumber)
    }
}

impl Refusal {
    pub fn word(self) -> &'static str {
        match self {
            Self::Country => "refused_country",
            Self::Kind => "refused_kind",
            Self::Extension => "refused_extension",
            Self::AlreadyCalling => "already_calling",
            Self::Limit => "over_limit",
            Self::Budget => "over_budget",
            Self::Blocked => "blocked",
        }
    }

    fn code(self) -> Option<u16> {
        match self {
            Self::Blocked => Some(14),
            Self::AlreadyCalling => Some(101),
            Self::Country => Some(103),
            Self::Budget => Some(109),
            Self::Extension => Some(110),
            Self::Kind | Self::Limit => None,
        }
    }
}

impl From<NotReached> for Outcome {
    fn from(reason: NotReached) -> Self {
        Self::NotReached(reason)
    }
}

impl From<Refusal> for Outcome {
    fn from(reason: Refusal) -> Self {
        Self::Refused(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_about_the_person_are_told_apart_from_those_about_the_trunk() {
        for (status, reason) in [
            (486, NotReached::Busy),
            (600, NotReached::Busy),
            (603, NotReached::Declined),
            (480, NotReached::NoAnswer),
            (404, NotReached::InvalidNumber),
            (302, NotReached::Forwarded),
            (403, NotReached::ProviderRefused),
            (488, NotReached::Unsuitable),
        ] {
            assert_eq!(NotReached::of_status(status), Some(reason), "{status}");
        }
        for status in [500, 502, 503, 504, 580] {
            assert_eq!(NotReached::of_status(status), None, "{status}");
        }
    }

    #[test]
    fn only_a_grant_is_a_grant() {
        assert_eq!(Outcome::Granted(KeySource::Event).code(true), Some(1));
        assert_eq!(Outcome::Granted(KeySource::Event).code(false), Some(2));
        for outcome in [
            Outcome::WrongPin,
            Outcome::HungUp,
            Outcome::Voicemail,
            Outcome::Fraud { block: true },
        ] {
            assert!(!outcome.is_granted());
            assert!(2 < outcome.code(true).unwrap());
        }
    }
}
