use super::*;

fn trunk(more: &str) -> TrunkSettings {
    let text = format!(
        r#"{{ "trunks": [{{ "host": "sip.example.org", "transport": "udp", "username": "100"{more} }}], "countries": ["US"] }}"#
    );
    let settings = PhoneSettings::parse(text.as_bytes()).unwrap();
    settings.check_direct().unwrap();
    settings.trunk_settings().remove(0)
}

#[test]
fn a_trunk_takes_md5_and_no_tones_unless_it_is_told_otherwise() {
    let usual = trunk("");
    assert_eq!(usual.login, None);
    assert!(usual.allows_md5);
    assert!(!usual.allows_tones);

    let told = trunk(r#", "login": "auth-100", "sha_only": true, "tones": true"#);
    assert_eq!(told.login.as_deref(), Some("auth-100"));
    assert!(!told.allows_md5);
    assert!(told.allows_tones);
}

#[test]
fn an_empty_name_for_the_password_is_none() {
    assert_eq!(trunk(r#", "login": " ""#).login, None);
}
