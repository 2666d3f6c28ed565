//! RADIUS against a real `FreeRADIUS`.

mod passwords;
mod rad_sec;
mod servers;
mod tokens;

use std::time::Duration;

use portcullis_auth::{Radius, RadiusEnrolment, RadiusServer, RadiusSettings, RadiusTransport};
use portcullis_model::{Answer, Challenge, FactorError, Proof, SecondFactor, Secret, Timestamp, Verdict};
use portcullis_testkit::SeededChance;
use portcullis_testkit::radius::FreeRadius;

const ACCEPTED: Verdict = Verdict::Accept { enrolment: None };

/// Somebody at the sign-in page, known to a RADIUS server.
struct Person {
    enrolment: Vec<u8>,
    settings: Vec<u8>,
    chance: SeededChance,
}

impl Person {
    fn new(username: &str, settings: &RadiusSettings) -> Self {
        Self {
            enrolment: RadiusEnrolment::new(username).unwrap().to_bytes().unwrap(),
            settings: settings.to_bytes().unwrap(),
            chance: SeededChance::new(1),
        }
    }

    async fn types(&self, code: &str) -> Result<Verdict, FactorError> {
        self.answers(&Challenge::default(), code).await
    }

    async fn answers(&self, challenge: &Challenge, code: &str) -> Result<Verdict, FactorError> {
        let proof = Proof {
            enrolment: &self.enrolment,
            challenge,
            settings: &self.settings,
            chance: &self.chance,
        };
        let answer = Answer {
            code: Secret::new(code),
            at: Timestamp::from_micros(0),
            address: "192.0.2.7".to_owned(),
        };
        Radius::default().verify(&proof, &answer).await
    }
}

fn udp(port: u16) -> RadiusServer {
    RadiusServer {
        host: "127.0.0.1".to_owned(),
        port,
        transport: RadiusTransport::Udp {
            secret: Secret::new(FreeRadius::SECRET),
        },
    }
}

/// As people have it.
fn usual(server: RadiusServer) -> RadiusSettings {
    RadiusSettings::new(vec![server])
}

/// For several servers of which one is silent.
fn brisk(servers: Vec<RadiusServer>) -> RadiusSettings {
    RadiusSettings {
        time_out: Duration::from_secs(1),
        tries: 1,
        ..RadiusSettings::new(servers)
    }
}

/// For servers that give no reply.
fn impatient(servers: Vec<RadiusServer>) -> RadiusSettings {
    RadiusSettings {
        time_out: Duration::from_millis(300),
        ..RadiusSettings::new(servers)
    }
}

fn assert_unreachable(verdict: &Result<Verdict, FactorError>) {
    assert!(
        matches!(
            verdict,
            Err(FactorError::Unreachable {
                text: "The RADIUS server did not answer.",
                why,
            }) if why.contains(": it ")
        ),
        "{verdict:?}"
    );
}
