use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use portcullis_ops::OpError;
use portcullis_ops::settings::Connection;
use serde_json::{Value, json};

use super::peers::{self, PeerRow};
use super::setting::{self, Stored, text};
use crate::Web;
use crate::answer::{Answer, page_with, redirect};
use crate::form::{Errors, Fields, Posted, checked_on};
use crate::moment::Moment;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

const HERE: &str = "/admin/radius";
/// How many servers the form has; the first that answers decides.
const SERVERS: usize = 3;

#[derive(Template)]
#[template(path = "admin/radius.html")]
struct RadiusPage {
    shell: Shell,
    errors: Errors,
    servers: Vec<Server>,
    general: General,
    revision: i64,
    is_set: bool,
    changed: Option<(Moment, String)>,
    peers: Vec<PeerRow>,
}

/// One server as it stands in the form; never its secret or its key.
#[derive(Default)]
struct Server {
    host: String,
    port: String,
    /// `udp` or `radsec`.
    transport: String,
    ca: String,
    certified_name: String,
    certificate: String,
    has_secret: bool,
    has_key: bool,
}

struct General {
    protocol: String,
    /// In seconds.
    time_out: String,
    tries: String,
    nas_identifier: String,
    strict: bool,
}

const PROTOCOLS: [(&str, &str); 3] = [("pap", "PAP"), ("chap", "CHAP"), ("ms_chap_v2", "MS-CHAPv2")];

/// The fields of each server that can be wrong before the settings are looked at as a whole.
const HOSTS: [&str; SERVERS] = ["s0_host", "s1_host", "s2_host"];
const PORTS: [&str; SERVERS] = ["s0_port", "s1_port", "s2_port"];

impl Server {
    fn stored(value: &Value) -> Self {
        let is_rad_sec = value.pointer("/transport/radsec").is_some();
        Self {
            host: text(value, "/host"),
            port: text(value, "/port"),
            transport: if is_rad_sec { "radsec" } else { "udp" }.to_owned(),
            ca: text(value, "/transport/radsec/ca"),
            certified_name: text(value, "/transport/radsec/server_name"),
            certificate: text(value, "/transport/radsec/identity/certificate"),
            has_secret: value.pointer("/transport/udp/secret") == Some(&Value::Bool(true)),
            has_key: value.pointer("/transport/radsec/identity/key") == Some(&Value::Bool(true)),
        }
    }

    fn typed(fields: &Fields, index: usize) -> Self {
        let text = |name: &str| fields.text(&format!("s{index}_{name}"));
        Self {
            host: text("host"),
            port: text("port"),
            transport: text("transport"),
            ca: text("ca"),
            certified_name: text("server_name"),
            certificate: text("certificate"),
            has_secret: false,
            has_key: false,
        }
    }

    /// As the plug-in takes it. A secret that was left empty keeps the stored one.
    fn value(&self, fields: &Fields, index: usize, port: u16) -> Value {
        let secret = |name: &str| fields.text(&format!("s{index}_{name}"));
        let transport = if self.transport == "radsec" {
            let identity = match self.certificate.trim() {
                "" => Value::Null,
                certificate => json!({ "certificate": certificate, "key": secret("key") }),
            };
            json!({ "radsec": {
                "ca": self.ca.trim(),
                "server_name": self.certified_name.trim(),
                "identity": identity,
            }})
        } else {
            json!({ "udp": { "secret": secret("secret") } })
        };
        json!({ "host": self.host.trim(), "port": port, "transport": transport })
    }
}

impl General {
    fn stored(value: &Value) -> Self {
        let milliseconds = value["time_out_ms"].as_u64().unwrap_or(3_000);
        let or = |pointer: &str, usual: &str| match text(value, pointer) {
            text if text.is_empty() => usual.to_owned(),
            text => text,
        };
        Self {
            protocol: or("/protocol", "pap"),
            time_out: format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
                .trim_end_matches('0')
                .trim_end_matches('.')
                .to_owned(),
            tries: or("/tries", "2"),
            nas_identifier: or("/nas_identifier", "portcullis"),
            strict: value["require_message_authenticator"] != false,
        }
    }

    fn typed(fields: &Fields) -> Self {
        Self {
            protocol: fields.text("protocol"),
            time_out: fields.text("time_out_ms"),
            tries: fields.text("tries"),
            nas_identifier: fields.text("nas_identifier"),
            strict: !fields.text("require_message_authenticator").is_empty(),
        }
    }
}

/// `1.5` seconds in milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if 3 < part.len() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: u64 = whole.parse().ok().filter(|whole| *whole < 1_000)?;
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    Some(1_000 * whole + part)
}

