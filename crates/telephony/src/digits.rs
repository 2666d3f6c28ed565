use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Key;

/// A few keys in a row: a PIN, or the digits of the page. Never printed, and wiped when dropped.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Digits {
    // Of fixed size, so that growing leaves no copy behind.
    labels: [u8; Self::MOST],
    count: usize,
}

impl Digits {
    /// How many keys fit.
    pub const MOST: usize = 16;

    /// Reads `4711`. Nothing if it is empty, too long, or holds something that is no key.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Self::default();
        for label in text.bytes() {
            if !digits.push(Key::new(label)?) {
                return None;
            }
        }
        (!digits.is_empty()).then_some(digits)
    }

    /// Appends a key, or says no if there are [`MOST`](Self::MOST) already.
    pub fn push(&mut self, key: Key) -> bool {
        let Some(place) = self.labels.get_mut(self.count) else {
            return false;
        };
        *place = key.label();
        self.count += 1;
        true
    }

    /// Forgets and wipes what was entered.
    pub fn clear(&mut self) {
        self.zeroize();
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Tells whether these are the same keys, in a time that does not depend on where they differ.
    pub fn is(&self, other: &Self) -> bool {
        let count = u64::try_from(self.count).unwrap_or(u64::MAX);
        let others = u64::try_from(other.count).unwrap_or(u64::MAX);
        (self.labels.ct_eq(&other.labels) & count.ct_eq(&others)).into()
    }

    /// The keys as text, for whoever must hash them.
    pub fn expose(&self) -> &str {
        // Every label is ASCII.
        self.labels
            .get(..self.count)
            .and_then(|labels| std::str::from_utf8(labels).ok())
            .unwrap_or_default()
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_keys_are_equal() {
        let pin = Digits::parse("4711").unwrap();

        assert!(pin.is(&Digits::parse("4711").unwrap()));
        for other in ["471", "47110", "4712", "0711"] {
            assert!(!pin.is(&Digits::parse(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn what_is_no_row_of_keys_is_refused() {
        for text in ["", "47 11", "x", "12345678901234567", "１"] {
            assert!(Digits::parse(text).is_none(), "{text}");
        }
        assert_eq!(
            Digits::parse("0123456789*#ABcd").unwrap().expose(),
            "0123456789*#ABCD"
        );
    }

    #[test]
    fn nothing_is_printed_and_nothing_stays_after_clearing() {
        let mut digits = Digits::parse("4711").unwrap();

        assert_eq!(format!("{digits:?} {:?}", Key::POUND), "Digits(…) Key(…)");
        digits.clear();
        assert_eq!((digits.labels, digits.count), ([0; 16], 0));
    }
}
