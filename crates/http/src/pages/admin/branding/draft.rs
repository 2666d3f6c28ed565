use portcullis_model::{Accent, Branding, Colour, Part};
use portcullis_ops::OpError;

use crate::form::{Errors, Fields};

/// The form as it stands.
pub(super) struct Draft {
    /// The name of a logo that was sent, or nothing.
    pub(super) logo: Part<String>,
    pub(super) description: Part<String>,
    pub(super) accent_light: String,
    pub(super) accent_dark: String,
    pub(super) show_accent: bool,
    pub(super) banner: Part<String>,
    pub(super) privacy: Part<String>,
}

impl Draft {
    pub(super) fn of(value: &Branding) -> Self {
        // What is not there yet is to be seen once it is.
        let inviting = |part: Part<String>| Part {
            on: part.on || part.value.is_empty(),
            ..part
        };
        let text = |text: Option<String>| text.unwrap_or_default();
        let accent = value.accent.value;
        Self {
            logo: inviting(Part {
                on: value.logo.on,
                value: text(value.logo.value.map(|logo| logo.to_string())),
            }),
            description: inviting(value.description.clone()),
            accent_light: text(accent.map(|accent| accent.light.to_string())),
            accent_dark: text(accent.map(|accent| accent.dark.to_string())),
            show_accent: value.accent.on || accent.is_none(),
            banner: inviting(value.banner.clone()),
            privacy: value.privacy.clone(),
        }
    }

    pub(super) fn typed(fields: &Fields) -> Self {
        let on = |name: &str| !fields.text(name).is_empty();
        let part = |switch: &str, name: &str| Part {
            on: on(switch),
            value: fields.text(name),
        };
        let mut logo = part("show_logo", "logo");
        if on("remove_logo") {
            logo.value.clear();
        }
        Self {
            logo,
            description: part("show_description", "description"),
            accent_light: fields.text("accent_light"),
            accent_dark: fields.text("accent_dark"),
            show_accent: on("show_accent"),
            banner: part("show_banner", "banner"),
            privacy: part("ask_privacy", "privacy"),
        }
    }

    pub(super) fn value(&self) -> Result<Branding, OpError> {
        let mut errors = Errors::default();
        let logo = match self.logo.value.as_str() {
            "" => None,
            logo => {
                let logo = logo.parse().ok();
                if logo.is_none() {
                    errors.add("logo", "is not there any more. Choose the picture again.");
                }
                logo
            }
        };
        let light = colour(&mut errors, "accent_light", &self.accent_light);
        let dark = colour(&mut errors, "accent_dark", &self.accent_dark);
        if light.is_none() && dark.is_some() {
            errors.add("accent_light", "must be there as well");
        }
        if errors.any() {
            return Err(OpError::Invalid(errors.0));
        }
        let text = |part: &Part<String>| Part {
            on: part.on && !part.value.trim().is_empty(),
            value: part.value.clone(),
        };
        Ok(Branding {
            logo: Part {
                on: self.logo.on && logo.is_some(),
                value: logo,
            },
            description: text(&self.description),
            accent: Part {
                on: self.show_accent && light.is_some(),
                value: light.map(|light| Accent {
                    dark: dark.unwrap_or(Accent::of(light).dark),
                    light,
                }),
            },
            banner: text(&self.banner),
            // To ask for a text that is not there is a mistake, and is said to be one.
            privacy: self.privacy.clone(),
        })
    }
}

fn colour(errors: &mut Errors, field: &'static str, text: &str) -> Option<Colour> {
    if text.trim().is_empty() {
        return None;
    }
    match text.parse::<Colour>() {
        Ok(colour) => Some(colour),
        Err(error) => {
            errors.add(field, &error.to_string());
            None
        }
    }
}
