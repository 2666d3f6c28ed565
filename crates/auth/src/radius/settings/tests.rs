use rcgen::{CertificateParams, KeyPair};

use super::*;

#[test]
fn only_the_servers_must_be_given() {
    let settings = RadiusSettings::parse(
        br#"{"servers":[{"host":"radius.example","port":1812,"transport":{"udp":{"secret":"sesame-1812"}}}]}"#,
    )
    .unwrap();

    assert_eq!(settings, RadiusSettings::new(vec![udp("radius.example")]));
    assert_eq!(settings.protocol, RadiusProtocol::Pap);
    assert_eq!(settings.time_out, Duration::from_secs(3));
    assert_eq!(settings.tries, 2);
    assert!(settings.require_message_authenticator);
}

#[test]
fn what_is_written_is_read() {
    let (certificate, key) = self_signed();
    let settings = RadiusSettings {
        servers: vec![
            udp("192.0.2.1"),
            udp("2001:db8::1"),
            rad_sec(&certificate, Some((&certificate, &key))),
        ],
        protocol: RadiusProtocol::MsChapV2,
        time_out: Duration::from_millis(1500),
        tries: 3,
        nas_identifier: "vault-1".to_owned(),
        require_message_authenticator: false,
    };

    assert_eq!(
        RadiusSettings::parse(&settings.to_bytes().unwrap()).unwrap(),
        settings
    );
}

#[test]
fn no_secret_is_printed() {
    let (certificate, key) = self_signed();
    let settings = RadiusSettings::new(vec![
        udp("radius.example"),
        rad_sec(&certificate, Some((&certificate, &key))),
    ]);

    let printed = format!("{settings:?}");

    assert!(!printed.contains("sesame-1812"));
    assert!(!printed.contains("PRIVATE KEY"));
}

#[test]
fn an_error_repeats_no_secret() {
    let misplaced = br#"{"servers":[{"host":"a","port":"sesame-1812","transport":{"udp":{"secret":"x"}}}]}"#;

    let error = RadiusSettings::parse(misplaced).unwrap_err();

    assert!(!format!("{error} {error:?}").contains("sesame-1812"));
}

#[test]
fn unknown_and_missing_fields_are_refused() {
    for text in [
        "",
        "{}",
        r#"{"servers":[],"more":1}"#,
        r#"{"servers":[{"host":"a","port":1812,"transport":{"udp":{"secret":"s","more":1}}}]}"#,
        r#"{"servers":[{"host":"a","port":1812,"transport":{"tcp":{"secret":"s"}}}]}"#,
        r#"{"servers":[{"host":"a","port":1812}]}"#,
        r#"{"servers":[{"host":"a","port":2083,"transport":{"radsec":{"ca":""}}}]}"#,
        r#"{"servers":[{"host":"a","port":1812,"transport":{"udp":{"secret":"s"}}}],"protocol":"eap"}"#,
    ] {
        let error = RadiusSettings::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.problems[0].field, "", "{text}");
    }
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let (certificate, key) = self_signed();
    let (_, other_key) = self_signed();
    let with = |change: &dyn Fn(&mut RadiusSettings)| {
        let mut settings = RadiusSettings::new(vec![udp("radius.example")]);
        change(&mut settings);
        let problems = settings
            .to_bytes()
            .err()
            .map_or(Vec::new(), |error| error.problems);
        problems
            .into_iter()
            .map(|problem| problem.field)
            .collect::<Vec<_>>()
    };
    let with_rad_sec = |server: RadiusServer| with(&|settings| settings.servers = vec![server.clone()]);

    assert_eq!(with(&|_| ()), [""; 0]);
    assert_eq!(with(&|settings| settings.servers.clear()), ["servers"]);
    assert_eq!(
        with(&|settings| settings.servers = (1..=9).map(|n| udp(&format!("radius-{n}"))).collect()),
        ["servers"]
    );
    assert_eq!(
        with(&|settings| settings.servers.push(udp("RADIUS.example"))),
        ["servers.1.host"]
    );
    for host in ["", " ", "a b", "[::1]", "http://a", "a:1812"] {
        assert_eq!(
            with(&|settings| settings.servers[0].host = host.to_owned()),
            ["servers.0.host"],
            "{host}"
        );
    }
    assert_eq!(with(&|settings| settings.servers[0].port = 0), ["servers.0.port"]);
    for secret in ["", "two\nlines"] {
        let secret = Secret::new(secret);
        assert_eq!(
            with(&|settings| settings.servers[0].transport = RadiusTransport::Udp {
                secret: secret.clone()
            }),
            ["servers.0.secret"]
        );
    }
    assert_eq!(with(&|settings| settings.tries = 0), ["tries"]);
    assert_eq!(with(&|settings| settings.tries = 6), ["tries"]);
    assert_eq!(
        with(&|settings| settings.time_out = Duration::from_millis(99)),
        ["time_out_ms"]
    );
    assert_eq!(
        with(&|settings| (settings.time_out, settings.tries) = (Duration::from_secs(13), 2)),
        ["time_out_ms"]
    );
    assert_eq!(
        with(&|settings| settings.nas_identifier.clear()),
        ["nas_identifier"]
    );

    assert_eq!(
        with_rad_sec(rad_sec(&certificate, Some((&certificate, &key)))),
        [""; 0]
    );
    assert_eq!(with_rad_sec(rad_sec("", None)), ["servers.0.ca"]);
    assert_eq!(with_rad_sec(rad_sec(&key, None)), ["servers.0.ca"]);
    assert_eq!(
        with_rad_sec(rad_sec(&certificate, Some(("", &key)))),
        ["servers.0.certificate"]
    );
    assert_eq!(
        with_rad_sec(rad_sec(&certificate, Some((&certificate, "")))),
        ["servers.0.key"]
    );
    assert_eq!(
        with_rad_sec(rad_sec(&certificate, Some((&certificate, &other_key)))),
        ["servers.0.key"]
    );
    let mut nameless = rad_sec(&certificate, None);
    let RadiusTransport::RadSec(tls) = &mut nameless.transport else {
        unreachable!("it was made so");
    };
    tls.server_name = "not a name".to_owned();
    assert_eq!(with_rad_sec(nameless), ["servers.0.server_name"]);
}

fn udp(host: &str) -> RadiusServer {
    RadiusServer {
        host: host.to_owned(),
        port: 1812,
        transport: RadiusTransport::Udp {
            secret: Secret::new("sesame-1812"),
        },
    }
}

fn rad_sec(ca: &str, identity: Option<(&str, &str)>) -> RadiusServer {
    RadiusServer {
        host: "radius.example".to_owned(),
        port: 2083,
        transport: RadiusTransport::RadSec(RadSec {
            ca: ca.to_owned(),
            server_name: "radius.example".to_owned(),
            identity: identity.map(|(certificate, key)| RadSecIdentity {
                certificate: certificate.to_owned(),
                key: Secret::new(key),
            }),
        }),
    }
}

fn self_signed() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["radius.example".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    (certificate.pem(), key.serialize_pem())
}
