//! Waiting for a phone call with a session, or while a number is set up.

use askama::Template;
use portcullis_ops::calls::CallView;

use crate::form::Errors;
use crate::pages::calling::Calling;
use crate::shell::Front;

#[derive(Template)]
#[template(path = "me/call.html")]
pub(crate) struct CallPage {
    front: Front,
    title: &'static str,
    /// Empty before there is a session.
    csrf: String,
    next: String,
    errors: Errors,
    call: Option<Calling>,
    /// Where the answer is posted to, and where another call is asked for.
    go_on: &'static str,
    again: &'static str,
    back: String,
    back_text: &'static str,
}

impl CallPage {
    /// Of a number that is called before it counts.
    pub(crate) fn of_number(
        front: Front,
        call: Option<CallView>,
        paths: (&'static str, &'static str, &'static str),
    ) -> Self {
        let (go_on, again, back) = paths;
        Self {
            front,
            title: "Answer your phone",
            csrf: String::new(),
            next: String::new(),
            errors: Errors::default(),
            call: call.map(Calling::of),
            go_on,
            again,
            back: back.to_owned(),
            back_text: "Choose another way",
        }
    }

    /// Of somebody who confirms that it is them.
    pub(crate) fn of_session(front: Front, call: Option<CallView>, next: String) -> Self {
        Self {
            title: "Confirm it's you",
            go_on: "/me/confirm",
            again: "/me/confirm/ask",
            back: format!("/me/confirm?next={}", crate::next_path::encode(&next)),
            back_text: "Try another way",
            next,
            ..Self::of_number(front, call, ("", "", ""))
        }
    }

    /// Of an administrator who tries it out.
    pub(crate) fn of_test(front: Front, call: Option<CallView>) -> Self {
        Self {
            title: "Test a phone call on me",
            back_text: "Back",
            ..Self::of_number(
                front,
                call,
                (
                    "/admin/mfa/test/phone/answer",
                    "/admin/mfa/test/phone",
                    "/admin/mfa",
                ),
            )
        }
    }

    pub(crate) fn with(self, csrf: &str, next: &str) -> Self {
        Self {
            csrf: csrf.to_owned(),
            next: if next.is_empty() {
                self.next
            } else {
                next.to_owned()
            },
            ..self
        }
    }
}

/// Where a number is typed.
#[derive(Template)]
#[template(path = "me/number.html")]
pub(crate) struct NumberPage {
    pub(crate) front: Front,
    /// Empty before there is a session.
    pub(crate) csrf: String,
    pub(crate) next: String,
    pub(crate) errors: Errors,
    pub(crate) number: String,
    pub(crate) action: &'static str,
    pub(crate) back: &'static str,
}
