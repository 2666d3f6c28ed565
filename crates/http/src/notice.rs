use serde::Deserialize;
use uuid::Uuid;

/// What a page says once after something was done: a word in the address, never free text.
#[derive(Default, Deserialize)]
pub(crate) struct NoticeQuery {
    notice: Option<String>,
    /// A number that belongs to the text.
    n: Option<u32>,
    /// What can be undone.
    undo: Option<Uuid>,
}

impl NoticeQuery {
    /// The word of a notice that there is, to be taken along to another page.
    pub(crate) fn word(&self) -> Option<&'static str> {
        let word = self.notice.as_deref()?;
        NOTICES.iter().map(|(key, ..)| *key).find(|key| *key == word)
    }
}

/// A notice ready to be shown.
pub(crate) struct Notice {
    pub tone: &'static str,
    pub text: String,
    /// Where the undo form posts to.
    pub undo: Option<String>,
}

const OK: &str = "ok";
const BAD: &str = "bad";
const PLAIN: &str = "";

const NOTICES: &[(&str, &str, &str)] = &[
    ("account-added", OK, "Account added."),
    ("account-deleted", OK, "Account moved to the trash."),
    ("account-restored", OK, "Account restored."),
    ("account-saved", OK, "Account saved."),
    ("backup-codes-left", "warn", "You have {n} backup codes left."),
    (
        "branding-restored",
        OK,
        "Put back. Everybody sees it from now on.",
    ),
    ("branding-saved", OK, "Saved. Everybody sees it from now on."),
    (
        "browser-forgotten",
        OK,
        "Forgotten. The second step is asked there again.",
    ),
    (
        "browsers-forgotten",
        OK,
        "Forgotten. The second step is asked everywhere again.",
    ),
    ("cancelled", PLAIN, "Sign-in cancelled. Nothing was changed."),
    (
        "code-sent",
        OK,
        "We sent a new code. The old one no longer works.",
    ),
    ("expired", PLAIN, "The sign-in took too long. Start again."),
    (
        "factor-reset",
        OK,
        "Reset. The policy still applies: they'll be asked to set up again at next sign-in.",
    ),
    ("filter-changed", OK, "Filter changed."),
    ("filter-deleted", OK, "Filter deleted."),
    ("filter-saved", OK, "Filter saved."),
    ("group-added", OK, "Group added."),
    ("group-deleted", OK, "Group deleted."),
    ("group-saved", OK, "Group saved."),
    (
        "last-backup-code",
        "warn",
        "That was your last backup code. Save a new list now.",
    ),
    (
        "emails-saved",
        OK,
        "E-mail addresses saved. The old ones were told.",
    ),
    ("method-added", OK, "Added. You can sign in with it from now on."),
    (
        "method-expired",
        BAD,
        "This took too long. Begin to set it up again.",
    ),
    ("method-removed", OK, "Removed. It no longer signs you in."),
    ("method-renamed", OK, "Renamed."),
    (
        "mail-removed",
        OK,
        "Mail settings removed. No letter leaves any more.",
    ),
    ("mail-saved", OK, "Mail settings saved."),
    ("moved", OK, "Moved to another group."),
    (
        "not-you",
        BAD,
        "Somebody on the phone said that this wasn't you, so the sign-in was ended. We told your administrators. If it was you, \
         sign in again and use another way, or ask an administrator.",
    ),
    ("number-saved", OK, "Phone number saved."),
    (
        "phone-removed",
        OK,
        "Phone settings removed. Nobody is called any more.",
    ),
    (
        "phone-off",
        BAD,
        "Phone calls are switched off for you, because somebody on the phone said that a sign-in wasn't you. If it was \
         you, ask an administrator.",
    ),
    ("phone-saved", OK, "Phone settings saved."),
    (
        "prompt-replaced",
        OK,
        "Replaced. Every call that begins now says it.",
    ),
    (
        "prompt-restored",
        OK,
        "Your recording is taken away, from the next call on.",
    ),
    (
        "no-more-time",
        "warn",
        "There is no more time for this code. Sign in again if it ends.",
    ),
    (
        "no-more-codes",
        "warn",
        "No more codes are sent for a while. Use the last one, or try another way.",
    ),
    (
        "passkey-refused",
        BAD,
        "That passkey can't sign you in here. Try again, or type your user name.",
    ),
    (
        "password-changed",
        OK,
        "Your password is changed. Your other sessions are signed out.",
    ),
    (
        "password-generated",
        OK,
        "New password generated and saved as version {n}.",
    ),
    ("password-set", OK, "New password saved as version {n}."),
    ("policy-applied", OK, "Applied. You can undo it for 24 hours."),
    (
        "policy-reports",
        OK,
        "It reports from now on. Nothing was changed for anybody.",
    ),
    ("policy-scheduled", OK, "Scheduled. You can cancel it until then."),
    ("policy-undone", OK, "Taken back. What was before holds again."),
    ("preferences-saved", OK, "Preferences saved."),
    (
        "recovery-approved-once",
        OK,
        "Approved. A second administrator must approve it too; the pass is shown to them.",
    ),
    (
        "recovery-closed",
        BAD,
        "Wrong words were typed too often, so the request was closed. The person can ask again.",
    ),
    ("recovery-denied", OK, "Denied. The person gets a letter."),
    (
        "reset-expired",
        BAD,
        "This link was used, or its time is over. Ask for a new one.",
    ),
    (
        "reset-sent",
        OK,
        "If an account matches, we've sent a reset link. It works for 30 minutes.",
    ),
    ("radius-removed", OK, "RADIUS settings removed."),
    ("radius-saved", OK, "RADIUS settings saved."),
    ("resource-added", OK, "Resource added."),
    ("resource-deleted", OK, "Resource moved to the trash."),
    ("resource-restored", OK, "Resource restored."),
    ("resource-saved", OK, "Resource saved."),
    ("session-ended", PLAIN, "Your session ended. Sign in to continue."),
    ("sessions-ended", OK, "{n} sessions signed out."),
    (
        "setup-expired",
        BAD,
        "The set-up took too long. Type your set-up code again.",
    ),
    ("shared", OK, "Access given."),
    ("signed-out", OK, "You are signed out."),
    (
        "timeout",
        BAD,
        "Correct verification code was not entered before timeout.",
    ),
    ("token-revoked", OK, "Token revoked. It no longer works."),
    (
        "switched-off",
        BAD,
        "Switched off after too many wrong codes. Use another way or a backup code, or ask an administrator to reset it.",
    ),
    ("switched-on", OK, "Switched on again."),
    (
        "too-many",
        BAD,
        "Too many failed attempts with incorrect verification code.",
    ),
    ("unshared", OK, "Access taken away."),
    ("user-locked", OK, "Person locked. Their sessions are signed out."),
    ("user-role", OK, "Role changed."),
    (
        "way-closed",
        BAD,
        "This way does not work at the moment. Try another way, or ask an administrator.",
    ),
    ("user-unlocked", OK, "Person unlocked."),
    (
        "version-restored",
        OK,
        "Earlier password restored as version {n}.",
    ),
];

