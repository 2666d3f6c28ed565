//! Requests to the provider through a proxy, which sees where they go and nothing of what they say.

use std::net::SocketAddr;

use portcullis_model::Secret;
use portcullis_telephony::{NotReached, ProxySettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::matrix::matching;
use super::provider::{AUTH_TOKEN, Provider};
use crate::support::{plan, spec};

/// A proxy of either kind for one connection after the other. It tells what it was asked, and leads to `target`.
async fn proxy(target: SocketAddr, is_socks: bool) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (out, asked) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let out = out.clone();
            tokio::spawn(async move {
                let said = if is_socks {
                    socks(&mut client).await
                } else {
                    connect(&mut client).await
                };
                let _ = out.send(said);
                let mut server = TcpStream::connect(target).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (address, asked)
}

/// RFC 9110, section 9.3.6.
async fn connect(client: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

/// RFC 1928 with the user names of RFC 1929.
async fn socks(client: &mut TcpStream) -> String {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).await.unwrap();
    let mut methods = vec![0; usize::from(greeting[1])];
    client.read_exact(&mut methods).await.unwrap();
    assert!(methods.contains(&2), "it has a user name");
    client.write_all(&[5, 2]).await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), 1);
    let mut said = Vec::new();
    for _ in 0..2 {
        let mut text = vec![0; usize::from(client.read_u8().await.unwrap())];
        client.read_exact(&mut text).await.unwrap();
        said.push(String::from_utf8(text).unwrap());
    }
    client.write_all(&[1, 0]).await.unwrap();
    let mut request = [0; 4];
    client.read_exact(&mut request).await.unwrap();
    assert_eq!(request, [5, 1, 0, 3], "the proxy looks up the name");
    let mut name = vec![0; usize::from(client.read_u8().await.unwrap())];
    client.read_exact(&mut name).await.unwrap();
    let port = client.read_u16().await.unwrap();
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    said.push(format!("{}:{port}", String::from_utf8(name).unwrap()));
    said.join(" ")
}

/// Places a call through a proxy and says what the proxy was asked.
async fn through(scheme: &str, is_socks: bool) -> String {
    // The proxy leads to this one; what the settings say is a name that only the proxy knows.
    let mut provider = Provider::new().await;
    let (address, mut asked) = proxy(provider.service.address, is_socks).await;
    let authorities = provider.service.authority.clone();
    let behind = Provider::with(|settings| {
        settings.base_url = String::from("https://localhost:8443");
        settings.authorities = Some(authorities);
        settings.proxy = Some(ProxySettings {
            url: format!("{scheme}://{address}"),
            username: Some("port cullis".to_owned()),
            password: Some(Secret::new("s/cret")),
        });
    })
    .await;
    let call = crate::support::place(&behind.backend, spec(plan(matching())));

    provider
        .service
        .expect("POST /2010-04-01/")
        .await
        .reply(401, "", "");
    assert_eq!(call.outcome().await, NotReached::ProviderRefused.into());
    asked.recv().await.unwrap()
}

#[tokio::test]
async fn an_http_proxy_is_asked_for_a_tunnel() {
    let said = through("http", false).await;

    assert!(said.starts_with("connect localhost:8443 http/1.1"), "{said}");
    // `port cullis:s/cret`
    assert!(
        said.contains("proxy-authorization: basic cg9ydcbjdwxsaxm6cy9jcmv0"),
        "{said}"
    );
    assert!(!said.contains(AUTH_TOKEN));
}

#[tokio::test]
async fn a_socks_proxy_looks_up_the_name() {
    assert_eq!(
        through("socks5h", true).await,
        "port cullis s/cret localhost:8443"
    );
}

#[tokio::test]
async fn without_its_proxy_nothing_is_reached() {
    let mut provider = Provider::with(|settings| {
        settings.proxy = Some(ProxySettings {
            // Nobody listens there.
            url: "http://127.0.0.1:9".to_owned(),
            username: None,
            password: None,
        });
    })
    .await;
    let call = crate::support::place(&provider.backend, spec(plan(matching())));

    assert_eq!(call.outcome().await, NotReached::ProviderDown.into());
    assert!(
        !provider
            .service
            .comes(std::time::Duration::from_millis(100))
            .await
    );
}
