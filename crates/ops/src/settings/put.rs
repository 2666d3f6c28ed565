use portcullis_model::{FactorKind, Scope, Subject, SubjectKind, SystemRight};
use portcullis_store::settings::{self, Setting};
use portcullis_store::{Tx, sealed};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::prompts;
use crate::settings::{Connection, secret_of};
use crate::vault::SealedKind;
use crate::{FieldError, OpError, Operation, Permit, Right, Services, Write};

/// Sets a connection, for every node at once.
pub struct Put {
    pub connection: Connection,
    /// All fields as JSON, or null to take the connection away. A secret that is absent or empty stays as it was, as
    /// long as it goes to the same place.
    pub value: Value,
    /// The one that was looked at; 0 if there was none.
    pub revision: i64,
}

impl Operation for Put {
    type Output = ();

    const NAME: &'static str = "setting.put";
    const RIGHT: Right = Right::System(SystemRight::ManageSecurity);
    const SCOPE: Scope = Scope::Administer;

    fn subject(&self) -> Subject {
        Subject {
            name: Some(self.connection.word().to_owned()),
            ..Subject::kind(SubjectKind::Setting)
        }
    }
}

impl Write for Put {
    async fn run(self, permit: &Permit<'_, Self>, services: &Services, tx: &Tx) -> Result<(), OpError> {
        permit.fresh(services)?;
        let before = settings::find(tx, self.connection.word()).await?;
        let value = complete(services, tx, self.connection, self.value).await?;
        // What was taken away reads as nothing, and nothing has the revision 0.
        let looked_at = match &before {
            Some(before) if before.value == "null" && self.revision == 0 => before.revision,
            _ => self.revision,
        };
        let setting = Setting {
            name: self.connection.word().to_owned(),
            id: before.map_or_else(|| services.new_id(), |before| before.id),
            revision: looked_at.saturating_add(1),
            value: without_secrets(&value, self.connection.secrets()).to_string(),
            changed_at: services.now(),
            changed_by: permit.who().to_owned(),
        };
        if settings::put(tx, &setting).await? != 1 {
            return Err(OpError::Conflict(
                "Somebody else changed this meanwhile. Look at it again.",
            ));
        }
        if value.is_null() {
            sealed::delete(tx, setting.id).await?;
            permit.message("Taken away.");
            return Ok(());
        }
        let bytes = Zeroizing::new(serde_json::to_vec(&value).map_err(|_| OpError::Damaged)?);
        services
            .vault
            .seal_value(services, tx, SealedKind::Settings, setting.id, &bytes)
            .await?;
        permit.message(format!("Set to {}", setting.value));
        Ok(())
    }
}

/// The whole setting, with the secrets that stay, if the plug-in takes it.
pub(super) async fn complete(
    services: &Services,
    tx: &Tx,
    connection: Connection,
    mut value: Value,
) -> Result<Value, OpError> {
    if value.is_null() {
        return Ok(value);
    }
    if connection == Connection::Phone {
        // The languages to choose from are those with a recording of every prompt.
        prompts::refresh(services, tx).await?;
    }
    if let Some(stored) = secret_of(services, tx, connection).await? {
        let stored: Value = serde_json::from_slice(&stored).map_err(|_| OpError::Damaged)?;
        match (connection, &mut value) {
            (Connection::Mail, Value::Object(_)) => keep(&mut value, &stored, connection.secrets()),
            (Connection::Phone | Connection::Radius, Value::Object(map)) => {
                if let (Some(agent), Some(known)) = (map.get_mut("agent"), stored.get("agent")) {
                    keep(agent, known, connection.secrets());
                }
                if let (Some(provider), Some(known)) = (map.get_mut("provider"), stored.get("provider")) {
                    keep_of_provider(provider, known, connection.secrets());
                }
                let list = match connection {
                    Connection::Phone => "trunks",
                    _ => "servers",
                };
                let (Some(Value::Array(servers)), Some(Value::Array(known))) =
                    (map.get_mut(list), stored.get(list))
                else {
                    return check(services, connection, value);
                };
                for (server, known) in servers.iter_mut().zip(known) {
                    keep(server, known, connection.secrets());
                }
            }
            _ => {}
        }
    }
    check(services, connection, value)
}

/// Puts the stored secrets where none was given; not if they would go to another host.
fn keep(value: &mut Value, stored: &Value, secrets: &[&str]) {
    let same = |field: &str| value.get(field) == stored.get(field);
    if same("host") && same("port") && same("url") && same("username") {
        fill(value, stored, secrets);
    }
}

