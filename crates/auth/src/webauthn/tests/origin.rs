use super::*;

#[test]
fn only_a_secure_origin_with_a_name_can_have_keys() {
    for good in [
        "https://pw.example.org",
        "https://pw.example.org/",
        "https://pw.example.org:443",
        "https://PW.example.org:7272",
        "http://localhost:7272",
    ] {
        assert!(WebAuthn::new(good, "Portcullis").is_ok(), "{good}");
    }
    let refused = |text: &str| WebAuthn::new(text, "Portcullis").err();
    for text in [
        "",
        "pw.example.org",
        "null",
        "data:text/plain,a",
        "https://pw.example.org/vault",
        "https://pw.example.org?a",
        "https://pw.example.org#a",
        "https://ada@pw.example.org",
    ] {
        assert_eq!(refused(text), Some(BadOrigin::NotAnOrigin(text.to_owned())));
    }
    for text in ["https://192.0.2.7:7272", "https://[2001:db8::7]"] {
        assert_eq!(refused(text), Some(BadOrigin::NoName(text.to_owned())));
    }
    for text in ["http://pw.example.org", "ftp://pw.example.org"] {
        assert_eq!(refused(text), Some(BadOrigin::NotSecure(text.to_owned())));
    }
}
