/// What the filter box of a list says: free words, and words like `type:linux`.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Filter {
    pub words: String,
    pub kind: Option<String>,
    pub resource: Option<String>,
}

impl Filter {
    /// Reads `type:linux resource:"db prod" root`. An unknown key is a word to search for.
    pub(crate) fn parse(text: &str) -> Self {
        let mut filter = Self::default();
        let mut words: Vec<String> = Vec::new();
        for token in tokens(text) {
            match token.split_once(':') {
                Some((key, value)) if key.eq_ignore_ascii_case("type") && !value.is_empty() => {
                    filter.kind = Some(value.to_owned());
                }
                Some((key, value)) if key.eq_ignore_ascii_case("resource") && !value.is_empty() => {
                    filter.resource = Some(value.to_owned());
                }
                _ => words.push(token),
            }
        }
        filter.words = words.join(" ");
        filter
    }
}

/// Splits at spaces outside double quotes, and drops the quotes.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => {
                if !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
            }
            other => token.push(other),
        }
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_words() {
        let filter = Filter::parse("root  type:Linux resource:\"db prod 01\" owner:me");

        assert_eq!(filter.words, "root owner:me");
        assert_eq!(filter.kind.as_deref(), Some("Linux"));
        assert_eq!(filter.resource.as_deref(), Some("db prod 01"));
    }

    #[test]
    fn a_key_without_a_value_is_a_word() {
        assert_eq!(Filter::parse("type: x").words, "type: x");
        assert_eq!(Filter::parse("  "), Filter::default());
    }
}