/// The same for a provider of phone calls: whoever vouches for it, or stands between, decides where a secret goes.
fn keep_of_provider(value: &mut Value, stored: &Value, secrets: &[&str]) {
    let places = [
        "/base_url",
        "/account_sid",
        "/ca",
        "/proxy/url",
        "/proxy/username",
    ];
    let given = |value: &Value, place: &str| value.pointer(place).filter(|value| !value.is_null()).cloned();
    if places
        .iter()
        .all(|place| given(value, place) == given(stored, place))
    {
        fill(value, stored, secrets);
    }
}

fn fill(value: &mut Value, stored: &Value, secrets: &[&str]) {
    let (Value::Object(map), Value::Object(kept)) = (value, stored) else {
        return;
    };
    for (key, kept) in kept {
        if !secrets.contains(&key.as_str()) {
            if let Some(inner) = map.get_mut(key) {
                fill(inner, kept, secrets);
            }
            continue;
        }
        let given = map
            .get(key)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty());
        if !given {
            map.insert(key.clone(), kept.clone());
        }
    }
}

fn check(services: &Services, connection: Connection, value: Value) -> Result<Value, OpError> {
    let bytes = Zeroizing::new(serde_json::to_vec(&value).map_err(|_| OpError::Damaged)?);
    let problem = match connection {
        Connection::Mail => services.mailer.check(&bytes).err(),
        Connection::Phone => services.factor(FactorKind::Phone)?.check(&bytes).err(),
        Connection::Radius => services.factor(FactorKind::Radius)?.check(&bytes).err(),
    };
    match problem {
        None => Ok(value),
        Some(problem) => Err(OpError::Invalid(vec![FieldError {
            field: problem.field,
            problem: problem.problem,
        }])),
    }
}

fn without_secrets(value: &Value, secrets: &[&str]) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let shown = if secrets.contains(&key.as_str()) && !value.is_null() {
                    Value::Bool(true)
                } else {
                    without_secrets(value, secrets)
                };
                (key.clone(), shown)
            })
            .collect(),
        Value::Array(values) => values
            .iter()
            .map(|value| without_secrets(value, secrets))
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_kept_secret_goes_to_the_host_that_it_was_typed_for_and_to_no_other() {
        let stored = json!({"host": "mail.example.org", "port": 587, "password": "s3cret"});

        let mut same = json!({"host": "mail.example.org", "port": 587, "password": ""});
        keep(&mut same, &stored, &["password"]);
        let mut moved = json!({"host": "evil.example.org", "port": 587});
        keep(&mut moved, &stored, &["password"]);

        assert_eq!(same["password"], "s3cret");
        assert!(moved.get("password").is_none());
    }

    #[test]
    fn a_kept_secret_is_found_inside_of_what_it_belongs_to() {
        let stored = json!({"host": "a", "port": 1812, "transport": {"udp": {"secret": "s3cret"}}});
        let mut same = json!({"host": "a", "port": 1812, "transport": {"udp": {"secret": ""}}});

        keep(&mut same, &stored, &["secret"]);

        assert_eq!(same, stored);
    }

    #[test]
    fn a_kept_secret_of_a_provider_goes_through_the_same_hands() {
        let secrets = ["password", "auth_token"];
        let stored = json!({
            "base_url": "https://api.example.org", "account_sid": "AC1", "auth_token": "s3cret", "ca": null,
            "proxy": {"url": "socks5h://proxy:1080", "username": "me", "password": "pr0xy"},
        });
        let after = |change: &dyn Fn(&mut Value)| {
            let mut value = json!({
                "base_url": "https://api.example.org", "account_sid": "AC1", "auth_token": "",
                "proxy": {"url": "socks5h://proxy:1080", "username": "me"},
            });
            change(&mut value);
            keep_of_provider(&mut value, &stored, &secrets);
            value
        };

        let same = after(&|_| {});
        assert_eq!(same["auth_token"], "s3cret");
        assert_eq!(same["proxy"]["password"], "pr0xy");
        for change in [
            &(|it: &mut Value| it["base_url"] = "https://evil.example".into()) as &dyn Fn(&mut Value),
            &|it| it["account_sid"] = "AC2".into(),
            &|it| it["ca"] = "another".into(),
            &|it| it["proxy"]["url"] = "http://evil.example:3128".into(),
            &|it| it["proxy"] = Value::Null,
        ] {
            let moved = after(change);
            assert_eq!(moved["auth_token"], "", "{moved}");
        }
        let shown = without_secrets(&stored, &secrets);
        assert_eq!(shown["auth_token"], true);
        assert_eq!(shown["proxy"]["password"], true);
    }

    #[test]
    fn what_is_shown_of_a_setting_has_no_secret() {
        let value = json!({"servers": [{"host": "a", "secret": "x"}], "protocol": "pap"});

        let shown = without_secrets(&value, &["secret"]);

        assert_eq!(
            shown,
            json!({"servers": [{"host": "a", "secret": true}], "protocol": "pap"})
        );
    }
}
