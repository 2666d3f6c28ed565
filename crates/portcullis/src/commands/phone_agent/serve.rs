//! Runs the agent until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use portcullis_phone_agent::{Agent, Listening, router};
use tokio::signal::unix::{SignalKind, signal};

use super::authority::Authority;
use super::{Home, logbook};
use crate::listener;
use crate::serve::asked_to_stop;
use crate::tls::Certificate;

/// How often the certificate is looked at.
const HOUR: Duration = Duration::from_hours(1);

pub(super) async fn run(home: &Home) -> anyhow::Result<()> {
    let agent = Arc::new(home.open()?);
    logbook::start(&home.logs(), true)?;
    let listening = agent.listening()?;
    let files = Files::of(home, &listening);
    files.keep_fresh(&listening)?;
    let certificate = Certificate::of_files(&files.certificate, &files.key)?;
    let listener = listener::bind(listening.listen)
        .await
        .with_context(|| format!("the agent cannot listen on {}", listening.listen))?;
    agent.tidy_up()?;
    let address = listener.local_addr()?;
    println!("The phone agent listens on {address}");
    tracing::info!(%address, people = agent.people()?.len(), "started");
    let upkeep = tokio::spawn(keep_up(
        Arc::clone(&agent),
        files,
        listening,
        Arc::clone(&certificate),
    ));
    listener::serve(listener, certificate, router(agent), asked_to_stop()).await;
    upkeep.abort();
    tracing::info!("stopped");
    Ok(())
}

struct Files {
    certificate: std::path::PathBuf,
    key: std::path::PathBuf,
    /// Absent where the certificate comes from elsewhere.
    own: Option<Authority>,
}

impl Files {
    fn of(home: &Home, listening: &Listening) -> Self {
        if let Some((certificate, key)) = listening.certificate.clone() {
            return Self {
                certificate,
                key,
                own: None,
            };
        }
        let own = Authority::new(home.tls());
        Self {
            certificate: own.certificate(),
            key: own.key(),
            own: Some(own),
        }
    }

    fn keep_fresh(&self, listening: &Listening) -> anyhow::Result<bool> {
        self.own
            .as_ref()
            .map_or(Ok(false), |own| own.keep_fresh(&listening.name))
    }
}

/// Renews the certificate in time, reads it again when told to, and forgets old calls.
async fn keep_up(agent: Arc<Agent>, files: Files, listening: Listening, certificate: Arc<Certificate>) {
    let Ok(mut hangups) = signal(SignalKind::hangup()) else {
        return;
    };
    loop {
        let told = tokio::select! {
            _ = hangups.recv() => true,
            () = tokio::time::sleep(HOUR) => false,
        };
        let renewed = files.keep_fresh(&listening);
        if told || matches!(renewed, Ok(true)) {
            match certificate.reload_files(&files.certificate, &files.key) {
                Ok(()) => tracing::info!("read the certificate again"),
                Err(error) => {
                    tracing::error!("the certificate cannot be read, the present one stays: {error:#}");
                }
            }
        }
        if let Err(error) = renewed {
            tracing::error!("the certificate cannot be renewed: {error:#}");
        }
        if let Err(error) = agent.forget_old_calls() {
            tracing::error!(%error, "old calls could not be forgotten");
        }
    }
}
