//! A closed loop over HTTP/1.1: each connection sends its next request when the answer is there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::latency::Latencies;

/// Sends `requests` in turn over `connections` for `span`. Answers requests per second and their latencies.
pub(crate) async fn run(
    address: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    connections: usize,
    span: Duration,
) -> Result<(f64, Latencies)> {
    let started = Instant::now();
    let mut loops = JoinSet::new();
    for connection in 0..connections {
        let requests = Arc::clone(&requests);
        loops.spawn(async move { one(address, &requests, connection, started + span).await });
    }
    let mut all = Latencies::default();
    while let Some(done) = loops.join_next().await {
        all.extend(done??);
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is small")]
    let rate = all.len() as f64 / started.elapsed().as_secs_f64();
    Ok((rate, all))
}

async fn one(address: SocketAddr, requests: &[Vec<u8>], first: usize, end: Instant) -> Result<Latencies> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut latencies = Latencies::default();
    let mut buffer = vec![0; 16 * 1024];
    let mut next = first * 7919;
    while Instant::now() < end {
        next += 1;
        let sent = Instant::now();
        stream.write_all(&requests[next % requests.len()]).await?;
        answer(&mut stream, &mut buffer).await?;
        latencies.add(sent);
    }
    Ok(latencies)
}

/// Reads one answer to its end; anything but a 200 is an error.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            bail!("the server hung up");
        }
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..head]).context("the head of an answer is not text")?;
        if !text.starts_with("HTTP/1.1 200") {
            bail!("{}", text.lines().next().unwrap_or_default());
        }
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .context("an answer has no length")?
            .parse()?;
        if head + 4 + length <= filled {
            return Ok(());
        }
    }
}

/// A request as it goes over the wire.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
