use std::collections::BTreeSet;

use super::{NumberKind, PhoneNumber};
use crate::Refusal;

/// Which numbers may be called at all. Whatever earns from a call is never called.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NumberPolicy {
    /// Countries as two letters of ISO 3166. None is the default: an administrator names their own.
    pub countries: BTreeSet<String>,
    /// Whether numbers of voice over IP, which anybody rents by the minute, are good enough.
    pub voip: bool,
    pub extensions: bool,
}

impl NumberPolicy {
    pub fn check(&self, number: &PhoneNumber) -> Result<(), Refusal> {
        let country = number.country().ok_or(Refusal::Country)?;
        if !self.countries.contains(&country) {
            return Err(Refusal::Country);
        }
        match number.kind() {
            NumberKind::Landline | NumberKind::Mobile | NumberKind::LandlineOrMobile => {}
            NumberKind::Voip if self.voip => {}
            _ => return Err(Refusal::Kind),
        }
        if number.extension().is_some() && !self.extensions {
            return Err(Refusal::Extension);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &NumberPolicy, text: &str) -> Result<(), Refusal> {
        policy.check(&PhoneNumber::parse(text).unwrap())
    }

    #[test]
    fn a_policy_that_names_no_country_calls_nobody() {
        assert_eq!(
            check(&NumberPolicy::default(), "1 9259249500"),
            Err(Refusal::Country)
        );
    }

    #[test]
    fn only_listed_countries_and_ordinary_lines_are_called() {
        let policy = NumberPolicy {
            countries: ["US", "DE"].map(str::to_owned).into(),
            ..NumberPolicy::default()
        };

        assert_eq!(check(&policy, "1 9259249500"), Ok(()));
        assert_eq!(check(&policy, "49 15123456789"), Ok(()));
        // Canada has the same country code as the United States.
        assert_eq!(check(&policy, "1 4168682000"), Err(Refusal::Country));
        assert_eq!(check(&policy, "44 7400123456"), Err(Refusal::Country));
        assert_eq!(check(&policy, "1 9002530000"), Err(Refusal::Kind));
        assert_eq!(check(&policy, "1 8002530000"), Err(Refusal::Kind));
        assert_eq!(check(&policy, "881 612345678"), Err(Refusal::Country));
        assert_eq!(check(&policy, "1 9259249500 292"), Err(Refusal::Extension));
    }
}
