//! How words that people type become search terms.

/// The most characters of a word that count. `SQLite` refuses patterns of more than 50,000 bytes.
const LONGEST_WORD: usize = 1000;

/// A `LIKE … ESCAPE '\'` pattern for texts that hold `word`; everything for an empty one.
pub(crate) fn pattern(word: &str) -> String {
    let mut pattern = String::from("%");
    for character in word.trim().to_lowercase().chars().take(LONGEST_WORD) {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// The most words of a query that count.
const MOST_WORDS: usize = 6;

/// The words of a query, in lower case.
pub(crate) fn words(query: &str) -> Vec<String> {
    let query = query.to_lowercase();
    // A NUL ends an FTS5 expression in the middle of a word.
    let words = query.split(|character: char| character.is_whitespace() || character.is_control());
    words
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .map(|word| word.chars().take(LONGEST_WORD).collect())
        .collect()
}

/// The FTS5 expression for those of `words` that the trigram index can find, if any.
pub(crate) fn trigram_expression(words: &[String]) -> Option<String> {
    let long: Vec<String> = words
        .iter()
        .filter(|word| 3 <= word.chars().count())
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    (!long.is_empty()).then(|| long.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_no_letters() {
        assert_eq!(words(" ab\0cd\u{1b}\nEF "), ["ab", "cd", "ef"]);
    }

    #[test]
    fn no_word_is_longer_than_the_database_takes() {
        let endless = "\u{1f4a9}".repeat(60_000);

        assert!(pattern(&endless).len() < 50_000);
        assert_eq!(words(&endless)[0].chars().count(), LONGEST_WORD);
    }

    #[test]
    fn what_people_type_is_never_a_pattern() {
        assert_eq!(pattern("10%_x\\"), "%10\\%\\_x\\\\%");
        assert_eq!(trigram_expression(&words("ro \"d OR *")), None);
        assert_eq!(
            trigram_expression(&words("root \"db1\"")),
            Some("\"root\" AND \"\"\"db1\"\"\"".to_owned())
        );
    }
}
