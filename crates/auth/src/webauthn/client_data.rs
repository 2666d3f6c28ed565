use serde::Deserialize;

use super::origin::Origin;
use super::refused::Refused;

/// Where the browser says it was (`WebAuthn` level 2 §5.8.1). The library checks type and challenge.
#[derive(Deserialize)]
struct ClientData {
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(default, rename = "topOrigin")]
    top_origin: Option<String>,
}

/// Tells whether the browser was at `origin` itself, not at a page inside another site.
///
/// The library compares origins as addresses, so that a path or another spelling would do, and does not look at
/// `crossOrigin` in an assertion.
pub(super) fn check_place(client_data: &[u8], origin: &Origin) -> Result<(), Refused> {
    let place: ClientData = serde_json::from_slice(client_data).map_err(Refused::NotJson)?;
    if !origin.is(&place.origin) {
        return Err(Refused::OtherOrigin);
    }
    if place.cross_origin == Some(true) || place.top_origin.is_some() {
        return Err(Refused::CrossOrigin);
    }
    Ok(())
}
