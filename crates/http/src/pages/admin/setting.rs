//! What the pages of the connections share: reading a stored setting, and turning fields into one.

use portcullis_model::Timestamp;
use portcullis_ops::settings::{Connection, Find, Put};
use portcullis_ops::{OpError, settings};
use serde_json::Value;

use crate::Web;
use crate::answer::Answer;
use crate::form::{Errors, Fields};
use crate::session::SignedIn;

/// A setting as it lies in the database, without its secrets.
#[derive(Default)]
pub(super) struct Stored {
    /// Null if nothing is set.
    pub(super) value: Value,
    pub(super) revision: i64,
    pub(super) changed: Option<(Timestamp, String)>,
}

pub(super) async fn find(web: &Web, who: &SignedIn, connection: Connection) -> Answer<Stored> {
    let found: Option<settings::SettingView> = web.gate.read(&who.caller, Find { connection }).await?;
    Ok(found.map_or_else(Stored::default, |found| Stored {
        value: found.value,
        revision: found.revision,
        changed: Some((found.changed_at, found.changed_by)),
    }))
}

pub(super) async fn put(
    web: &Web,
    who: &SignedIn,
    connection: Connection,
    value: Value,
    fields: &Fields,
) -> Result<(), OpError> {
    let operation = Put {
        connection,
        value,
        revision: fields.parse("revision")?,
    };
    web.gate.write(&who.caller, operation).await
}

/// The text at `pointer`, or nothing.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A trimmed text, or null where none was typed.
pub(super) fn text_or_null(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => Value::from(text),
    }
}

/// A number that the setting can hold; where it is none, an error beside the field.
pub(super) fn number(errors: &mut Errors, field: &'static str, text: &str) -> u16 {
    text.trim().parse().unwrap_or_else(|_| {
        errors.add(field, "must be a number between 0 and 65535");
        0
    })
}
