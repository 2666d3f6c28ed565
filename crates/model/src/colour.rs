use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A colour of the screen, written `#rrggbb`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("must be a colour such as #1d4ed8")]
pub struct UnknownColour;

impl Colour {
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with `percent` of another one in it.
    #[must_use]
    pub fn with(self, other: Self, percent: u8) -> Self {
        let percent = u32::from(percent.min(100));
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(other) * percent;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self(std::array::from_fn(|index| mix(self.0[index], other.0[index])))
    }

    /// The relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = UnknownColour;

    fn from_str(text: &str) -> Result<Self, UnknownColour> {
        let digits = text.trim().strip_prefix('#').ok_or(UnknownColour)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(UnknownColour);
        }
        let value = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| UnknownColour);
        Ok(Self([value(0)?, value(2)?, value(4)?]))
    }
}

impl TryFrom<String> for Colour {
    type Error = UnknownColour;

    fn try_from(text: String) -> Result<Self, UnknownColour> {
        text.parse()
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

/// The two ways in which pages are shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    Dark,
    Light,
}

impl Scheme {
    /// The least contrast of an accent with what is written on it and with what it is written on.
    pub const LEAST: f64 = 4.5;

    /// The colour of a text that stands on the accent.
    pub const fn text_on_accent(self) -> Colour {
        match self {
            Self::Dark => Colour::new(0x0b, 0x12, 0x20),
            Self::Light => Colour::new(0xff, 0xff, 0xff),
        }
    }

    /// What a text of the accent's colour stands on: cards, the page, and a row under the pointer.
    pub const fn grounds(self) -> [Colour; 3] {
        match self {
            Self::Dark => [
                Colour::new(0x15, 0x1a, 0x21),
                Colour::new(0x0d, 0x10, 0x15),
                Colour::new(0x1f, 0x26, 0x30),
            ],
            Self::Light => [
                Colour::new(0xff, 0xff, 0xff),
                Colour::new(0xf6, 0xf7, 0xf9),
                Colour::new(0xee, 0xf0, 0xf4),
            ],
        }
    }

    /// The ground of what is chosen: a card with a little of the accent in it.
    pub fn soft(self, accent: Colour) -> Colour {
        let percent = match self {
            Self::Dark => 14,
            Self::Light => 9,
        };
        self.grounds()[0].with(accent, percent)
    }

    /// The accent under the pointer, further away from the ground.
    pub fn strong(self, accent: Colour) -> Colour {
        accent.with(self.away(), 15)
    }

    /// The least contrast that an accent has with anything that it meets.
    pub fn contrast(self, accent: Colour) -> f64 {
        let met = [self.text_on_accent(), self.soft(accent)];
        let ratios = self.grounds().into_iter().chain(met);
        ratios.map(|other| accent.contrast(other)).fold(21.0, f64::min)
    }

    /// Tells whether everybody can read an accent.
    pub fn allows(self, accent: Colour) -> bool {
        Self::LEAST <= self.contrast(accent)
    }

    /// The colour nearest to `accent` that everybody can read: darker on light pages, lighter on dark ones.
    pub fn nearest(self, accent: Colour) -> Colour {
        let lighter_or_darker = (0..=100).map(|percent| accent.with(self.away(), percent));
        let mut readable = lighter_or_darker.filter(|colour| self.allows(*colour));
        readable.next().unwrap_or(self.away())
    }

    /// The end of the scale that is furthest from the ground.
    const fn away(self) -> Colour {
        match self {
            Self::Dark => Colour::new(0xff, 0xff, 0xff),
            Self::Light => Colour::new(0, 0, 0),
        }
    }
}

/// The colour of buttons and links, on light pages and on dark ones.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Accent {
    pub light: Colour,
    pub dark: Colour,
}

impl Accent {
    /// Makes the colour for dark pages of the one for light pages.
    pub fn of(light: Colour) -> Self {
        Self {
            light,
            dark: Scheme::Dark.nearest(light),
        }
    }

    /// Tells whether everybody can read it on every page.
    pub fn is_readable(&self) -> bool {
        Scheme::Light.allows(self.light) && Scheme::Dark.allows(self.dark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn the_contrast_is_that_of_the_standard() {
        let (black, white) = (colour("#000000"), colour("#ffffff"));

        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        // Known from the standard's own examples: the lightest grey that white text may stand on.
        assert!(4.5 <= colour("#767676").contrast(white));
        assert!(colour("#777777").contrast(white) < 4.5);
    }

    #[test]
    fn a_colour_is_written_in_one_way_only() {
        assert_eq!(colour(" #1D4ED8 ").to_string(), "#1d4ed8");
        for wrong in [
            "", "1d4ed8", "#1d4", "#1d4ed80", "#1d4eg8", "red", "#é4ed8", "#+1+1+1",
        ] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_nearest_colour_of_any_passes_and_one_that_passes_is_left_alone() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let any = Colour::new(red, green, blue);
                    for scheme in [Scheme::Light, Scheme::Dark] {
                        let nearest = scheme.nearest(any);
                        assert!(scheme.allows(nearest), "{any} became {nearest}");
                        assert!(
                            scheme.allows(scheme.strong(nearest)),
                            "{nearest} under the pointer"
                        );
                        assert_eq!(nearest == any, scheme.allows(any), "{any}");
                    }
                }
            }
        }
    }

    #[test]
    fn our_own_accent_passes() {
        let ours = Accent {
            light: colour("#1d4ed8"),
            dark: colour("#8ab0ff"),
        };

        assert!(ours.is_readable());
        assert!(Accent::of(ours.light).is_readable());
    }
}
