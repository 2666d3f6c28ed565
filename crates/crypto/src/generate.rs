use portcullis_model::{Chance, CharacterClass, PasswordPolicy, Secret};
use zeroize::Zeroizing;

/// The length where the policy allows it, in characters: more than 140 bits from any two classes.
const LENGTH: u16 = 24;

/// Draws a password that complies with `policy`; every such password over its characters is equally likely.
///
/// No password complies with a policy that excludes a whole class it asks for, or whose maximum is below its
/// minimum or below the number of its classes. Then this gives one that is as random as the length allows.
pub fn generate_password(policy: &PasswordPolicy, chance: &dyn Chance) -> Secret {
    let classes = classes_of(policy);
    let characters = characters_of(&classes, &policy.excluded);
    let length = usize::from(policy.min_length.max(LENGTH).min(policy.max_length));
    let mut password = Zeroizing::new(String::with_capacity(length));
    loop {
        password.clear();
        password.extend((0..length).map(|_| draw(&characters, chance)));
        // Placing one character of each class first would favour the small classes. Drawing again does not.
        if length < classes.len() || has_all(&classes, &characters, &password) {
            return Secret::new(std::mem::take(&mut *password));
        }
    }
}

/// The classes to draw from, each once; letters and digits where the policy names none.
fn classes_of(policy: &PasswordPolicy) -> Vec<CharacterClass> {
    let mut classes = Vec::new();
    for class in &policy.classes {
        if !classes.contains(class) {
            classes.push(*class);
        }
    }
    if classes.is_empty() {
        return vec![
            CharacterClass::Lower,
            CharacterClass::Upper,
            CharacterClass::Digit,
        ];
    }
    classes
}

fn characters_of(classes: &[CharacterClass], excluded: &str) -> Vec<char> {
    let characters: Vec<char> = classes
        .iter()
        .flat_map(|class| characters_of_class(*class, excluded))
        .collect();
    if characters.is_empty() {
        return classes
            .iter()
            .flat_map(|class| class.characters().chars())
            .collect();
    }
    characters
}

/// The characters of a class without the excluded ones; the look-alikes if nothing else is left.
fn characters_of_class(class: CharacterClass, excluded: &str) -> Vec<char> {
    let allowed = |character: &char| !excluded.contains(*character);
    let preferred: Vec<char> = class.characters().chars().filter(allowed).collect();
    if preferred.is_empty() {
        return ('!'..='~')
            .filter(|character| class.contains(*character))
            .filter(allowed)
            .collect();
    }
    preferred
}

fn draw(characters: &[char], chance: &dyn Chance) -> char {
    let count = u32::try_from(characters.len()).expect("there are fewer than 95 printable ASCII characters");
    characters[chance.below(count) as usize]
}

/// Tells whether `password` holds every class of which there are `characters` at all.
fn has_all(classes: &[CharacterClass], characters: &[char], password: &str) -> bool {
    classes.iter().all(|class| {
        let is_in_class = |character: char| class.contains(character);
        password.chars().any(is_in_class) || !characters.iter().copied().any(is_in_class)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::*;
    use crate::seeded::Seeded;

    #[test]
    fn the_built_in_policies_get_long_passwords() {
        let lengths = PasswordPolicy::built_in().map(|policy| {
            let password = generate_password(&policy, &Seeded::new(1));
            assert_eq!(policy.violations(password.expose()), []);
            password.expose().len()
        });

        assert_eq!(lengths, [24, 24, 16]);
    }

    #[test]
    fn an_impossible_policy_still_gets_a_random_password() {
        let printable: String = ('!'..='~').collect();
        let none_left = PasswordPolicy {
            excluded: printable,
            ..PasswordPolicy::strong()
        };
        let too_short = PasswordPolicy {
            min_length: 0,
            max_length: 3,
            ..PasswordPolicy::strong()
        };
        let no_digits = PasswordPolicy {
            excluded: "0123456789".to_owned(),
            ..PasswordPolicy::strong()
        };
        let no_classes = PasswordPolicy {
            classes: Vec::new(),
            ..PasswordPolicy::strong()
        };

        let lengths = [none_left, too_short, no_digits, no_classes]
            .map(|policy| generate_password(&policy, &Seeded::new(1)).expose().len());

        assert_eq!(lengths, [24, 3, 24, 24]);
    }

    #[test]
    fn look_alikes_are_used_only_if_the_policy_leaves_nothing_else() {
        let excluded = CharacterClass::Digit.characters().to_owned();
        let policy = PasswordPolicy {
            excluded,
            ..PasswordPolicy::strong()
        };

        let password = generate_password(&policy, &Seeded::new(1));

        assert_eq!(policy.violations(password.expose()), []);
    }

    #[test]
    fn every_character_is_as_likely_as_the_next_at_every_position() {
        let policy = PasswordPolicy {
            classes: vec![CharacterClass::Digit],
            ..PasswordPolicy::strong()
        };
        let chance = Seeded::new(5);
        let mut counts = [[0_u32; 8]; 24];

        for _ in 0..4_000 {
            let password = generate_password(&policy, &chance);
            for (position, character) in password.expose().bytes().enumerate() {
                counts[position][usize::from(character - b'2')] += 1;
            }
        }

        // The 0.999999 quantile of chi-square with 7 degrees of freedom is 40.5.
        for at_position in counts {
            let chi_square: f64 = at_position
                .iter()
                .map(|n| (f64::from(*n) - 500.0).powi(2) / 500.0)
                .sum();
            assert!(chi_square < 40.5, "{at_position:?}");
        }
    }

    proptest! {
        #[test]
        fn every_policy_that_can_be_kept_is_kept(
            classes in subsequence(CharacterClass::ALL.to_vec(), 0..=4),
            (min_length, max_length) in (4_u16..80).prop_flat_map(|min| (Just(min), min..100)),
            excluded in "[a-mA-M2-8!-,]{0,20}",
            seed: u64,
        ) {
            let policy =
                PasswordPolicy { min_length, max_length, classes, excluded, ..PasswordPolicy::strong() };

            let password = generate_password(&policy, &Seeded::new(seed));

            prop_assert_eq!(policy.violations(password.expose()), []);
        }
    }
}
