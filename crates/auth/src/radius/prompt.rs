/// The longest prompt, in characters.
const LONGEST: usize = 500;

/// Makes one line of what a server wants the person to read.
///
/// Nobody vouches for this text: what could move, hide or turn around the words next to it is taken out.
pub(super) fn clean(messages: &[u8]) -> String {
    let text = String::from_utf8_lossy(messages);
    let harmless: String = text
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .filter(|character| !is_invisible(*character))
        .collect();
    let words: Vec<&str> = harmless.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST).collect()
}

/// Bidirectional controls, characters without width, annotations, tags and the byte order mark.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests;
