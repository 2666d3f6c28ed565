use portcullis_model::{Accent, Branding, Colour, Part, Scheme};
use portcullis_store::{Snapshot, logos};

use crate::OpError;
use crate::text::Fields;

/// A branding that may be shown.
#[derive(Clone, Debug)]
pub struct Checked {
    pub value: Branding,
    /// The least contrast of the accent with what it meets, on light pages and on dark ones.
    pub contrast: Option<(f64, f64)>,
}

/// The longest description, in characters.
const DESCRIPTION: usize = 300;

/// Refuses texts that are too long, colours that not everybody can read, and a logo that is not there.
pub(super) async fn check(snapshot: &Snapshot, value: Branding) -> Result<Checked, OpError> {
    let mut fields = Fields::default();
    if let Some(logo) = value.logo.value
        && logos::find(snapshot, logo).await?.is_none()
    {
        fields.wrong("logo", "is not there any more. Choose the picture again.");
    }
    let part = |value, on| Part { on, value };
    let description = fields.notes("description", &value.description.value);
    if DESCRIPTION < description.chars().count() {
        fields.wrong("description", "must be at most 300 characters");
    }
    let banner = fields.notes("banner", &value.banner.value);
    let privacy = fields.notes("privacy", &value.privacy.value);
    if value.privacy.on && privacy.is_empty() {
        fields.wrong("privacy", "must be typed before people can be asked to accept it");
    }
    let contrast = value.accent.value.map(|accent| readable(&mut fields, accent));
    fields.done()?;
    Ok(Checked {
        value: Branding {
            description: part(description, value.description.on),
            banner: part(banner, value.banner.on),
            privacy: part(privacy, value.privacy.on),
            ..value
        },
        contrast,
    })
}

fn readable(fields: &mut Fields, accent: Accent) -> (f64, f64) {
    let mut judge = |field, scheme: Scheme, colour: Colour| {
        let ratio = scheme.contrast(colour);
        if !scheme.allows(colour) {
            // Rounded down: 4.49 must not read as 4.5.
            let shown = (ratio * 10.0).floor() / 10.0;
            fields.wrong(
                field,
                format!(
                    "has a contrast of {shown:.1}:1 and needs 4.5:1 to be readable. The nearest that passes is {}.",
                    scheme.nearest(colour)
                ),
            );
        }
        ratio
    };
    (
        judge("accent_light", Scheme::Light, accent.light),
        judge("accent_dark", Scheme::Dark, accent.dark),
    )
}
