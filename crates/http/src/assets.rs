use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use portcullis_ops::OpError;
use tower_http::compression::CompressionLayer;

use crate::Web;
use crate::answer::Answer;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// Changes with the content, so that a browser may keep it for ever.
    url: String,
}

static ASSETS: LazyLock<[Asset; 8]> = LazyLock::new(|| {
    [
        asset(
            "app.css",
            "text/css; charset=utf-8",
            include_bytes!("../assets/app.css"),
        ),
        asset(
            "app.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../assets/app.js"),
        ),
        asset(
            "calling.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../assets/calling.js"),
        ),
        asset(
            "countdown.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../assets/countdown.js"),
        ),
        asset(
            "icons.svg",
            "image/svg+xml",
            include_bytes!("../assets/icons.svg"),
        ),
        asset("logo.svg", "image/svg+xml", include_bytes!("../assets/logo.svg")),
        asset(
            "waiting.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../assets/waiting.js"),
        ),
        asset(
            "webauthn.js",
            "text/javascript; charset=utf-8",
            include_bytes!("../assets/webauthn.js"),
        ),
    ]
});

fn asset(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    Asset {
        name,
        kind,
        bytes,
        url: format!("/assets/{name}?v={:016x}", digest(bytes)),
    }
}

/// FNV-1a: it tells versions of our own files apart and proves nothing.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The address of an embedded file.
pub(crate) fn url(name: &str) -> &'static str {
    ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .map_or("/assets/", |asset| asset.url.as_str())
}

pub(crate) fn router() -> Router<Web> {
    Router::new()
        .route("/assets/{name}", get(serve))
        .layer(CompressionLayer::new())
}

async fn serve(Path(name): Path<String>) -> Answer {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or(OpError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_stay_small() {
        for (name, limit) in [
            ("app.js", 12_000),
            ("calling.js", 2_000),
            ("countdown.js", 1_200),
            ("waiting.js", 1_000),
            ("webauthn.js", 4_000),
        ] {
            let script = ASSETS.iter().find(|asset| asset.name == name).unwrap();

            assert!(
                script.bytes.len() <= limit,
                "{name}: {} bytes",
                script.bytes.len()
            );
        }
    }
}
