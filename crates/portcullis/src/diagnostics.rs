//! Health and metrics, on a listener of their own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use portcullis_ops::Gate;

#[derive(Clone)]
struct Diagnostics {
    gate: Gate,
    metrics: PrometheusHandle,
}

/// Starts collecting metrics. Once per process.
pub(crate) fn collect() -> anyhow::Result<PrometheusHandle> {
    let seconds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
    ];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)?
        .install_recorder()?;
    metrics::describe_counter!(
        "portcullis_http_requests_total",
        "Requests by route and status code."
    );
    metrics::describe_histogram!(
        "portcullis_http_request_duration_seconds",
        "Time to answer, by route."
    );
    metrics::gauge!("portcullis_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(handle)
}

/// `/healthz`: the process lives. `/readyz`: it can serve. `/metrics`: for Prometheus.
pub(crate) fn router(gate: Gate, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route(
            "/metrics",
            get(async |State(diagnostics): State<Diagnostics>| diagnostics.metrics.render()),
        )
        .with_state(Diagnostics { gate, metrics })
}

async fn ready(State(diagnostics): State<Diagnostics>) -> (StatusCode, Json<serde_json::Value>) {
    let checks = diagnostics.gate.ready().await;
    let well = checks.iter().all(|check| check.problem.is_none());
    let checks: serde_json::Map<_, _> = checks
        .into_iter()
        .map(|check| {
            (
                check.name.to_owned(),
                check.problem.unwrap_or_else(|| "ok".to_owned()).into(),
            )
        })
        .collect();
    let status = if well {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(serde_json::json!({ "ready": well, "checks": checks })),
    )
}
