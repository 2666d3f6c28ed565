use super::storm::storm;
use super::trick::Trick;
use crate::matrix::route::Route;

const HEADERS: &[(&str, &str)] = &[
    ("x-http-method-override", "DELETE"),
    ("x-http-method-override", "POST"),
    ("x-method-override", "PUT"),
    ("x-original-url", "/healthz"),
    ("x-original-url", "/passwords"),
    ("x-rewrite-url", "/api/v2/users"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-for", "' OR 1=1"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-prefix", "/api"),
    ("x-forwarded-user", "admin"),
    ("x-real-ip", "::1"),
    ("forwarded", "for=127.0.0.1;host=localhost"),
    ("remote-user", "admin"),
    ("x-request-id", "mine\u{20ac}"),
    ("host", ""),
    ("host", "evil.example"),
    ("host", "vault.example:1@evil.example"),
    ("host", "[::1]:x"),
    ("accept", "application/json"),
    ("accept-encoding", "gzip;q=0, *"),
    ("accept-language", "%00"),
    ("content-encoding", "gzip"),
    ("content-length", "99999999999999999999"),
    ("transfer-encoding", "chunked, chunked"),
    ("expect", "100-continue"),
    ("if-none-match", "*"),
    ("range", "bytes=18446744073709551615-"),
    ("upgrade", "h2c"),
    ("connection", "authorization, cookie"),
    ("user-agent", "\u{202e}\u{1f4a9}"),
    ("referer", "javascript:alert(1)"),
];

const METHODS: &[&str] = &[
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PROPFIND", "PUT", "TRACE", "get", "X",
];

fn tricks(route: &Route) -> Vec<Trick> {
    let good = Trick::none(route);
    let headers = HEADERS.iter().map(|(name, value)| good.with(name, *value));
    let long = ["user-agent", "x-forwarded-for", "accept", "referer"];
    let long = long.map(|name| good.with(name, "a".repeat(16_000)));
    let methods = METHODS.iter().map(|method| good.by(method));
    let strange = good.with("user-agent", b"\xff\xfe\x80".as_slice());
    headers.chain(long).chain(methods).chain([strange]).collect()
}

#[tokio::test]
async fn no_header_and_no_method_is_a_step_further_or_a_fault_of_the_server() {
    Box::pin(storm(tricks, 9_000)).await;
}
