//! Tells code, comments and strings of a Rust file apart, well enough for the checks.

#[derive(Default)]
pub(super) struct Lexed {
    /// The text with every comment blanked out and every character of a string replaced by `_`.
    pub code: String,
    /// The string literals and the line, counted from 1, on which each begins.
    pub strings: Vec<(usize, String)>,
}

/// Reads a Rust file. Lines stay where they are.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        rest: text,
        line: 1,
        last: ' ',
        lexed: Lexed::default(),
    };
    while !lexer.rest.is_empty() {
        lexer.next();
    }
    lexer.lexed
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    /// The character before `rest`.
    last: char,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn next(&mut self) {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(end, Some(' '));
        } else if self.rest.starts_with("/*") {
            let end = comment_end(self.rest);
            self.take(end, Some(' '));
        } else if let Some(hashes) = self.raw_string() {
            let opening = self.rest.find('"').expect("a raw string has a quote") + 1;
            let closing = format!("\"{}", "#".repeat(hashes));
            let length = self.rest[opening..]
                .find(&closing)
                .unwrap_or(self.rest.len() - opening);
            self.string(opening, length, closing.len());
        } else if self.rest.starts_with('"') {
            self.string(1, string_length(&self.rest[1..]), 1);
        } else if let Some(length) = char_length(self.rest) {
            self.take(length, Some('_'));
        } else {
            let length = self.rest.chars().next().map_or(0, char::len_utf8);
            self.take(length, None);
        }
    }

    /// Returns the number of `#` if a raw string begins here.
    fn raw_string(&self) -> Option<usize> {
        if self.last.is_alphanumeric() || self.last == '_' {
            return None;
        }
        let prefixes = ["r", "br", "cr"];
        let rest = prefixes.iter().find_map(|prefix| {
            self.rest
                .strip_prefix(prefix)
                .filter(|rest| rest.starts_with(['#', '"']))
        })?;
        let content = rest.trim_start_matches('#');
        content.starts_with('"').then_some(rest.len() - content.len())
    }

    fn string(&mut self, opening: usize, length: usize, closing: usize) {
        let content = self.rest[opening..opening + length].to_owned();
        self.lexed.strings.push((self.line, content));
        self.take(opening, None);
        self.take(length, Some('_'));
        self.take(closing.min(self.rest.len()), None);
    }

    /// Moves on by `length` bytes and writes them, or `mask` for each character but line ends.
    fn take(&mut self, length: usize, mask: Option<char>) {
        let (taken, rest) = self.rest.split_at(length);
        for character in taken.chars() {
            self.line += usize::from(character == '\n');
            self.lexed.code.push(match mask {
                Some(mask) if character != '\n' => mask,
                _ => character,
            });
        }
        self.last = taken.chars().last().unwrap_or(self.last);
        self.rest = rest;
    }
}

fn comment_end(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        if text.as_bytes()[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text.as_bytes()[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// Returns the length of a character literal, or `None` for a lifetime and everything else.
fn char_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('\'')?;
    let mut characters = rest.char_indices();
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next()?;
        return characters
            .find(|(_, character)| *character == '\'')
            .map(|(at, _)| at + 2);
    }
    let (at, second) = characters.next()?;
    (second == '\'' && first != '\'').then_some(at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_blank_and_strings_are_masked() {
        let lexed = lex("let a = \"x // y\"; // z\nlet b = /* \" */ 1;\n");

        assert_eq!(lexed.code, "let a = \"______\";     \nlet b =         1;\n");
        assert_eq!(lexed.strings, [(1, "x // y".to_owned())]);
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        let lexed = lex("f(r#\"a \" b\"#, br\"c\\\", \"d\\\"e\")");

        let strings: Vec<_> = lexed.strings.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(strings, ["a \" b", "c\\", "d\\\"e"]);
    }

    #[test]
    fn quotes_in_characters_open_no_string() {
        let lexed = lex("fn f<'a>(x: &'a str) { ('\"', '\\'', b'\"', \"s\") }");

        assert_eq!(lexed.strings, [(1, "s".to_owned())]);
    }

    #[test]
    fn a_string_over_several_lines_keeps_the_lines_behind_it_in_place() {
        let lexed = lex("a(\"one\ntwo\");\nb(\"three\");");

        assert_eq!(lexed.strings[1].0, 3);
    }
}
