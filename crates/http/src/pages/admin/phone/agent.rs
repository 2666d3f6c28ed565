use serde_json::{Value, json};

use super::super::setting::{text, text_or_null};
use crate::form::Fields;

/// The agent as it stands in the form; never its password.
#[derive(Default)]
pub(super) struct Agent {
    pub(super) url: String,
    pub(super) username: String,
    pub(super) has_password: bool,
    pub(super) ca: String,
}

impl Agent {
    pub(super) fn stored(value: &Value) -> Self {
        Self {
            url: text(value, "/url"),
            username: text(value, "/username"),
            has_password: value["password"] == true,
            ca: text(value, "/ca"),
        }
    }

    pub(super) fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).trim().to_owned();
        Self {
            url: text("url"),
            username: text("username"),
            has_password: false,
            ca: text("ca"),
        }
    }

    /// A password that was left empty keeps the stored one.
    pub(super) fn value(&self, fields: &Fields) -> Value {
        json!({
            "url": self.url,
            "username": self.username,
            "password": fields.text("password"),
            "ca": text_or_null(&self.ca),
        })
    }
}
