use crate::Prompt;

/// What is said in the recordings beside them: `name: text` in every line.
const TEXTS: [(&str, &str); 6] = [
    ("en", include_str!("../../prompts/en.txt")),
    ("de", include_str!("../../prompts/de.txt")),
    ("fr", include_str!("../../prompts/fr.txt")),
    ("es", include_str!("../../prompts/es.txt")),
    ("it", include_str!("../../prompts/it.txt")),
    ("nl", include_str!("../../prompts/nl.txt")),
];

pub(super) fn find(language: &str, prompt: Prompt) -> Option<&'static str> {
    let (_, texts) = TEXTS.iter().find(|(known, _)| *known == language)?;
    texts.lines().find_map(|line| {
        let (name, text) = line.split_once(':')?;
        (name == prompt.name()).then(|| text.trim())
    })
}
