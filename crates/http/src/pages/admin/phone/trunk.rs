use serde_json::{Value, json};

use super::super::setting::{text, text_or_null};
use crate::form::Fields;

pub(super) const TRANSPORTS: [(&str, &str); 3] = [("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS")];
pub(super) const UPKEEPS: [(&str, &str); 3] = [
    ("ask", "Ask now and then whether it is well"),
    ("register", "Stay registered"),
    ("none", "Nothing"),
];

/// One trunk as it stands in the form; never its password.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a box of the form, ticked or not"
)]
pub(super) struct Trunk {
    pub(super) host: String,
    pub(super) port: String,
    pub(super) transport: String,
    pub(super) username: String,
    pub(super) has_password: bool,
    pub(super) caller_id: String,
    pub(super) domain: String,
    pub(super) prefix: String,
    pub(super) upkeep: String,
    pub(super) srtp: bool,
    pub(super) ca: String,
    pub(super) login: String,
    pub(super) sha_only: bool,
    pub(super) tones: bool,
}

impl Trunk {
    pub(super) fn empty() -> Self {
        Self {
            prefix: "+".to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn stored(value: &Value) -> Self {
        Self {
            host: text(value, "/host"),
            port: text(value, "/port"),
            transport: text(value, "/transport"),
            username: text(value, "/username"),
            has_password: value["password"] == true,
            caller_id: text(value, "/caller_id"),
            domain: text(value, "/domain"),
            prefix: value["prefix"].as_str().unwrap_or("+").to_owned(),
            upkeep: text(value, "/upkeep"),
            srtp: value["srtp"] == true,
            ca: text(value, "/ca"),
            login: text(value, "/login"),
            sha_only: value["sha_only"] == true,
            tones: value["tones"] == true,
        }
    }

    pub(super) fn typed(fields: &Fields, index: usize) -> Self {
        let text = |name: &str| fields.text(&format!("t{index}_{name}")).trim().to_owned();
        Self {
            host: text("host"),
            port: text("port"),
            transport: text("transport"),
            username: text("username"),
            has_password: false,
            caller_id: text("caller_id"),
            domain: text("domain"),
            prefix: text("prefix"),
            upkeep: text("upkeep"),
            srtp: !text("srtp").is_empty(),
            ca: text("ca"),
            login: text("login"),
            sha_only: !text("sha_only").is_empty(),
            tones: !text("tones").is_empty(),
        }
    }

    /// A password that was left empty keeps the stored one.
    pub(super) fn value(&self, fields: &Fields, index: usize, port: Option<u16>) -> Value {
        json!({
            "host": self.host,
            "port": port,
            "transport": self.transport,
            "username": self.username,
            "password": fields.text(&format!("t{index}_password")),
            "caller_id": text_or_null(&self.caller_id),
            "domain": text_or_null(&self.domain),
            "prefix": self.prefix,
            "upkeep": self.upkeep,
            "srtp": self.srtp,
            "ca": text_or_null(&self.ca),
            "login": text_or_null(&self.login),
            "sha_only": self.sha_only,
            "tones": self.tones,
        })
    }
}