fn value(servers: &[Server], general: &General, fields: &Fields) -> Result<Value, OpError> {
    let mut errors = Errors::default();
    let mut list = Vec::new();
    for (index, server) in servers.iter().enumerate() {
        let is_empty = [
            &server.host,
            &server.ca,
            &server.certified_name,
            &server.certificate,
        ]
        .iter()
        .all(|text| text.trim().is_empty());
        if is_empty {
            continue;
        }
        if server.host.trim().is_empty() {
            errors.add(HOSTS[index], "must not be empty");
        }
        let port = setting::number(&mut errors, PORTS[index], &server.port);
        list.push(server.value(fields, index, port));
    }
    let time_out = milliseconds(&general.time_out);
    if time_out.is_none() {
        errors.add("time_out_ms", "must be a number of seconds, such as 3 or 0.5");
    }
    if !PROTOCOLS.iter().any(|(word, _)| *word == general.protocol) {
        errors.add("protocol", "must be one of the list");
    }
    let tries = general.tries.trim().parse::<u8>();
    if tries.is_err() {
        errors.add("tries", "must be a number from 1 to 5");
    }
    if errors.any() {
        return Err(OpError::Invalid(errors.0));
    }
    Ok(json!({
        "servers": list,
        "protocol": general.protocol,
        "time_out_ms": time_out.unwrap_or_default(),
        "tries": tries.unwrap_or_default(),
        "nas_identifier": general.nas_identifier.trim(),
        "require_message_authenticator": general.strict,
    }))
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    let mut shown = look(&web, &who).await?;
    shown.shell = shown.shell.with(&notice);
    page_with(StatusCode::OK, &shown)
}

pub(super) async fn save(State(web): State<Web>, posted: Posted) -> Answer {
    let fields = &posted.fields;
    let servers: Vec<Server> = (0..SERVERS).map(|index| Server::typed(fields, index)).collect();
    let general = General::typed(fields);
    let result = match value(&servers, &general, fields) {
        Ok(value) => setting::put(&web, &posted.who, Connection::Radius, value, fields).await,
        Err(error) => Err(error),
    };
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/radius?notice=radius-saved")),
        Err(errors) => {
            let mut shown = look(&web, &posted.who).await?;
            for (known, typed) in shown.servers.iter_mut().zip(servers) {
                *known = Server {
                    has_secret: known.has_secret,
                    has_key: known.has_key,
                    ..typed
                };
            }
            let shown = RadiusPage {
                errors: of_servers(errors),
                general,
                ..shown
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

/// What is wrong with one of the servers is shown above them: the plug-in does not say with which.
fn of_servers(mut errors: Errors) -> Errors {
    for error in &mut errors.0 {
        if ["host", "port", "secret", "ca", "server_name"].contains(&error.field) {
            error.problem = format!("need another look ({}): {}", error.field, error.problem);
            error.field = "servers";
        }
    }
    errors
}

pub(super) async fn remove(State(web): State<Web>, posted: Posted) -> Answer {
    let result = setting::put(&web, &posted.who, Connection::Radius, Value::Null, &posted.fields).await;
    match checked_on(HERE, result)? {
        Ok(()) => Ok(redirect("/admin/radius?notice=radius-removed")),
        Err(errors) => {
            let shown = RadiusPage {
                errors,
                ..look(&web, &posted.who).await?
            };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

async fn look(web: &Web, who: &SignedIn) -> Answer<RadiusPage> {
    let Stored {
        value,
        revision,
        changed,
    } = setting::find(web, who, Connection::Radius).await?;
    let now = web.gate.now();
    let mut servers: Vec<Server> = value["servers"]
        .as_array()
        .map(|servers| servers.iter().map(Server::stored).collect())
        .unwrap_or_default();
    servers.resize_with(SERVERS, Server::default);
    Ok(RadiusPage {
        peers: peers::of(web, who).await?,
        shell: Shell::new(web, who, HERE),
        errors: Errors::default(),
        servers,
        general: General::stored(&value),
        revision,
        is_set: !value.is_null(),
        changed: changed.map(|(at, by)| (Moment::new(at, now), by)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_with_and_without_a_fraction() {
        assert_eq!(milliseconds("3"), Some(3_000));
        assert_eq!(milliseconds(" 0.5 "), Some(500));
        assert_eq!(milliseconds("1.25"), Some(1_250));
        for wrong in ["", "-1", "1.2345", "1,5", "x", "99999999999999999999"] {
            assert_eq!(milliseconds(wrong), None, "{wrong}");
        }
    }
}
