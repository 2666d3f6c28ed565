//! A reader for the two entries of the AMM's `web.xml`, also where their closing tags lack the slash, as its manual
//! prints them. It knows tags and texts and nothing else: no entity is ever resolved, so none can grow.

pub(super) const SECONDS: &str = "inmotion.mfa.timeout.inseconds";
pub(super) const RETRIES: &str = "inmotion.mfa.maximum.retrys";

#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Found {
    pub(super) seconds: Option<u32>,
    pub(super) retries: Option<u32>,
}

#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum WebXmlError {
    #[error("`{0}` must be a whole number")]
    NoNumber(&'static str),
    #[error("`{0}` is there twice, with different values")]
    Twice(&'static str),
}

pub(super) fn read(xml: &str) -> Result<Found, WebXmlError> {
    let mut found = Found::default();
    let mut name = "";
    for (tag, text) in pieces(xml) {
        match tag {
            // Opened or closed, it parts one entry from the next.
            "context-param" => name = "",
            "param-name" if !text.is_empty() => name = text,
            "param-value" if !text.is_empty() => match std::mem::take(&mut name) {
                SECONDS => note(&mut found.seconds, SECONDS, text)?,
                RETRIES => note(&mut found.retries, RETRIES, text)?,
                _ => {}
            },
            _ => {}
        }
    }
    Ok(found)
}

fn note(slot: &mut Option<u32>, name: &'static str, text: &str) -> Result<(), WebXmlError> {
    let number = text.parse().map_err(|_| WebXmlError::NoNumber(name))?;
    match slot.replace(number) {
        Some(before) if before != number => Err(WebXmlError::Twice(name)),
        _ => Ok(()),
    }
}

/// Every tag, opening or closing, with the text up to the next one.
fn pieces(xml: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')?..];
            if let Some(inside) = rest.strip_prefix("<!--") {
                rest = after(inside, "-->");
            } else if let Some(inside) = rest.strip_prefix("<?") {
                rest = after(inside, "?>");
            } else if let Some(inside) = rest.strip_prefix("<![CDATA[") {
                rest = after(inside, "]]>");
            } else if let Some(inside) = rest.strip_prefix("<!") {
                rest = after_declaration(inside);
            } else {
                let (tag, behind) = rest[1..].split_once('>')?;
                rest = behind;
                let text = behind.split('<').next().unwrap_or_default();
                return Some((name_of(tag), text.trim()));
            }
        }
    })
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// What follows a declaration, which may hold others in brackets.
fn after_declaration(text: &str) -> &str {
    let (mut depth, mut quote) = (0_usize, None);
    for (place, character) in text.char_indices() {
        match character {
            _ if quote == Some(character) => quote = None,
            _ if quote.is_some() => {}
            '"' | '\'' => quote = Some(character),
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '>' if depth == 0 => return &text[place + 1..],
            _ => {}
        }
    }
    ""
}

/// Without the slash, the name space and the attributes.
fn name_of(tag: &str) -> &str {
    let name = tag
        .trim_start_matches('/')
        .split(|character: char| character.is_whitespace() || character == '/');
    let name = name.into_iter().next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn found(seconds: Option<u32>, retries: Option<u32>) -> Found {
        Found { seconds, retries }
    }

    #[test]
    fn the_entries_are_read_as_the_manual_prints_them() {
        let printed = "\
<context-param> <param-name>inmotion.mfa.timeout.inseconds<param-name> <param-value>120<param-value> <context-param>
If the user enters the wrong verification code, the AMM will allow the user to retry.
<context-param> <param-name>inmotion.mfa.maximum.retrys<param-name> <param-value>3<param-value> <context-param>";

        assert_eq!(read(printed), Ok(found(Some(120), Some(3))));
    }

    #[test]
    fn the_entries_are_read_from_a_sound_file_among_others() {
        let sound = r#"<?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE web-app PUBLIC "-//A > B//EN" 'http://example.org/a>b.dtd' [ <!ENTITY a "]>"> ]>
            <j:web-app xmlns:j="http://example.org/javaee" version="4.0">
              <servlet><init-param><param-name>debug</param-name><param-value>7</param-value></init-param></servlet>
              <j:context-param>
                <j:description>Seconds</j:description>
                <j:param-name> inmotion.mfa.timeout.inseconds </j:param-name>
                <j:param-value>
                  300
                </j:param-value>
              </j:context-param>
              <context-param id="a"><param-name>other</param-name><param-value>9</param-value></context-param>
              <context-param><param-name>inmotion.mfa.maximum.retrys</param-name><param-value/></context-param>
            </j:web-app>"#;

        assert_eq!(read(sound), Ok(found(Some(300), None)));
    }

    #[test]
    fn what_is_commented_out_does_not_count() {
        let commented = "<!-- <context-param><param-name>inmotion.mfa.maximum.retrys</param-name>
            <param-value>9</param-value></context-param> --><x/>";

        assert_eq!(read(commented), Ok(found(None, None)));
    }

    #[test]
    fn a_value_of_another_entry_is_not_taken() {
        let broken = "<context-param><param-name>inmotion.mfa.maximum.retrys</param-name></context-param>
            <context-param><param-value>9</param-value></context-param>";

        assert_eq!(read(broken), Ok(found(None, None)));
    }

    #[test]
    fn a_value_that_is_no_number_or_is_there_twice_is_refused() {
        let entry = |value: &str| {
            format!(
                "<context-param><param-name>{RETRIES}</param-name><param-value>{value}</param-value></context-param>"
            )
        };

        for value in ["three", "-1", "3.5", "4294967296", "&retries;", "3&#48;"] {
            assert_eq!(
                read(&entry(value)),
                Err(WebXmlError::NoNumber(RETRIES)),
                "{value}"
            );
        }
        assert_eq!(read(&[entry("3"), entry("3")].concat()), Ok(found(None, Some(3))));
        assert_eq!(
            read(&[entry("3"), entry("4")].concat()),
            Err(WebXmlError::Twice(RETRIES))
        );
    }

    #[test]
    fn a_bomb_of_entities_does_not_grow() {
        let levels: Vec<String> = (1..200)
            .map(|level| {
                let inner = format!("&a{};", level - 1).repeat(10);
                format!("<!ENTITY a{level} \"{inner}\">")
            })
            .collect();
        let bomb = format!(
            "<!DOCTYPE x [ <!ENTITY a0 \"3\">{}<!ENTITY file SYSTEM 'file:///etc/hostname'> ]><context-param>\
             <param-name>{RETRIES}</param-name><param-value>&a199;&file;</param-value></context-param>",
            levels.concat()
        );

        assert_eq!(read(&bomb), Err(WebXmlError::NoNumber(RETRIES)));
    }

    #[test]
    fn whatever_it_is_given_it_comes_to_an_end() {
        for text in [
            "",
            "<",
            "<>",
            "</",
            "<!--",
            "<!",
            "<![CDATA[",
            "<?",
            "<a",
            ">",
            "<<<<",
            "<!DOCTYPE a [",
            "ü<ö>ä",
        ] {
            assert_eq!(read(text), Ok(found(None, None)), "{text}");
        }
        let long = "<".repeat(1_000_000);
        assert_eq!(read(&long), Ok(found(None, None)));
    }
}
