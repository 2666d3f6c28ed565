use std::collections::BTreeMap;

use portcullis_model::SignInFilter;

use crate::next_path::encode;
use crate::pages::audit::moment_of;

/// The filter as it stands in the address; what is left empty does not filter.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) who: String,
    pub(super) event: String,
    pub(super) method: String,
    pub(super) outcome: String,
    pub(super) new_address: String,
    pub(super) since: String,
    pub(super) until: String,
}

impl Asked {
    pub(super) fn of(query: &BTreeMap<String, String>) -> Self {
        let text = |name: &str| {
            query
                .get(name)
                .map(|value| value.trim().to_owned())
                .unwrap_or_default()
        };
        Self {
            who: text("who"),
            event: text("event"),
            method: text("method"),
            outcome: text("outcome"),
            new_address: text("new_address"),
            since: text("since"),
            until: text("until"),
        }
    }

    /// A filter that was kept.
    pub(super) fn kept(filter: &SignInFilter) -> Self {
        let text = |text: Option<&'static str>| text.unwrap_or_default().to_owned();
        let moment =
            |at: Option<portcullis_model::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        Self {
            who: filter.who.clone(),
            event: text(filter.event.map(portcullis_model::SignInEvent::word)),
            method: text(filter.method.map(portcullis_model::FactorKind::word)),
            outcome: text(filter.outcome.map(portcullis_model::Outcome::word)),
            new_address: text(filter.new_address.then_some("yes")),
            since: moment(filter.since),
            until: moment(filter.until),
        }
    }

    pub(super) fn filter(&self) -> SignInFilter {
        SignInFilter {
            who: self.who.clone(),
            event: self.event.parse().ok(),
            method: self.method.parse().ok(),
            outcome: self.outcome.parse().ok(),
            new_address: !self.new_address.is_empty(),
            since: moment_of(&self.since),
            until: moment_of(&self.until),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.pairs().iter().any(|(_, value)| !value.is_empty())
    }

    pub(super) fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("who", &self.who),
            ("event", &self.event),
            ("method", &self.method),
            ("outcome", &self.outcome),
            ("new_address", &self.new_address),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    /// The address of `path` with this filter.
    pub(super) fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let filters = self.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = filters
            .chain(more.iter().copied())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if pairs.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_was_kept_comes_back_as_it_was() {
        let query = [
            ("who", "d.okafor"),
            ("event", "error"),
            ("method", "totp"),
            ("outcome", "deny"),
            ("new_address", "yes"),
            ("since", "2026-11-21T03:05"),
        ];
        let query = query
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let filter = Asked::of(&query).filter();

        let kept = Asked::kept(&filter);

        assert_eq!(kept.filter(), filter);
        assert_eq!(
            kept.address("/activity", &[]),
            "/activity?who=d.okafor&event=error&method=totp&outcome=deny&new_address=yes\
             &since=2026-11-21T03%3A05%3A00Z"
        );
    }
}
