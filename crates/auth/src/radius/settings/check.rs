use std::ops::RangeInclusive;
use std::time::Duration;

use rustls::pki_types::ServerName;

use super::{RadiusProblem, RadiusServer, RadiusSettings, RadiusSettingsError, RadiusTransport};
use crate::radius::attribute::LONGEST_VALUE;
use crate::radius::servers::PATIENCE;
use crate::radius::tls;

const MOST_SERVERS: usize = 8;
const TRIES: RangeInclusive<u8> = 1..=5;
const TIME_OUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(20);

impl RadiusSettings {
    /// Finds everything that is wrong, so that a form can show it at once.
    pub(super) fn check(&self) -> Result<(), RadiusSettingsError> {
        let mut problems = Problems::default();
        self.check_servers(&mut problems);
        self.check_times(&mut problems);
        let name = &self.nas_identifier;
        if !(1..=LONGEST_VALUE).contains(&name.len()) || name.contains(char::is_control) {
            problems.add("nas_identifier", "Enter a name of 1 to 253 bytes.");
        }
        if problems.0.is_empty() {
            Ok(())
        } else {
            Err(RadiusSettingsError { problems: problems.0 })
        }
    }

    fn check_servers(&self, problems: &mut Problems) {
        if !(1..=MOST_SERVERS).contains(&self.servers.len()) {
            problems.add("servers", "Enter one to eight servers.");
        }
        for (index, server) in self.servers.iter().enumerate() {
            let mut add = |field: &str, problem| problems.add(format!("servers.{index}.{field}"), problem);
            check_server(server, &mut add);
            if self.servers[..index]
                .iter()
                .any(|other| other.name() == server.name())
            {
                add(
                    "host",
                    "This server is already in the list; remove one of the two.",
                );
            }
        }
    }

    fn check_times(&self, problems: &mut Problems) {
        if !TRIES.contains(&self.tries) {
            problems.add("tries", "Enter a number from 1 to 5.");
        }
        if !TIME_OUT.contains(&self.time_out) {
            problems.add(
                "time_out_ms",
                "Enter a time from a tenth of a second to 20 seconds.",
            );
        }
        let servers = u32::try_from(self.servers.len()).unwrap_or(u32::MAX);
        let longest = self
            .time_out
            .saturating_mul(u32::from(self.tries))
            .saturating_mul(servers);
        if problems.0.is_empty() && PATIENCE < longest {
            problems.add(
                "time_out_ms",
                "All tries of all servers together would take more than 25 seconds; take fewer or a shorter time.",
            );
        }
    }
}

fn check_server(server: &RadiusServer, add: &mut impl FnMut(&str, &'static str)) {
    if ServerName::try_from(server.host.as_str()).is_err() {
        add("host", "Enter the name or the address of the server.");
    }
    if server.port == 0 {
        add("port", "Enter a port; the usual one is 1812, and 2083 for TLS.");
    }
    match &server.transport {
        RadiusTransport::Udp { secret } => {
            if secret.expose().is_empty() || secret.expose().contains(char::is_control) {
                add(
                    "secret",
                    "Enter the secret that this system and the server share.",
                );
            }
        }
        RadiusTransport::RadSec(rad_sec) => {
            if let Err(problem) = tls::server_name(rad_sec) {
                add(problem.field(), problem.advice());
            }
            if let Err(problem) = tls::connector(rad_sec) {
                add(problem.field(), problem.advice());
            }
        }
    }
}

#[derive(Default)]
struct Problems(Vec<RadiusProblem>);

impl Problems {
    fn add(&mut self, field: impl Into<String>, problem: &'static str) {
        self.0.push(RadiusProblem {
            field: field.into(),
            problem,
        });
    }
}
