//! What the product writes to people. Each letter has a text and an HTML form, made from the same paragraphs.

use askama::Template;
use portcullis_model::{Letter, Secret, Timestamp};

use crate::Site;

/// A letter in the making.
#[derive(Template)]
#[template(path = "letters/letter.html")]
struct Draft<'a> {
    site: &'a str,
    subject: String,
    paragraphs: Vec<Paragraph>,
}

enum Paragraph {
    /// On a line of its own, to be read off or copied.
    Code(Secret),
    Facts(Vec<(&'static str, String)>),
    Link(Secret),
    Text(String),
}

impl Draft<'_> {
    fn seal(self, to: Vec<String>) -> Letter {
        let mut text = String::new();
        for paragraph in &self.paragraphs {
            match paragraph {
                Paragraph::Code(code) => text.push_str(code.expose()),
                Paragraph::Link(link) => text.push_str(link.expose()),
                Paragraph::Text(words) => text.push_str(words),
                Paragraph::Facts(facts) => {
                    let lines: Vec<String> = facts
                        .iter()
                        .map(|(name, value)| format!("{name}: {value}"))
                        .collect();
                    text.push_str(&lines.join("\n"));
                }
            }
            text.push_str("\n\n");
        }
        text.push_str("-- \n");
        text.push_str(self.site);
        text.push('\n');
        // A template that only shows texts cannot fail to be rendered.
        let html = self.render().unwrap_or_default();
        Letter {
            to,
            subject: self.subject,
            text,
            html,
        }
    }
}

/// Where and when something happened. What a browser calls itself is left out: a stranger could write to people with it.
pub(crate) struct Circumstances<'a> {
    pub(crate) site: &'a Site,
    pub(crate) at: Timestamp,
    /// The network address of the client.
    pub(crate) address: &'a str,
}

impl Circumstances<'_> {
    fn facts(&self) -> Paragraph {
        let mut facts = vec![
            ("Site", self.site.url.clone()),
            ("Time", format!("{} UTC", self.at.to_text())),
        ];
        if !self.address.is_empty() {
            facts.push(("From", self.address.to_owned()));
        }
        Paragraph::Facts(facts)
    }
}

/// The letter with a code to sign in. It holds no link: nobody should learn to follow one.
pub(crate) fn code(
    circumstances: &Circumstances<'_>,
    username: &str,
    code: Secret,
    minutes: u64,
    to: Vec<String>,
) -> Letter {
    let site = &circumstances.site.name;
    Draft {
        site,
        subject: format!("Your code to sign in to {site}"),
        paragraphs: vec![
            Paragraph::Code(code),
            Paragraph::Text(format!(
                "This is the code for {username} to sign in to {site}. It works once, for this sign-in only, for {minutes} \
                 minutes."
            )),
            circumstances.facts(),
            Paragraph::Text(
                "If this wasn't you, somebody knows your password: change it, and tell an administrator.".to_owned(),
            ),
        ],
    }
    .seal(to)
}

/// The letter that tells a person of something that bears on their account.
pub(crate) fn notice(
    circumstances: &Circumstances<'_>,
    subject: &str,
    what: &str,
    advice: &str,
    to: Vec<String>,
) -> Letter {
    let site = &circumstances.site.name;
    Draft {
        site,
        subject: format!("{site}: {subject}"),
        paragraphs: vec![
            Paragraph::Text(what.to_owned()),
            circumstances.facts(),
            Paragraph::Text(advice.to_owned()),
        ],
    }
    .seal(to)
}

/// The letter with a link that works once.
pub(crate) fn link(
    circumstances: &Circumstances<'_>,
    subject: &str,
    what: &str,
    link: Secret,
    advice: &str,
    to: Vec<String>,
) -> Letter {
    let site = &circumstances.site.name;
    Draft {
        site,
        subject: format!("{site}: {subject}"),
        paragraphs: vec![
            Paragraph::Text(what.to_owned()),
            Paragraph::Link(link),
            circumstances.facts(),
            Paragraph::Text(advice.to_owned()),
        ],
    }
    .seal(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_code_letter_say_the_same_and_hold_no_link() {
        let site = Site {
            name: "Portcullis <test>".to_owned(),
            url: "https://pw.example.org".to_owned(),
        };
        let circumstances = Circumstances {
            site: &site,
            at: Timestamp::from_micros(0),
            address: "192.0.2.7",
        };

        let letter = code(
            &circumstances,
            "alice",
            Secret::new("123456"),
            10,
            vec!["a@example.org".to_owned()],
        );

        for form in [&letter.text, &letter.html] {
            for part in [
                "123456",
                "alice",
                "192.0.2.7",
                "1970-01-01 00:00:00 UTC",
                "10 minutes",
            ] {
                assert!(form.contains(part), "{part} is missing: {form}");
            }
        }
        assert!(letter.text.starts_with("123456\n"));
        assert!(!letter.html.contains("<b>"), "{}", letter.html);
        assert!(!letter.html.contains("href"), "{}", letter.html);
    }
}
