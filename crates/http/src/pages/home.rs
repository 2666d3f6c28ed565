use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::routing::get;
use portcullis_ops::home::{Overview, Step};
use portcullis_ops::setup;

use crate::Web;
use crate::answer::{Answer, page, redirect};
use crate::notice::NoticeQuery;
use crate::pages::audit::Entry;
use crate::session::{SignedIn, Visitor};
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/", get(show))
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    accounts: u64,
    resources: u64,
    people: u64,
    overdue: u64,
    steps: Vec<Step>,
    asking: u64,
    bars: Vec<Bar>,
    summary: String,
    entries: Vec<Entry>,
}

impl HomePage {
    fn done(&self) -> usize {
        self.steps.iter().filter(|step| step.done).count()
    }
}

/// One bar of the histogram, in units of its picture.
struct Bar {
    label: &'static str,
    count: u64,
    class: &'static str,
    x: usize,
    middle: usize,
    y: u64,
    height: u64,
}

/// Home for those who are signed in. For others this is the address where everything begins.
async fn show(State(web): State<Web>, Query(notice): Query<NoticeQuery>, mut parts: Parts) -> Answer {
    let visitor = Visitor::from_request_parts(&mut parts, &web).await?;
    if !visitor.has_session {
        let needed = web.gate.read(&visitor.caller, setup::Needed).await?;
        return Ok(redirect(if needed { "/setup" } else { "/sign-in" }));
    }
    let who = SignedIn::from_request_parts(&mut parts, &web).await?;
    let overview = web.gate.read(&who.caller, Overview).await?;
    page(&HomePage {
        shell: Shell::new(&web, &who, "/").with(&notice),
        accounts: overview.accounts,
        resources: overview.resources,
        people: overview.people,
        overdue: overview.overdue,
        steps: overview.steps,
        asking: overview.asking,
        summary: summary(&overview.ages),
        bars: bars(&overview.ages),
        entries: Entry::all(overview.recent, web.gate.now()),
    })
}

fn bars(ages: &[(&'static str, u64)]) -> Vec<Bar> {
    const TALLEST: u64 = 100;
    const CLASSES: [&str; 8] = ["c4", "c4", "c4", "c1", "c1", "c2", "c2", "c3"];
    let most = ages.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    ages.iter()
        .zip(CLASSES)
        .enumerate()
        .map(|(index, ((label, count), class))| {
            // An age that somebody has is never too small to see.
            let height = if *count == 0 {
                0
            } else {
                (count.saturating_mul(TALLEST) / most).max(2)
            };
            let x = 12 + index * 39;
            Bar {
                label,
                count: *count,
                class,
                x,
                middle: x + 15,
                y: 20 + TALLEST - height,
                height,
            }
        })
        .collect()
}

/// The picture in words.
fn summary(ages: &[(&'static str, u64)]) -> String {
    let parts: Vec<String> = ages
        .iter()
        .map(|(label, count)| format!("{count} at {label}"))
        .collect();
    format!("Password age histogram: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tallest_bar_fills_the_picture_and_the_smallest_is_seen() {
        let bars = bars(&[("7d", 1000), ("14d", 1), ("30d", 0)]);

        assert_eq!((bars[0].y, bars[0].height), (20, 100));
        assert_eq!(bars[1].height, 2);
        assert_eq!(bars[2].height, 0);
    }
}
