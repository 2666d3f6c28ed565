//! Words and moments of a query.

use portcullis_model::Timestamp;
use portcullis_ops::OpError;

use crate::form::invalid;
use crate::pages::audit::moment_of;

pub(super) fn word<T: std::str::FromStr>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, OpError> {
    text.map(|text| {
        text.parse()
            .map_err(|_| invalid(field, "must be one of the words of this field"))
    })
    .transpose()
}

pub(super) fn moment(field: &'static str, text: Option<&str>) -> Result<Option<Timestamp>, OpError> {
    text.map(|text| moment_of(text).ok_or_else(|| invalid(field, "must be a moment of RFC 3339")))
        .transpose()
}
