use serde_json::{Value, json};

use super::super::setting::{text, text_or_null};
use crate::form::Fields;

/// The provider as it stands in the form; never its secrets.
#[derive(Default)]
pub(super) struct Provider {
    pub(super) base_url: String,
    pub(super) account_sid: String,
    pub(super) has_auth_token: bool,
    pub(super) caller_id: String,
    pub(super) proxy: String,
    pub(super) proxy_username: String,
    pub(super) has_proxy_password: bool,
    pub(super) ca: String,
}

impl Provider {
    pub(super) fn stored(value: &Value) -> Self {
        Self {
            base_url: text(value, "/base_url"),
            account_sid: text(value, "/account_sid"),
            has_auth_token: value["auth_token"] == true,
            caller_id: text(value, "/caller_id"),
            proxy: text(value, "/proxy/url"),
            proxy_username: text(value, "/proxy/username"),
            has_proxy_password: value["proxy"]["password"] == true,
            ca: text(value, "/ca"),
        }
    }

    pub(super) fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).trim().to_owned();
        Self {
            base_url: text("base_url"),
            account_sid: text("account_sid"),
            has_auth_token: false,
            caller_id: text("caller_id"),
            proxy: text("proxy"),
            proxy_username: text("proxy_username"),
            has_proxy_password: false,
            ca: text("provider_ca"),
        }
    }

    /// The same fields, with what is known of the secrets.
    pub(super) fn knowing(self, known: &Self) -> Self {
        Self {
            has_auth_token: known.has_auth_token,
            has_proxy_password: known.has_proxy_password,
            ..self
        }
    }

    /// A secret that was left empty keeps the stored one.
    pub(super) fn value(&self, fields: &Fields) -> Value {
        let proxy = (!self.proxy.is_empty()).then(|| {
            json!({
                "url": self.proxy,
                "username": text_or_null(&self.proxy_username),
                "password": fields.text("proxy_password"),
            })
        });
        json!({
            "base_url": self.base_url,
            "account_sid": self.account_sid,
            "auth_token": fields.text("auth_token"),
            "caller_id": self.caller_id,
            "proxy": proxy,
            "ca": text_or_null(&self.ca),
        })
    }
}
