use portcullis_model::Role;
use portcullis_testkit::World;

use crate::browser::{Answer, Browser};

/// A PNG of one red pixel.
pub(crate) const PIXEL: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\
    \x08\x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\x00\
    \x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

const HERE: &str = "/admin/branding";
const SCRIPT: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

/// The address of the logo that a page shows.
fn logo_of(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("src=\"/branding/logo/")
        .expect("a logo is shown");
    format!("/branding/logo/{}", rest.split('"').next().unwrap())
}

fn saving<'a>(version: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("version", version), ("do", "save")]
        .iter()
        .chain(more)
        .copied()
        .collect()
}

#[tokio::test]
async fn what_an_administrator_saves_is_what_strangers_see() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);
    let mut stranger = Browser::new(&world);
    assert!(!stranger.get("/sign-in").await.text.contains("/branding/"));
    let fields = [
        ("description", "Example Ltd\nBerlin"),
        ("show_description", "yes"),
        ("accent_light", "#7A1FA2"),
        ("show_accent", "yes"),
        ("banner", "Authorised use only."),
        ("show_banner", "yes"),
        ("show_logo", "yes"),
    ];

    let tried = browser
        .upload(
            HERE,
            &[&[("do", "preview"), ("version", "0")][..], &fields].concat(),
            ("our logo.png", "image/png", PIXEL),
        )
        .await;
    assert_eq!(tried.status, 200);
    tried.shows("Not saved yet");
    tried.shows("on light pages");
    assert!(!stranger.get("/sign-in").await.text.contains("/branding/"));
    let logo = tried.value_of("logo");
    let mut fields = saving("0", &fields);
    fields.push(("logo", &logo));
    let saved = browser.post(HERE, &fields).await;

    assert_eq!(saved.location(), "/admin/branding?notice=branding-saved");
    let page = stranger.get("/sign-in").await;
    page.shows("Example Ltd");
    page.shows("Authorised use only.");
    let picture = stranger.get(&logo_of(&page)).await;
    assert_eq!(picture.status, 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "public, max-age=31536000, immutable"),
    ] {
        assert_eq!(picture.headers[name], value);
    }
    assert!(
        picture.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let (_, sheet) = page.text.split_once("/branding/accent/").unwrap();
    let sheet = stranger
        .get(&format!("/branding/accent/{}", sheet.split('"').next().unwrap()))
        .await;
    assert!(
        sheet.text.contains("--accent: light-dark(#7a1fa2,"),
        "{}",
        sheet.text
    );
    assert_eq!(sheet.headers["content-type"], "text/css; charset=utf-8");
    for (path, status) in [
        ("/branding/logo/0.png", 404),
        ("/branding/logo/../../etc/passwd", 404),
        ("/branding/accent/ffffff-000000.css", 404),
        ("/branding/accent/red-blue.css", 404),
    ] {
        assert_eq!(stranger.get(path).await.status, status, "{path}");
    }
    for off in ["show_logo", "show_description", "show_accent", "show_banner"] {
        fields.retain(|(name, _)| *name != off);
    }
    fields[0].1 = "1";
    assert_eq!(browser.post(HERE, &fields).await.status, 303);
    let plain = stranger.get("/sign-in").await.text;
    assert!(!plain.contains("/branding/") && !plain.contains("Example Ltd") && !plain.contains("Authorised"));
}

