use std::time::Duration;

use portcullis_model::Clock;

use super::callers::{self, Caller, Credential};
use super::judge::{self, Verdict};
use super::request::{self, Values};
use super::route::{Door, Route, Thing};
use super::rows::rows;
use super::stage::Stage;
use super::{routes, trail};
use crate::browser::send;

#[tokio::test]
async fn every_page_and_form_answers_everybody_as_the_permission_page_says() {
    let mut stage = Stage::new().await;
    let callers = callers::at_browsers(&stage).await;

    walk(&mut stage, routes::console(), callers, 1_000).await;
}

#[tokio::test]
async fn every_call_of_the_api_answers_everybody_as_the_permission_page_says() {
    let mut stage = Stage::new().await;
    let callers = callers::programs(&stage).await;

    walk(&mut stage, routes::api(), callers, 1_500).await;
}

/// How old a second step may be, with a reserve.
const FRESH: Duration = Duration::from_mins(12);

/// Looks at every cell; fails with a list of those that are not as they should be.
async fn walk(
    stage: &mut Stage,
    routes: impl Iterator<Item = &'static Route>,
    mut callers: Vec<Caller>,
    least: usize,
) {
    let (mut cells, mut problems) = (0, Vec::new());
    for route in routes {
        // Those who are refused come first, so that whatever changed was changed by one of them.
        let verdict = |caller: &Caller| judge::of_route(&stage.permissions, route, caller);
        let (mut refused, mut allowed): (Vec<Caller>, Vec<Caller>) = callers
            .into_iter()
            .partition(|caller| verdict(caller) != Verdict::Allowed);
        let nobody = Caller::outside("nobody", Credential::Nothing);
        let values = Values::of(stage, route, &nobody).await;
        let before = rows(&stage.world).await;
        for caller in &refused {
            problems.extend(look(stage, route, caller, &values).await);
        }
        if !refused.is_empty() && rows(&stage.world).await != before {
            problems.push(format!(
                "{} {}: a refused request changed something",
                route.method, route.path
            ));
        }
        for caller in &mut allowed {
            prepare(stage, route, caller).await;
            let values = Values::of(stage, route, caller).await;
            problems.extend(look(stage, route, caller, &values).await);
            clean_up(stage, route, caller).await;
        }
        cells += refused.len() + allowed.len();
        refused.append(&mut allowed);
        callers = refused;
    }
    println!("{cells} cells");
    assert!(least < cells, "only {cells} cells");
    assert!(
        problems.is_empty(),
        "{} of {cells} cells:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

/// One cell of the matrix: the answer, and what the trail says.
async fn look(stage: &Stage, route: &Route, caller: &Caller, values: &Values) -> Vec<String> {
    let before = stage.world.last_entry().await;
    let verdict = judge::of_route(&stage.permissions, route, caller);
    let answer = send(&stage.router, request::good(route, values, caller)).await;
    let problems = [
        judge::differs(verdict, route, values, &answer),
        trail::differs(stage, route, caller, values, before).await,
    ];
    let cell = format!(
        "{} {} as {}",
        route.method,
        request::address(route, values),
        caller.name
    );
    problems
        .into_iter()
        .flatten()
        .map(|problem| format!("{cell}: {problem}"))
        .collect()
}

/// A half login is used up by the pages before sign-in.
/// What takes a fresh second step is asked for with one.
async fn prepare(stage: &Stage, route: &Route, caller: &mut Caller) {
    let proven = caller.person.as_ref().and_then(|person| person.caller.proven_at);
    let is_stale = proven.is_some_and(|at| at + FRESH < stage.world.clock.now());
    if is_stale && !route.is_read() && matches!(caller.shows, Credential::Session(_)) {
        caller.renew(&stage.world).await;
    }
    if route.door == Door::Open && matches!(caller.shows, Credential::Login(_)) {
        caller.shows = Credential::Login(stage.half_login().await);
    }
}

async fn clean_up(stage: &mut Stage, route: &Route, caller: &mut Caller) {
    if !route.is_read() {
        stage.things.spoil(route.on);
    }
    if route.on == Thing::SpentSession {
        caller.renew(&stage.world).await;
    }
}
