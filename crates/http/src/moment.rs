use askama::Template;
use askama::filters::HtmlSafe;
use portcullis_model::Timestamp;

/// A moment as `<time>`: relative for reading, exact on hover, RFC 3339 for machines.
#[derive(Clone, Template)]
#[template(path = "parts/moment.html")]
pub(crate) struct Moment {
    iso: String,
    exact: String,
    relative: String,
}

// Its template escapes what it shows.
impl HtmlSafe for Moment {}

impl Moment {
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self {
            iso: at.to_string(),
            exact: format!("{} UTC", at.to_text()),
            relative: relative(at, now),
        }
    }
}

fn relative(at: Timestamp, now: Timestamp) -> String {
    if now < at {
        return match at.since(now).as_secs() {
            0..60 => "in a moment".to_owned(),
            seconds => format!("in {}", span(seconds)),
        };
    }
    match now.since(at).as_secs() {
        0..45 => "just now".to_owned(),
        seconds => format!("{} ago", span(seconds)),
    }
}

/// `3 min`, `5 h`, `12 d`, `2 y`: the largest unit that fits.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..3_600 => format!("{} min", (seconds / 60).max(1)),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..63_072_000 => format!("{} d", seconds / 86_400),
        _ => format!("{} y", seconds / 31_536_000),
    }
}

/// How long ago, in whole days.
pub(crate) fn days(since: Timestamp, now: Timestamp) -> u64 {
    now.since(since).as_secs() / 86_400
}

/// `1:32`, for a wait.
pub(crate) fn clock(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_moment_reads_as_people_say_it() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        let ago = |seconds| relative(now - Duration::from_secs(seconds), now);

        assert_eq!(ago(3), "just now");
        assert_eq!(ago(300), "5 min ago");
        assert_eq!(ago(7_200), "2 h ago");
        assert_eq!(ago(12 * 86_400), "12 d ago");
        assert_eq!(ago(800 * 86_400), "2 y ago");
        assert_eq!(relative(now + Duration::from_secs(7_300), now), "in 2 h");
    }
}
