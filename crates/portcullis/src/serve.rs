//! The server: opens everything, serves until told to stop, and stops in order.

use std::future::pending;
use std::io::Write;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use portcullis_http::{DemoNote, Look, Web, WebSettings};
use portcullis_model::{Caller, Causes};
use portcullis_ops::{Gate, calls, jobs, mail, mfa_policy, setup};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::config::Config;
use crate::open::{Start, gate};
use crate::tls::Certificate;
use crate::{diagnostics, listener};

/// How often what is over is swept away.
const SWEEP: Duration = Duration::from_mins(10);

/// A server that has its address and does not answer yet.
pub(crate) struct Bound {
    pub(crate) config: Config,
    console: TcpListener,
}

/// Takes the address. With port 0 the operating system chooses; from here on everybody knows which.
pub(crate) async fn bind(config: Config) -> anyhow::Result<Bound> {
    let console = listener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; set `server.listen`", config.listen))?;
    let config = with_real_port(config, &console)?;
    Ok(Bound { config, console })
}

pub(crate) async fn run(bound: Bound, demo: Option<DemoNote>, gate: Gate) -> anyhow::Result<()> {
    let Bound { config, console } = bound;
    let certificate = Certificate::open(&config)?;
    let metrics = diagnostics::collect()?;
    let (stop, stopped) = watch::channel(false);

    let mut background = tokio::task::JoinSet::new();
    background.spawn(sweep(gate.clone(), stopped.clone()));
    background.spawn(send_letters(gate.clone(), stopped.clone()));
    background.spawn(place_calls(gate.clone(), stopped.clone()));
    background.spawn(apply_scheduled(gate.clone(), stopped.clone()));
    if let Some(address) = config.diagnostics {
        let own = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}; set `diagnostics.listen`"))?;
        tracing::info!("metrics and health on http://{}", own.local_addr()?);
        let router = diagnostics::router(gate.clone(), metrics);
        let stopped = stopped.clone();
        background.spawn(async move {
            let _ = axum::serve(own, router)
                .with_graceful_shutdown(until(stopped))
                .await;
        });
    }
    background.spawn(reload_on_hangup(
        config.clone(),
        Arc::clone(&certificate),
        stopped.clone(),
    ));

    greet(&config, &gate, demo.as_ref()).await?;
    let web = Web {
        base: WebSettings {
            site_name: config.site_name.clone(),
            base_url: config.base_url.clone(),
            version: env!("CARGO_PKG_VERSION"),
        },
        hooks: gate.call_hooks(),
        request_ids: {
            let gate = gate.clone();
            Arc::new(move || gate.request_id())
        },
        demo,
        gate,
        look: Look::default(),
    };
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping");
        let _ = stop.send(true);
    });
    listener::serve(console, certificate, portcullis_http::router(web), until(stopped)).await;
    while background.join_next().await.is_some() {}
    tracing::info!("stopped");
    Ok(())
}

/// Opens the vault as the configuration says and serves it.
pub(crate) async fn run_configured(config: Config) -> anyhow::Result<()> {
    let bound = bind(config).await?;
    let gate = gate(&bound.config, Start::MayCreate).await?;
    run(bound, None, gate).await
}

fn with_real_port(config: Config, listener: &TcpListener) -> anyhow::Result<Config> {
    let listen = listener.local_addr()?;
    let base_url = config
        .base_url
        .strip_suffix(":0")
        .map(|host| format!("{host}:{}", listen.port()));
    let base_url = base_url.unwrap_or_else(|| config.base_url.clone());
    let hooks_url = match &config.hooks_url {
        same if *same == config.base_url => base_url.clone(),
        own => own.clone(),
    };
    Ok(Config {
        base_url,
        hooks_url,
        listen,
        ..config
    })
}

/// Says on standard output where the console is, and how to begin.
async fn greet(config: &Config, gate: &Gate, demo: Option<&DemoNote>) -> anyhow::Result<()> {
    let console = Caller::console(gate.request_id());
    let code = if gate.read(&console, setup::Needed).await? {
        gate.write(&console, setup::Offer).await?
    } else {
        None
    };
    let line = match (&code, demo) {
        (Some(code), _) => {
            format!(
                "Portcullis is at {}/setup — set-up code {}\n",
                config.base_url,
                code.expose()
            )
        }
        (None, Some(demo)) => format!(
            "Portcullis is at {} — demo vault, thrown away at the end. Sign in as {}, password {}, then a code from an \
             authenticator app with the key {}, or the backup code {}\n",
            config.base_url,
            demo.username,
            demo.password.expose(),
            demo.key.expose(),
            demo.backup_code.expose()
        ),
        (None, None) => format!("Portcullis is at {}\n", config.base_url),
    };
    // Past the buffer of `println!`, which lives as long as the process and would keep the code in its memory.
    let stdout = std::io::stdout().as_fd().try_clone_to_owned()?;
    std::fs::File::from(stdout).write_all(line.as_bytes())?;
    tracing::info!(
        server.address = %config.listen,
        server.version = env!("CARGO_PKG_VERSION"),
        "serving on {}",
        config.listen
    );
    Ok(())
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Resolves when the process is asked to end.
pub(crate) async fn asked_to_stop() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => signals.recv().await,
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        _ = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

async fn reload_on_hangup(config: Config, certificate: Arc<Certificate>, stopped: watch::Receiver<bool>) {
    let Ok(mut hangups) = signal(SignalKind::hangup()) else {
        return;
    };
    loop {
        tokio::select! {
            _ = hangups.recv() => {}
            () = until(stopped.clone()) => return,
        }
        match certificate.reload(&config) {
            Ok(()) => tracing::info!("read the certificate again"),
            Err(error) => tracing::error!("the certificate cannot be read, the present one stays: {error:#}"),
        }
    }
}

/// How often the outbox is looked at, for letters of other nodes and for those that are tried again.
const OUTBOX: Duration = Duration::from_secs(1);

async fn send_letters(gate: Gate, stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = gate.letter_posted() => {}
            () = tokio::time::sleep(OUTBOX) => {}
            () = until(stopped.clone()) => return,
        }
        if let Err(error) = mail::send_due(&gate).await {
            tracing::warn!(error = %Causes(&error), "letters could not be sent");
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
    }
}

/// How often calls are looked for that other nodes queued or left behind.
const CALLS: Duration = Duration::from_secs(1);

async fn place_calls(gate: Gate, stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = gate.call_asked_for() => {}
            () = tokio::time::sleep(CALLS) => {}
            () = until(stopped.clone()) => return,
        }
        if let Err(error) = calls::place_due(&gate).await {
            tracing::warn!(error = %Causes(&error), "phone calls could not be placed");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// How often the policy is asked for changes whose time has come.
const POLICY: Duration = Duration::from_secs(10);

async fn apply_scheduled(gate: Gate, stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(POLICY) => {}
            () = until(stopped.clone()) => return,
        }
        if let Err(error) = gate.write(&gate.job("policy"), mfa_policy::ApplyDue).await {
            tracing::warn!(error = %Causes(&error), "scheduled changes of the policy could not be applied");
        }
    }
}

async fn sweep(gate: Gate, stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = until(stopped.clone()) => return,
        }
        match gate
            .write(&Caller::job("sweep", gate.request_id()), jobs::Sweep)
            .await
        {
            Ok(swept) => tracing::debug!(?swept, "swept away what is over"),
            Err(error) => tracing::warn!(error = %Causes(&error), "the sweep failed"),
        }
    }
}
