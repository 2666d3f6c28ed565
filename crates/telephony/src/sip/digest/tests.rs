use sipx_sip::{Header, StatusCode};

use super::*;
use crate::sip::settings::Transport;

fn settings() -> TrunkSettings {
    let mut settings = TrunkSettings::new("main", Transport::Udp, "atlanta.example.com", "bob");
    settings.password = Some(Secret::new("zanzibar"));
    settings
}

fn challenge(status: u16, values: &[&str]) -> Response {
    let mut response = Response::new(StatusCode::new(status).unwrap(), "Challenge");
    let name = if status == 407 {
        HeaderName::ProxyAuthenticate
    } else {
        HeaderName::WwwAuthenticate
    };
    for value in values {
        response
            .headers
            .push(Header::build(name.clone(), (*value).to_owned()).unwrap());
    }
    response
}

fn answer(response: &Response, settings: &TrunkSettings) -> Result<String, Unmet> {
    let mut authorizations = Authorizations::default();
    authorizations.answer(
        response,
        settings,
        ("INVITE", "sip:bob@biloxi.example.com"),
        "0a4f113b",
    )?;
    Ok(authorizations.headers()[0].1.clone())
}

const MD5: &str = r#"Digest realm="biloxi.example.com", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#;
const SHA: &str = r#"Digest realm="biloxi.example.com", qop="auth,auth-int", nonce="n2", algorithm=SHA-256"#;

#[test]
fn the_examples_of_the_standards_are_answered() {
    // Computed apart, by the formula of RFC 7616, section 3.4.
    let header = answer(&challenge(407, &[MD5]), &settings()).unwrap();

    assert!(
        header.contains(r#"response="d842aeb901c6e474dad4af7f84c64e56""#),
        "{header}"
    );
    assert!(header.contains(r#"opaque="5ccc069c403ebaf9f0171e9517f40e41""#));

    let mut mufasa = settings();
    mufasa.login = Some("Mufasa".to_owned());
    mufasa.password = Some(Secret::new("Circle of Life"));
    let sha = r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#;
    let mut authorizations = Authorizations::default();
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    authorizations
        .answer(
            &challenge(401, &[sha]),
            &mufasa,
            ("GET", "/dir/index.html"),
            cnonce,
        )
        .unwrap();
    // RFC 7616, section 3.9.1.
    let expected = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
    assert!(authorizations.headers()[0].1.contains(expected));
}

#[test]
fn the_strongest_of_several_is_answered_and_the_unknown_ignored() {
    let unknown = r#"Digest realm="a", nonce="n3", algorithm=SHA-999"#;
    let header = answer(
        &challenge(401, &[MD5, "Basic realm=\"a\"", unknown, SHA]),
        &settings(),
    )
    .unwrap();

    assert!(
        header.contains("algorithm=SHA-256") && header.contains(r#"nonce="n2""#),
        "{header}"
    );
}

#[test]
fn md5_can_be_forbidden() {
    let mut strict = settings();
    strict.allows_md5 = false;

    assert_eq!(answer(&challenge(401, &[MD5]), &strict), Err(Unmet));
    assert!(answer(&challenge(401, &[MD5, SHA]), &strict).is_ok());
}

#[test]
fn a_wrong_password_is_tried_once_and_a_stale_nonce_again() {
    let stale = format!("{SHA}, stale=true");
    let mut authorizations = Authorizations::default();
    let mut again = |value: &str| {
        let asked = ("INVITE", "sip:bob@biloxi.example.com");
        authorizations.answer(&challenge(401, &[value]), &settings(), asked, "c")
    };

    assert_eq!(again(SHA), Ok(()));
    for _ in 0..3 {
        assert_eq!(again(&stale), Ok(()));
    }
    assert_eq!(again(&stale), Err(Unmet), "no server is stale for ever");
    assert_eq!(again(SHA), Err(Unmet));
}

#[test]
fn a_server_and_a_proxy_are_answered_both() {
    let mut authorizations = Authorizations::default();
    for status in [407, 401] {
        let asked = ("INVITE", "sip:bob@biloxi.example.com");
        authorizations
            .answer(&challenge(status, &[SHA]), &settings(), asked, "c")
            .unwrap();
    }

    let names: Vec<_> = authorizations
        .headers()
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    assert_eq!(names, [HeaderName::ProxyAuthorization, HeaderName::Authorization]);
}

#[test]
fn who_has_no_password_cannot_answer() {
    let mut without = settings();
    without.password = None;

    assert_eq!(answer(&challenge(401, &[SHA]), &without), Err(Unmet));
}
