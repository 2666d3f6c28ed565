use std::borrow::Cow;

use portcullis_model::FactorKind;
use portcullis_ops::sign_in::INCORRECT;

/// How one kind of second factor looks while signing in.
pub(crate) struct Way {
    pub kind: FactorKind,
    pub title: &'static str,
    pub label: &'static str,
    pub hint: Cow<'static, str>,
    /// Whether what is typed may be seen.
    pub echo: bool,
    /// How long the code is, if it is digits only.
    pub digits: Option<u8>,
    pub wrong: &'static str,
    /// What helps after a wrong answer.
    pub advice: &'static str,
    /// What it is called when it is set up.
    pub noun: &'static str,
    /// The button that chooses it.
    pub choose: &'static str,
    /// A word on its strength, for the weaker ones.
    pub strength: &'static str,
}

impl Way {
    /// The same way with the server's own question.
    pub(crate) fn asking(self, question: String, echo: bool) -> Self {
        Self {
            label: "Answer",
            hint: question.into(),
            echo,
            ..self
        }
    }

    /// The same way with codes as long as those of the person's own apps.
    pub(crate) fn long(self, lengths: &[u8]) -> Self {
        let (FactorKind::Totp, Some(longest)) = (self.kind, lengths.last()) else {
            return self;
        };
        let words: Vec<String> = lengths.iter().map(u8::to_string).collect();
        Self {
            hint: format!("{} digits from your authenticator app", words.join(" or ")).into(),
            digits: Some(*longest),
            ..self
        }
    }

    pub(crate) fn of(kind: FactorKind) -> Self {
        let plain = Self {
            kind,
            title: "",
            label: "Verification code",
            hint: "".into(),
            echo: true,
            digits: None,
            wrong: INCORRECT,
            advice: "",
            noun: kind.label(),
            choose: "",
            strength: "",
        };
        match kind {
            FactorKind::BackupCode => Self {
                title: "Enter a backup code",
                label: "Backup code",
                hint: "One of the codes you saved at set-up. Each works once.".into(),
                wrong: "That backup code isn't valid or was already used.",
                choose: "Use a backup code",
                ..plain
            },
            FactorKind::Email => Self {
                title: "Enter the code from your e-mail",
                hint: "6 digits from the e-mail".into(),
                digits: Some(6),
                choose: "Get a code by e-mail",
                strength: "Least secure",
                ..plain
            },
            FactorKind::Phone => Self {
                title: "Answer your phone",
                noun: "phone calls",
                wrong: "The phone call was not confirmed.",
                choose: "Get a phone call",
                strength: "Less secure",
                ..plain
            },
            FactorKind::Radius => Self {
                title: "Enter your token code",
                label: "Token code",
                echo: false,
                hint: "The code of your token, with your PIN if you have one".into(),
                choose: "Use your RADIUS token",
                ..plain
            },
            FactorKind::TemporaryPass => Self {
                title: "Enter your temporary pass",
                label: "Temporary pass",
                hint: "The pass that an administrator gave you. It works once.".into(),
                wrong: "That pass isn't valid, or its time is over.",
                choose: "Use a temporary pass",
                ..plain
            },
            FactorKind::Totp => Self {
                title: "Enter the code from your app",
                hint: "6 digits from your authenticator app".into(),
                digits: Some(6),
                advice: "Codes change every 30 seconds; wait for the next one.",
                noun: "an authenticator app",
                choose: "Enter a code from your authenticator app",
                ..plain
            },
            FactorKind::WebAuthn => Self {
                title: "Use your security key",
                wrong: "This key isn't registered for your account.",
                noun: "a passkey or security key",
                choose: "Use a passkey or security key",
                strength: "Strongest",
                ..plain
            },
        }
    }
}
