//! Reveals with a durable audit entry, against the same work without gate and audit, and a bare handler.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use portcullis_crypto::{Keyring, Purpose, sha256, token_digest};
use portcullis_http::{ClientAddress, Web, WebSettings};
use portcullis_model::{AccountId, Scope};
use portcullis_ops::tokens;
use portcullis_store::{Store, audit, grants, users, versions};
use portcullis_testkit::World;
use serde::{Deserialize, Serialize};

use crate::fill::{keyring, place};
use crate::load::{self, request};
use crate::median;

const ACCOUNTS: usize = 500;
const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(4);

pub(crate) fn run() -> Result<()> {
    let server = tokio::runtime::Runtime::new()?;
    let client = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let (address, paths) = server.block_on(serve())?;
    let mut figures = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let mut tails = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let mut costs = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (index, (requests, connections)) in paths.iter().enumerate() {
            let before = processor_time()?;
            let load = load::run(address, Arc::clone(requests), *connections, SPAN);
            let (rate, mut latencies) = client.block_on(load)?;
            costs[index].push((processor_time()? - before) * 1e6 / (rate * SPAN.as_secs_f64()));
            figures[index].push(rate);
            tails[index].push(latencies.percentile(99));
        }
    }
    let [bare, unrecorded, recorded, alone] = figures.map(median);
    let [bare_p99, unrecorded_p99, recorded_p99, alone_p99] = tails.map(median);
    let costs = costs.map(median);
    println!("reveal, {CONNECTIONS} connections  per second   p99 ms   CPU µs each, load included");
    println!(
        "  bare handler, 1 KB JSON {bare:>10.0} {bare_p99:>8.2} {:>8.0}",
        costs[0]
    );
    println!(
        "  without gate and audit  {unrecorded:>10.0} {unrecorded_p99:>8.2} {:>8.0}",
        costs[1]
    );
    println!(
        "  durable audit           {recorded:>10.0} {recorded_p99:>8.2} {:>8.0}",
        costs[2]
    );
    println!(
        "  durable, 1 connection   {alone:>10.0} {alone_p99:>8.2} {:>8.0}",
        costs[3]
    );
    println!(
        "  durable ÷ without audit   {:.2} (goal: at least 0.85, PostgreSQL 0.8)",
        recorded / unrecorded
    );
    println!(
        "  durable ÷ bare            {:.2} (goal on SQLite: at least 0.30)",
        recorded / bare
    );
    Ok(())
}

type Requests = (Arc<Vec<Vec<u8>>>, usize);

#[derive(Clone)]
struct Plain {
    store: Store,
    keyring: Arc<Keyring>,
}

/// Fills a vault and serves it, with the two handlers to compare with beside it.
async fn serve() -> Result<(SocketAddr, [Requests; 4])> {
    let world = World::new().await;
    let owner = world.administrator().await;
    let resource = world.resource(&owner, "db-prod-01").await;
    let mut ids = Vec::new();
    for number in 0..ACCOUNTS {
        ids.push(
            world
                .account(
                    &owner,
                    resource,
                    &format!("user-{number}"),
                    "correct horse battery",
                )
                .await,
        );
    }
    let scopes = vec![Scope::Read, Scope::Reveal];
    let add = tokens::Add {
        name: "bench".to_owned(),
        scopes,
        days: 1,
    };
    let token = world.gate.write(&owner.caller, add).await?.token;
    let keyring = Arc::new(keyring(&world.snapshot().await, &world.slot).await?);

    let request_gate = world.gate.clone();
    let web = Web {
        gate: world.gate.clone(),
        base: WebSettings {
            site_name: "Portcullis".to_owned(),
            base_url: "https://localhost".to_owned(),
            version: "0",
        },
        hooks: world.gate.call_hooks(),
        request_ids: Arc::new(move || request_gate.request_id()),
        demo: None,
        look: portcullis_http::Look::default(),
    };
    let plain = Plain {
        store: world.store.clone(),
        keyring,
    };
    let router = portcullis_http::router(web)
        .merge(
            Router::new()
                .route("/bare", get(bare))
                .route("/unrecorded/{id}", post(unrecorded))
                .with_state(plain),
        )
        .layer(axum::middleware::map_request(with_address));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let _world = world;
        axum::serve(listener, router).await
    });

    let body = r#"{"reason":"bench"}"#;
    let all = |path: &dyn Fn(&AccountId) -> String| -> Arc<Vec<Vec<u8>>> {
        Arc::new(
            ids.iter()
                .map(|id| request("POST", &path(id), token.expose(), body))
                .collect(),
        )
    };
    let reveals = all(&|id| format!("/api/v2/accounts/{id}/reveal"));
    Ok((
        address,
        [
            (
                Arc::new(vec![request("GET", "/bare", token.expose(), "")]),
                CONNECTIONS,
            ),
            (all(&|id| format!("/unrecorded/{id}")), CONNECTIONS),
            (Arc::clone(&reveals), CONNECTIONS),
            (reveals, 1),
        ],
    ))
}

async fn with_address<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    request
        .extensions_mut()
        .insert(ClientAddress("127.0.0.1".to_owned()));
    request
}

async fn bare() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "text": "x".repeat(1000) }))
}

#[derive(Deserialize)]
struct Reason {
    #[expect(dead_code, reason = "it is read as the product reads it, and kept nowhere")]
    reason: String,
}

#[derive(Serialize)]
struct Revealed {
    password: String,
}

/// Token, person, right, password, decryption, JSON: all that a reveal does but the gate and its record.
async fn unrecorded(
    State(plain): State<Plain>,
    Path(id): Path<uuid::Uuid>,
    request: Request,
) -> Result<Json<Revealed>, StatusCode> {
    let (head, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 10_000)
        .await
        .map_err(|_| StatusCode::BAD_REQUEST)?;
    let _: Reason = serde_json::from_slice(&bytes).map_err(|_| StatusCode::BAD_REQUEST)?;
    let token = head
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let token = token
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or(StatusCode::UNAUTHORIZED)?;
    let password = open(&plain, token, AccountId(id))
        .await
        .map_err(|_| StatusCode::NOT_FOUND)?;
    Ok(Json(Revealed { password }))
}

async fn open(plain: &Plain, token: &str, id: AccountId) -> Result<String> {
    let snapshot = plain.store.begin_read().await?;
    let token = portcullis_store::tokens::find(&snapshot, &token_digest(token))
        .await?
        .context("token")?;
    let user = users::find(&snapshot, token.user).await?.context("user")?;
    grants::on_account(&snapshot, user.id, id)
        .await?
        .and_then(|held| held.right)
        .context("right")?;
    let (version, number) = versions::find_or_current(&snapshot, id, None)
        .await?
        .context("version")?;
    let digest = sha256(&[&version.password.ciphertext]);
    let newest = audit::newest_digest(&snapshot, id.0).await?.context("digest")?;
    anyhow::ensure!(newest == digest);
    let place = place(id, version.id, number);
    let bytes = plain.keyring.open(Purpose::Vault, &place, &version.password)?;
    Ok(std::str::from_utf8(&bytes)?.to_owned())
}

/// Seconds that this process has kept processors busy.
fn processor_time() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // After the name in brackets: the 12th and 13th field, in hundredths of a second.
    let rest = stat.rsplit(')').next().context("no statistics of this process")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let (user, system): (f64, f64) = (fields[11].parse()?, fields[12].parse()?);
    Ok((user + system) / 100.0)
}
