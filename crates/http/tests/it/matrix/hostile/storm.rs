use std::collections::HashMap;

use axum::http::header;
use portcullis_model::{Outcome, Scope};
use portcullis_ops::CATALOG;

use super::trick::Trick;
use crate::browser::{Answer, send};
use crate::matrix::callers::{Caller, Credential};
use crate::matrix::request::Values;
use crate::matrix::route::{Door, Route, Thing};
use crate::matrix::routes;
use crate::matrix::rows::rows;
use crate::matrix::stage::Stage;
use crate::matrix::things::{MARK, SECRET};

/// Sends the tricks to every route as nobody, as half a login and as an administrator who owns everything there.
///
/// Fails if the server is ever at fault, if somebody gets where they may not, or if a refused request changed something.
pub(super) async fn storm(tricks: fn(&Route) -> Vec<Trick>, least: usize) {
    let mut stage = Stage::new().await;
    stage.owner = stage.administrator.clone();
    let nobody = || Caller::outside("nobody", Credential::Nothing);
    let mut browsers = [nobody(), half(&stage).await, browser(&stage)];
    let mut programs = [nobody(), half(&stage).await, program(&stage).await];
    let (mut sent, mut problems) = (0, Vec::new());
    for route in routes::distinct() {
        let tricks = tricks(route);
        let callers = if route.door == Door::Token {
            &mut programs
        } else {
            &mut browsers
        };
        // The pages before sign-in use it up.
        callers[1] = half(&stage).await;
        for caller in callers {
            let (count, found) = attack(&mut stage, route, &tricks, caller).await;
            sent += count;
            problems.extend(found);
        }
    }
    println!("{sent} requests");
    assert!(least < sent, "only {sent} requests");
    assert!(
        problems.is_empty(),
        "{} of {sent}:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

async fn half(stage: &Stage) -> Caller {
    Caller::outside("a half login", Credential::Login(stage.half_login().await))
}

fn browser(stage: &Stage) -> Caller {
    Caller::browser("the administrator", &stage.administrator, None)
}

async fn program(stage: &Stage) -> Caller {
    Caller::program(&stage.world, &stage.administrator, None, &Scope::FOR_TOKENS).await
}

/// Sends the tricks to one route as one caller; says how many HTTP could express, and what came of them.
async fn attack(
    stage: &mut Stage,
    route: &Route,
    tricks: &[Trick],
    caller: &mut Caller,
) -> (usize, Vec<String>) {
    let mut values = Values::of(stage, route, caller).await;
    let (before, entry) = (rows(&stage.world).await, stage.world.last_entry().await);
    let (mut refused, mut problems) = (HashMap::new(), Vec::new());
    let (mut sent, mut accepted) = (0, false);
    // A sign-in that waits for its code may ask for help, and nothing is typed for that.
    let asks = |other: &&Route| other.path == route.path && other.performs.contains(&"recovery.ask");
    let is_meant = matches!(caller.shows, Credential::Login(_)) && routes::distinct().iter().any(asks);
    for trick in tricks {
        let Some(request) = trick.request(&values, caller) else {
            continue;
        };
        sent += 1;
        let answer = send(&stage.router, request).await;
        let told = format!("{} {}", trick.method, trick.address);
        let told: String = told.chars().take(120).collect();
        let told = format!("{told} as {}: {}", caller.name, answer.status);
        if let Some(problem) = problem(route, caller, &answer) {
            problems.push(format!("{told}: {problem}"));
        }
        if answer.status.is_client_error() || (caller.enters.is_none() && !is_meant) || trick.only_reads() {
            let request = answer.headers["x-request-id"].to_str().unwrap();
            refused.insert(request.to_owned(), told);
        } else {
            accepted = true;
            recover(stage, route, caller).await;
            values = Values::of(stage, route, caller).await;
        }
    }
    for request in written_after(stage, entry).await {
        problems.extend(
            refused
                .get(&request)
                .map(|told| format!("{told}: did something all the same")),
        );
    }
    if route.performs.contains(&"token.add") {
        // There is room for fifty.
        stage.world.sql("DELETE FROM tokens WHERE name <> 'matrix'").await;
    }
    if !accepted && rows(&stage.world).await != before {
        let (method, path, who) = (route.method, route.path, &caller.name);
        problems.push(format!("{method} {path} as {who}: something changed"));
    }
    (sent, problems)
}

/// The requests that changed something, as the trail says.
async fn written_after(stage: &Stage, entry: i64) -> Vec<String> {
    let writes = |name: &str| {
        CATALOG
            .iter()
            .any(|operation| operation.name == name && operation.kind != "read")
    };
    let entries = stage.world.entries_after(entry).await.into_iter();
    entries
        .filter(|row| row.outcome == Outcome::Succeed.word() && writes(&row.operation))
        .map(|row| row.request.into_owned())
        .collect()
}

fn problem(route: &Route, caller: &Caller, answer: &Answer) -> Option<&'static str> {
    if answer.status.is_server_error() {
        return Some("the server is at fault");
    }
    if caller.enters.is_some() {
        let lost = answer.location().starts_with("/sign-in?notice=session-ended");
        return lost.then_some("the session is lost, so that this test sees nothing");
    }
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let session = cookies
        .filter_map(|line| line.to_str().ok())
        .any(|line| line.starts_with("__Host-portcullis_session=") && !line.contains("_session=;"));
    if session {
        return Some("gives a session");
    }
    if [MARK, SECRET].iter().any(|mark| answer.text.contains(mark)) {
        return Some("tells what is in the vault");
    }
    let inside = answer.status.is_success() && route.door != Door::Open;
    inside.then_some("lets them in")
}

/// A request that was taken after all may have used up the thing or the session.
async fn recover(stage: &mut Stage, route: &Route, caller: &mut Caller) {
    const USE_UP: [&str; 7] = [
        ".delete", ".lock", ".reset", ".restore", ".undo", ".unlock", ".unshare",
    ];
    let ends = |name: &&str| USE_UP.iter().any(|end| name.ends_with(end));
    if route.performs.iter().any(ends) {
        stage.things.spoil(route.on);
    }
    if route.on == Thing::SpentSession {
        caller.renew(&stage.world).await;
        stage.administrator = caller.person.clone().expect("they are signed in");
    }
}
