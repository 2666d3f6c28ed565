use reqwest::Response;
use reqwest::header::{HeaderMap, LOCATION};

/// What a browser got: a page, or where to go.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub(super) async fn read(response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self {
            status,
            headers,
            text: response.text().await?,
        })
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Where to go; fails the test if the page does not send anywhere.
    pub fn location(&self) -> &str {
        let location = self.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        location.unwrap_or_else(|| panic!("{} sends nowhere:\n{}", self.status, self.text))
    }

    /// The id in a `Location` such as `/accounts/0198…?notice=account-added`.
    pub fn location_id(&self) -> String {
        let path = self.location().split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The text of the element with this id.
    pub fn element(&self, id: &str) -> Option<String> {
        self.after(&format!("id=\"{id}\""))
    }

    /// The value of a hidden field.
    pub fn field(&self, name: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split('"').next().map(unescape)
    }

    /// What proves that a form was rendered for this session.
    pub(super) fn csrf(&self) -> Option<String> {
        let (_, rest) = self.text.split_once("name=\"csrf\" content=\"")?;
        rest.split('"').next().map(unescape)
    }

    /// The items of the list with this id.
    pub fn items(&self, id: &str) -> Vec<String> {
        let Some((_, rest)) = self.text.split_once(&format!("id=\"{id}\"")) else {
            return Vec::new();
        };
        let list = rest.split("</ul>").next().unwrap_or_default();
        list.split("<li>")
            .skip(1)
            .filter_map(|item| item.split('<').next())
            .map(unescape)
            .collect()
    }

    /// The text after the tag that holds `mark`.
    pub fn after(&self, mark: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(mark)?;
        let (_, rest) = rest.split_once('>')?;
        rest.split('<').next().map(unescape)
    }

    /// Fails the test unless the page came with this status.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text);
        self
    }
}

/// The characters that templates escape.
fn unescape(text: &str) -> String {
    let named = [
        ("&#34;", "\""),
        ("&#38;", "&"),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, character) = named
            .iter()
            .find(|(escaped, _)| rest.starts_with(escaped))
            .map_or((1, "&"), |(escaped, character)| (escaped.len(), *character));
        plain.push_str(character);
        rest = &rest[length..];
    }
    plain + rest
}
