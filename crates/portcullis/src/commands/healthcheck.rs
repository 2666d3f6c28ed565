use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::Config;

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let Some(address) = config.diagnostics else {
        bail!("`diagnostics.listen` is off, so there is nobody to ask");
    };
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = match timeout(Duration::from_secs(5), ask).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Ok(not_ready(&format!("no server at {address}: {error}"))),
        Err(_) => return Ok(not_ready(&format!("no answer from {address} within 5 s"))),
    };
    let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    println!("{body}");
    let well = answer.split_whitespace().nth(1) == Some("200");
    Ok(if well { ExitCode::SUCCESS } else { NOT_READY.into() })
}

const NOT_READY: u8 = 7;

fn not_ready(why: &str) -> ExitCode {
    eprintln!("portcullis: {why}");
    NOT_READY.into()
}