impl NoticeQuery {
    pub(crate) fn read(&self) -> Option<Notice> {
        let word = self.notice.as_deref()?;
        if let ("session-ended", Some(minutes)) = (word, self.n) {
            let text =
                format!("Your session ended after {minutes} minutes without activity. Sign in to continue.");
            return Some(Notice {
                tone: PLAIN,
                text,
                undo: None,
            });
        }
        let (_, tone, text) = NOTICES.iter().find(|(key, _, _)| *key == word)?;
        let undo = self.undo.and_then(|id| match word {
            "account-deleted" => Some(format!("/accounts/{id}/restore")),
            "resource-deleted" => Some(format!("/resources/{id}/restore")),
            _ => None,
        });
        Some(Notice {
            tone,
            text: text.replace("{n}", &self.n.unwrap_or_default().to_string()),
            undo,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(word: &str, n: Option<u32>) -> Option<String> {
        let query = NoticeQuery {
            notice: Some(word.to_owned()),
            n,
            undo: None,
        };
        query.read().map(|notice| notice.text)
    }

    #[test]
    fn the_texts_are_those_of_the_catalogue() {
        let catalogue = [
            (
                "timeout",
                "Correct verification code was not entered before timeout.",
            ),
            (
                "too-many",
                "Too many failed attempts with incorrect verification code.",
            ),
            ("cancelled", "Sign-in cancelled. Nothing was changed."),
            (
                "last-backup-code",
                "That was your last backup code. Save a new list now.",
            ),
        ];
        for (word, expected) in catalogue {
            assert_eq!(text(word, None).as_deref(), Some(expected));
        }
        assert_eq!(
            text("backup-codes-left", Some(2)).as_deref(),
            Some("You have 2 backup codes left.")
        );
    }

    #[test]
    fn an_address_cannot_put_words_in_our_mouth() {
        assert_eq!(text("<b>Call this number</b>", None), None);
    }
}
