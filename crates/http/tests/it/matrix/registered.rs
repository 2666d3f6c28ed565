use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use portcullis_ops::CATALOG;
use portcullis_testkit::World;

use super::permissions::Permissions;
use super::route::Door;
use super::routes;
use crate::browser::{doors, send};

/// What no route hands to the gate: the command line, jobs and the binary do.
const ELSEWHERE: &[&str] = &[
    "audit.export",
    "audit.find_checkpoint",
    "call.close",
    "call.decide",
    "call.due",
    "call.note",
    "call.take",
    "job.sweep",
    "key.begin_rotation",
    "key.finish_rotation",
    "key.rewrap_batch",
    "key.verify_batch",
    "mail.due",
    "mail.send_next",
    "policy.apply_due",
    "setup.offer",
];

/// Who it is: asked before every route that takes a session or a token.
const IDENTITY: &[&str] = &["session.resume", "session.touch", "token.present"];

/// The paths that the source hands to axum, which itself lists none. The methods of each come from the router.
fn paths_in(folder: &Path, paths: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            paths_in(&path, paths);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for other in [".nest", ".fallback", ".route_service("] {
            assert!(
                !text.contains(other),
                "{} registers routes with {other}, which this test cannot read",
                path.display()
            );
        }
        for call in text.split(".route(").skip(1) {
            let literal = call.trim_start().strip_prefix('"');
            let literal = literal.unwrap_or_else(|| panic!("{}: a path that is no literal", path.display()));
            paths.insert(literal.split('"').next().unwrap().to_owned());
        }
    }
}

/// The methods that the router has for a path.
async fn methods(router: &Router, path: &str) -> BTreeSet<String> {
    let concrete = path
        .replace("{id}", "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70")
        .replace(['{', '}'], "");
    let request = Request::builder()
        .method("PROPFIND")
        .uri(concrete)
        .header(header::HOST, "vault.example")
        .header(header::ORIGIN, "https://vault.example");
    let answer = send(router, request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, 405, "{path}");
    let allowed = answer.headers[header::ALLOW].to_str().unwrap();
    let methods = allowed.split(',').filter(|method| *method != "HEAD");
    methods.map(str::to_owned).collect()
}

async fn described(router: &Router) -> BTreeMap<String, BTreeSet<String>> {
    let request = Request::get("/api/v2/openapi.json").body(Body::empty()).unwrap();
    let description = send(router, request).await.json();
    let paths = description["paths"].as_object().unwrap().iter();
    paths
        .map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            (
                path.clone(),
                methods.map(|method| method.to_ascii_uppercase()).collect(),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_table_has_every_route_of_the_router_and_no_other() {
    let router = doors(&World::new().await);
    let mut paths = BTreeSet::new();
    paths_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let described = described(&router).await;
    paths.extend(described.keys().cloned());

    let mut known = BTreeSet::new();
    for path in &paths {
        let methods = methods(&router, path).await;
        if let Some(described) = described.get(path) {
            assert_eq!(&methods, described, "{path} is not wholly described");
        }
        known.extend(methods.into_iter().map(|method| format!("{method} {path}")));
    }

    let table: BTreeSet<String> = routes::all()
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let differences: Vec<&String> = known.symmetric_difference(&table).collect();
    assert!(
        differences.is_empty(),
        "in the router or in the table, not in both: {differences:?}"
    );
}

#[test]
fn every_operation_is_reached_by_a_route_or_is_known_to_be_for_others() {
    let reached: BTreeSet<&str> = routes::all()
        .flat_map(|route| route.performs)
        .chain(ELSEWHERE)
        .chain(IDENTITY)
        .copied()
        .collect();

    let catalog: BTreeSet<&str> = CATALOG.iter().map(|operation| operation.name).collect();
    assert_eq!(reached, catalog);
    for route in routes::all() {
        assert!(!route.performs.iter().any(|name| ELSEWHERE.contains(name)));
    }
}

#[test]
fn only_what_needs_nothing_is_open() {
    let permissions = Permissions::read();

    for route in routes::all() {
        for operation in route.performs {
            let needs_nothing = permissions.of(operation).needs_nothing();
            assert_eq!(
                needs_nothing,
                route.door == Door::Open,
                "{} {operation}",
                route.path
            );
        }
    }
}
