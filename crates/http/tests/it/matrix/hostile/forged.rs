use axum::body::Body;
use axum::http::{Request, header};

use crate::browser::send;
use crate::matrix::callers::{Caller, Credential};
use crate::matrix::judge::is_turned_away;
use crate::matrix::request::{self, Values};
use crate::matrix::route::Door;
use crate::matrix::routes;
use crate::matrix::rows::rows;
use crate::matrix::stage::Stage;

/// Proofs of identity that prove nothing.
const IDENTITIES: &[(&str, &str)] = &[
    ("cookie", "__Host-portcullis_session"),
    ("cookie", "__Host-portcullis_session="),
    (
        "cookie",
        "__Host-portcullis_session=admin; __Host-portcullis_login=admin",
    ),
    ("cookie", "__Host-portcullis_session=%00"),
    ("cookie", ";;;=;= =;"),
    ("cookie", "__host-portcullis_session=\u{1f4a9}"),
    ("authorization", "Bearer"),
    ("authorization", "Bearer "),
    ("authorization", "Bearer portcullis_pat_"),
    ("authorization", "Bearer portcullis_pat_\u{1f4a9}"),
    ("authorization", "Bearer Bearer x"),
    ("authorization", "Basic YWRtaW46YWRtaW4="),
    ("authorization", "Negotiate x"),
];

#[tokio::test]
async fn what_proves_nothing_opens_nothing() {
    let stage = Stage::new().await;
    let long = format!("__Host-portcullis_session={}", "a".repeat(16_000));
    let bearer = format!("Bearer portcullis_pat_{}", "a".repeat(16_000));
    let long = [("cookie", long.as_str()), ("authorization", bearer.as_str())];
    let nobody = Caller::outside("nobody", Credential::Nothing);
    let mut problems = Vec::new();

    for route in routes::distinct() {
        if route.door == Door::Open {
            continue;
        }
        let path = route.path.replace("{id}", &stage.owner.id.to_string());
        let path = path
            .replace("{number}", "1")
            .replace("{user}", &stage.owner.id.to_string());
        for (name, value) in IDENTITIES.iter().chain(&long) {
            let mut request = request::from(&nobody, route.method, &path)
                .body(Body::empty())
                .unwrap();
            let value = value.as_bytes().try_into().unwrap();
            request.headers_mut().insert(*name, value);
            let answer = send(&stage.router, request).await;
            // Home sends those without a cookie where everything begins.
            if !is_turned_away(route, &answer) {
                problems.push(format!(
                    "{} {} with {name}: {}",
                    route.method, route.path, answer.status
                ));
            }
        }
    }

    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What a page of another site makes a signed-in browser send.
fn forgeries(good: Request<String>) -> Vec<Request<Body>> {
    let (parts, body) = good.into_parts();
    let token = body.rsplit("csrf=").next().unwrap_or_default().to_owned();
    let without = body.replace(&format!("csrf={token}"), "");
    let mut forgeries = Vec::new();
    let mut add = |body: &str, change: &dyn Fn(&mut axum::http::HeaderMap)| {
        let mut parts = parts.clone();
        change(&mut parts.headers);
        forgeries.push(Request::from_parts(parts, Body::from(body.to_owned())));
    };
    add(&without, &|_| ());
    add(&format!("csrf=&{body}"), &|_| ());
    add(&body, &|headers| {
        headers.insert("x-csrf", "0123".parse().unwrap());
    });
    add(&body, &|headers| {
        headers.insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    });
    add(&body, &|headers| {
        headers.insert(header::ORIGIN, "null".parse().unwrap());
    });
    add(&body, &|headers| {
        headers.remove(header::ORIGIN);
    });
    for site in ["cross-site", "same-site", "none", ""] {
        add(&body, &|headers| {
            headers.insert("sec-fetch-site", site.parse().unwrap());
        });
    }
    forgeries
}

#[tokio::test]
async fn c4_no_form_is_taken_from_another_site() {
    let mut stage = Stage::new().await;
    let owner = Caller::browser("the owner", &stage.owner.clone(), None);
    let mut sent = 0;

    for route in routes::console().filter(|route| route.door == Door::Session && !route.is_read()) {
        let values = Values::of(&mut stage, route, &owner).await;
        let before = rows(&stage.world).await;
        let (body, kind) = request::body(route, &values, &owner);
        let good = request::from(&owner, route.method, &request::address(route, &values))
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .unwrap();
        for forgery in forgeries(good) {
            let answer = send(&stage.router, forgery).await;
            assert_eq!(answer.status, 403, "{}", route.path);
            sent += 1;
        }
        assert_eq!(rows(&stage.world).await, before, "{}", route.path);
    }

    assert!(200 < sent, "only {sent}");
}