#[tokio::test]
async fn f3_hostile_files_are_refused_beside_the_field_and_never_served() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let large = vec![0x89; 2 * 1024 * 1024 + 1];
    let files: [(&str, &str, &[u8], &str); 6] = [
        ("evil.svg", "image/svg+xml", svg, "must be a PNG, JPEG or WebP"),
        ("evil.png", "image/png", svg, "must be a PNG, JPEG or WebP"),
        (
            "evil.png.html",
            "text/html",
            b"<!doctype html><script>",
            "must be a PNG, JPEG or WebP",
        ),
        (
            "../../x.png",
            "image/png",
            &PIXEL[..1],
            "must be a PNG, JPEG or WebP",
        ),
        ("cut.png", "image/png", &PIXEL[..40], "cut off"),
        ("large.png", "image/png", &large, "at most 2 MiB"),
    ];
    for (name, kind, file, words) in files {
        let page = browser
            .upload(HERE, &saving("0", &[("show_logo", "yes")]), (name, kind, file))
            .await;

        assert_eq!(page.status, 422, "{name}");
        page.shows(words);
        assert!(!page.text.contains(name));
    }
    let giant = vec![0; 4 * 1024 * 1024];
    let page = browser
        .upload(HERE, &saving("0", &[]), ("giant.png", "image/png", &giant))
        .await;
    assert_eq!(page.status, 413);

    // Whatever it is called, a picture is a picture, and is served as one.
    let page = browser
        .upload(
            HERE,
            &[("do", "preview"), ("version", "0"), ("show_logo", "yes")],
            ("evil.png.html", "text/html", PIXEL),
        )
        .await;
    let picture = browser.get(&logo_of(&page)).await;
    assert_eq!(picture.headers["content-type"], "image/png");
}

#[tokio::test]
async fn f7_script_in_the_texts_is_only_text() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);
    let fields = [
        ("description", SCRIPT),
        ("show_description", "yes"),
        ("banner", SCRIPT),
        ("show_banner", "yes"),
        ("privacy", SCRIPT),
        ("ask_privacy", "yes"),
    ];
    assert_eq!(browser.post(HERE, &saving("0", &fields)).await.status, 303);

    for path in ["/privacy", "/sign-in"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("alert(1)"), "{path} shows it as a text");
        assert!(
            !page.text.contains("<script>alert") && !page.text.contains("<img src=x"),
            "{path}"
        );
    }
    let digest = browser.get("/privacy").await.value_of("digest");
    browser.post("/privacy", &[("digest", &digest)]).await;
    let page = browser.get(HERE).await;
    assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"));
}

#[tokio::test]
async fn an_accent_is_refused_with_its_ratio_and_a_colour_that_passes() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let mut browser = Browser::of(&world, &admin);

    let page = browser
        .post(
            HERE,
            &saving("0", &[("accent_light", "#ffee00"), ("show_accent", "yes")]),
        )
        .await;

    assert_eq!(page.status, 422);
    page.shows("Accent on light pages has a contrast of 1.0:1 and needs 4.5:1 to be readable. The nearest that passes is #");
    let page = browser
        .post(HERE, &saving("0", &[("accent_light", "red}body{")]))
        .await;
    page.shows("must be a colour such as #1d4ed8");
}

#[tokio::test]
async fn nothing_opens_before_the_privacy_text_is_accepted_and_then_everything_does() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let mut browser = Browser::of(&world, &admin);
    let fields = [("privacy", "We keep logs."), ("ask_privacy", "yes")];
    browser.post(HERE, &saving("0", &fields)).await;
    let mut person = Browser::of(&world, &bob);

    assert_eq!(
        person.get("/passwords?q=a").await.location(),
        "/privacy?next=/passwords%3Fq%3Da"
    );
    assert_eq!(
        person
            .post("/me/preferences", &[("theme", "dark")])
            .await
            .location(),
        "/privacy?next=/"
    );
    let refused = person.fetch("/me/preferences", &[("theme", "dark")]).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            refused.json()["code"].as_str().unwrap().to_owned()
        ),
        (403, "privacy".to_owned())
    );
    let page = person.get("/privacy?next=/passwords").await;
    page.shows("We keep logs.");
    let stale = person
        .post("/privacy", &[("digest", "00"), ("next", "/passwords")])
        .await;
    assert_eq!(stale.location(), "/privacy?next=/passwords");
    let accept = [("digest", &*page.value_of("digest")), ("next", "/passwords")];
    assert_eq!(person.post("/privacy", &accept).await.location(), "/passwords");
    assert_eq!(person.get("/passwords").await.status, 200);
    assert_eq!(
        person
            .get("/privacy")
            .await
            .text
            .matches("Accept</button>")
            .count(),
        0
    );

    let mut other = Browser::of(&world, &admin);
    assert_eq!(
        other.post("/sign-out", &[]).await.location(),
        "/sign-in?notice=signed-out"
    );
}
