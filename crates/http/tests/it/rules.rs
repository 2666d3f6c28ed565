use axum::body::Body;
use axum::http::{Method, Request, header};
use portcullis_testkit::World;

use crate::browser::{Browser, doors, send};

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_it() {
    let world = World::new().await;
    world.administrator().await;
    let router = doors(&world);

    for path in [
        "/",
        "/sign-in",
        "/nowhere",
        "/api/v2/me",
        "/api/v2/openapi.json",
        "/assets/app.css",
        "/healthz",
    ] {
        let request = Request::get(path)
            .header(header::HOST, "vault.example")
            .body(Body::empty())
            .unwrap();
        let answer = send(&router, request).await;

        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{path}"
        );
        assert!(
            policy.ends_with("require-trusted-types-for 'script'; trusted-types 'none'"),
            "{path}"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(
            answer.headers["strict-transport-security"], "max-age=31536000",
            "{path}"
        );
        assert!(!answer.headers["x-request-id"].is_empty(), "{path}");
        let kept = answer.headers["cache-control"].to_str().unwrap();
        assert_eq!(
            kept.contains("immutable"),
            path.starts_with("/assets/"),
            "{path}: {kept}"
        );
        assert_eq!(
            kept == "no-store",
            !path.starts_with("/assets/"),
            "{path}: {kept}"
        );
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let world = World::new().await;
    let person = world.administrator().await;
    let cookie = format!("__Host-portcullis_session={}", person.session_token.expose());
    let token = portcullis_ops::csrf_token(person.session_token.expose());
    let cases = [
        (Some("https://evil.example"), None, token.as_str()),
        (None, Some("cross-site"), token.as_str()),
        (None, None, token.as_str()),
        (Some("https://vault.example"), None, ""),
        (Some("https://vault.example"), None, "0123"),
    ];

    for (origin, site, csrf) in cases {
        let mut request = Request::post("/me/preferences")
            .header(header::HOST, "vault.example")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        let body = Body::from(format!("theme=dark&csrf={csrf}"));
        let answer = send(&doors(&world), request.body(body).unwrap()).await;

        assert_eq!(answer.status, 403, "{origin:?} {site:?} {csrf:?}");
    }
    let page = Browser::of(&world, &person).get("/me/preferences").await;
    page.shows("data-theme=\"system\"");
}

#[tokio::test]
async fn what_cannot_be_read_is_the_clients_fault_in_the_shape_that_it_reads() {
    let world = World::new().await;
    let person = world.administrator().await;
    let cookie = format!("__Host-portcullis_session={}", person.session_token.expose());
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (Method::GET, "/accounts/not-a-uuid", "", form, 400),
        (Method::GET, "/accounts/%2e%2e%2f", "", form, 400),
        (Method::GET, "/nowhere", "", form, 404),
        (Method::GET, "/passwords?q=%00", "", form, 400),
        (Method::POST, "/sign-in", "username=a%00b", form, 400),
        (Method::DELETE, "/passwords", "", form, 405),
        (Method::POST, "/me/preferences", "{}", "application/json", 415),
        (
            Method::GET,
            "/accounts/0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70/versions/x/reveal",
            "",
            form,
            405,
        ),
    ];

    for (method, path, body, kind, status) in cases {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "vault.example")
            .header(header::ORIGIN, "https://vault.example")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        let answer = send(&doors(&world), request).await;

        assert_eq!(answer.status, status, "{path}");
        answer.shows("<code>");
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/html"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_made_up_place_in_a_list_is_never_a_fault_of_the_server() {
    let world = World::new().await;
    let person = world.administrator().await;
    let mut browser = Browser::of(&world, &person);

    for path in ["/passwords", "/resources", "/users"] {
        for after in ["x", "~~~", "%F0%9F%92%A9", "a.b.c"] {
            let answer = browser.get(&format!("{path}?after={after}")).await;
            assert!(
                !answer.status.is_server_error(),
                "{path} {after}: {}",
                answer.status
            );
        }
    }
    for query in ["before=-1", "before=x", "since=x", "subject=x", "outcome=x"] {
        assert_eq!(
            browser.get(&format!("/audit?{query}")).await.status,
            200,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = World::new().await;
    world.administrator().await;
    let huge = "x".repeat(70 * 1024);

    let answer = Browser::new(&world)
        .post("/sign-in", &[("username", &huge)])
        .await;

    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_to_where_they_wanted_to_be() {
    let world = World::new().await;
    world.administrator().await;

    let answer = Browser::new(&world).get("/passwords?q=type%3Alinux").await;

    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/sign-in?next=/passwords%3Fq%3Dtype%253Alinux");
}
