use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// Status-Server without a question: RFC 5997 §3. Bytes 22 to 38 are for the Message-Authenticator.
const REQUEST: [u8; 38] = {
    let mut packet = [0; 38];
    packet[0] = 12;
    packet[3] = 38;
    packet[20] = 80;
    packet[21] = 18;
    packet
};
const ACCEPT: u8 = 2;

/// Whether the server on a port of 127.0.0.1 answers and knows the secret.
pub(super) async fn answers(port: u16, secret: &str) -> bool {
    let request = signed(secret);
    let mut answer = [0; 4096];
    let asked = async {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(("127.0.0.1", port)).await?;
        socket.send(&request).await?;
        socket.recv(&mut answer).await
    };
    match timeout(Duration::from_millis(500), asked).await {
        Ok(Ok(length)) => is_answer(&answer[..length], &request, secret),
        _ => false,
    }
}

fn signed(secret: &str) -> [u8; 38] {
    let mut request = REQUEST;
    let mac = Hmac::<Md5>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    let mac = mac.chain_update(request).finalize().into_bytes();
    request[22..].copy_from_slice(&mac);
    request
}

fn is_answer(answer: &[u8], request: &[u8], secret: &str) -> bool {
    let Some((header, attributes)) = answer.split_first_chunk::<20>() else {
        return false;
    };
    let digest = Md5::new()
        .chain_update(&header[..4])
        .chain_update(&request[4..20])
        .chain_update(attributes)
        .chain_update(secret)
        .finalize();
    header[0] == ACCEPT && header[4..] == digest[..]
}
