use portcullis_model::{Accent, Branding, Colour, Part};
use portcullis_ops::OpError;

use crate::form::{Errors, Fields};

/// The form as it stands.
pub(super) struct Draft {
    /// The name of a logo that was sent, or nothing.
    pub(super) logo: String,
    pub(super) show_logo: bool,
    pub(super) description: String,
    pub(super) show_description: bool,
    pub(super) accent_light: String,
    pub(super) accent_dark: String,
    pub(super) show_accent: bool,
    pub(super) banner: String,
    pub(super) show_banner: bool,
    pub(super) privacy: String,
    pub(super) ask_privacy: bool,
}

impl Draft {
    pub(super) fn of(value: &Branding) -> Self {
        let text = |text: Option<String>| text.unwrap_or_default();
        let accent = value.accent.value;
        Self {
            logo: text(value.logo.value.map(|logo| logo.to_string())),
            // What is not there yet is to be seen once it is.
            show_logo: value.logo.on || value.logo.value.is_none(),
            description: value.description.value.clone(),
            show_description: value.description.on || value.description.value.is_empty(),
            accent_light: text(accent.map(|accent| accent.light.to_string())),
            accent_dark: text(accent.map(|accent| accent.dark.to_string())),
            show_accent: value.accent.on || accent.is_none(),
            banner: value.banner.value.clone(),
            show_banner: value.banner.on || value.banner.value.is_empty(),
            privacy: value.privacy.value.clone(),
            ask_privacy: value.privacy.on,
        }
    }

    pub(super) fn typed(fields: &Fields) -> Self {
        let on = |name: &str| !fields.text(name).is_empty();
        Self {
            logo: if on("remove_logo") {
                String::new()
            } else {
                fields.text("logo")
            },
            show_logo: on("show_logo"),
            description: fields.text("description"),
            show_description: on("show_description"),
            accent_light: fields.text("accent_light"),
            accent_dark: fields.text("accent_dark"),
            show_accent: on("show_accent"),
            banner: fields.text("banner"),
            show_banner: on("show_banner"),
            privacy: fields.text("privacy"),
            ask_privacy: on("ask_privacy"),
        }
    }

    pub(super) fn value(&self) -> Result<Branding, OpError> {
        let mut errors = Errors::default();
        let logo = match self.logo.as_str() {
            "" => None,
            logo => logo.parse().map(Some).unwrap_or_else(|_| {
                errors.add("logo", "is not there any more. Choose the picture again.");
                None
            }),
        };
        let light = colour(&mut errors, "accent_light", &self.accent_light);
        let dark = colour(&mut errors, "accent_dark", &self.accent_dark);
        if light.is_none() && dark.is_some() {
            errors.add("accent_light", "must be there as well");
        }
        if errors.any() {
            return Err(OpError::Invalid(errors.0));
        }
        let text = |on, text: &String| Part {
            on,
            value: text.clone(),
        };
        Ok(Branding {
            logo: Part {
                on: self.show_logo && logo.is_some(),
                value: logo,
            },
            description: text(
                self.show_description && !self.description.trim().is_empty(),
                &self.description,
            ),
            accent: Part {
                on: self.show_accent && light.is_some(),
                value: light.map(|light| Accent {
                    dark: dark.unwrap_or(Accent::of(light).dark),
                    light,
                }),
            },
            banner: text(self.show_banner && !self.banner.trim().is_empty(), &self.banner),
            privacy: text(self.ask_privacy, &self.privacy),
        })
    }
}

fn colour(errors: &mut Errors, field: &'static str, text: &str) -> Option<Colour> {
    if text.trim().is_empty() {
        return None;
    }
    match text.parse() {
        Ok(colour) => Some(colour),
        Err(error) => {
            errors.add(field, &format!("{error}"));
            None
        }
    }
}
