/// What we answered the provider, as it understands it.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The recordings, with their addresses.
    pub(crate) plays: Vec<String>,
    pub(crate) gather: Option<Gather>,
    /// Where it asks next if nothing else happens.
    pub(crate) redirect: Option<String>,
    pub(crate) hangs_up: bool,
}

#[derive(Debug)]
pub(crate) struct Gather {
    pub(crate) action: String,
    pub(crate) most: usize,
    pub(crate) timeout: u64,
}

impl Document {
    pub(crate) fn parse(xml: &str) -> Self {
        let mut document = Self::default();
        let (_, mut rest) = xml.split_once("<Response>").unwrap_or(("", ""));
        while let Some((_, begin)) = rest.split_once('<') {
            let (tag, behind) = begin.split_once('>').expect("a tag ends");
            let text = behind.split('<').next().unwrap();
            match tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap() {
                "Play" if !tag.starts_with('/') => document.plays.push(text.to_owned()),
                "Redirect" if !tag.starts_with('/') => document.redirect = Some(text.to_owned()),
                "Hangup" => document.hangs_up = true,
                "Gather" if !tag.starts_with('/') => {
                    assert_eq!(attribute(tag, "input"), "dtmf");
                    assert_eq!(attribute(tag, "finishOnKey"), "#");
                    assert_eq!(attribute(tag, "method"), "POST");
                    document.gather = Some(Gather {
                        action: attribute(tag, "action"),
                        most: attribute(tag, "numDigits").parse().unwrap(),
                        timeout: attribute(tag, "timeout").parse().unwrap(),
                    });
                }
                _ => {}
            }
            rest = behind;
        }
        document
    }

    /// The names of the recordings.
    pub(crate) fn says(&self) -> Vec<&str> {
        let name = |url: &'_ String| url.rfind('/').map_or(0, |slash| slash + 1);
        self.plays
            .iter()
            .map(|url| url[name(url)..].trim_end_matches(".wav"))
            .collect()
    }

    pub(crate) fn action(&self) -> &str {
        &self.gather.as_ref().expect("it asks for keys").action
    }

    /// The digit that the person is told to press before `#`.
    pub(crate) fn digit(&self) -> &str {
        let digit = self
            .says()
            .into_iter()
            .find_map(|name| name.strip_prefix("digit-"));
        digit.expect("it names a digit")
    }
}

fn attribute(tag: &str, name: &str) -> String {
    let (_, value) = tag
        .split_once(&format!(" {name}=\""))
        .unwrap_or_else(|| panic!("no {name} in {tag}"));
    value.split('"').next().unwrap().to_owned()
}
