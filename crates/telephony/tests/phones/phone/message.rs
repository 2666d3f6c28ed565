use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

/// A request or a response, read as far as a telephone must.
pub(crate) struct Message {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) path: Path,
}

/// The way back.
#[derive(Clone)]
pub(crate) enum Path {
    Datagram(Arc<UdpSocket>, SocketAddr),
    Stream(mpsc::UnboundedSender<Option<String>>),
}

impl Path {
    pub(crate) async fn send(&self, text: &str) {
        match self {
            Self::Datagram(socket, to) => {
                socket.send_to(text.as_bytes(), to).await.unwrap();
            }
            Self::Stream(stream) => {
                let _ = stream.send(Some(text.to_owned()));
            }
        }
    }

    /// Closes a connection in the middle of everything.
    pub(crate) fn cut(&self) {
        if let Self::Stream(stream) = self {
            let _ = stream.send(None);
        }
    }
}

/// The length of the first message in `text`, once it is there.
pub(super) fn length(text: &str) -> Option<usize> {
    let head = text.find("\r\n\r\n")? + 4;
    let body = text[..head].lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let end = head + body.unwrap_or(0);
    (end <= text.len()).then_some(end)
}

impl Message {
    pub(super) fn parse(text: &str, path: Path) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let start = lines.next()?.to_owned();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        Some(Self {
            start,
            headers,
            body: body.to_owned(),
            path,
        })
    }

    pub(crate) fn is(&self, what: &str) -> bool {
        self.start.starts_with(what)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// A parameter of a header: `response` of `Digest response="…"`.
    pub(crate) fn parameter(&self, name: &str, parameter: &str) -> String {
        let value = self.header(name);
        let found = value
            .split([',', ' '])
            .find_map(|part| part.trim().strip_prefix(&format!("{parameter}=")));
        found.unwrap_or_default().trim_matches('"').to_owned()
    }

    pub(super) async fn reply(&self, status: &str, tag: &str, contact: &str, more: &str, body: &str) {
        let mut text = format!("SIP/2.0 {status}\r\n");
        for (name, value) in &self.headers {
            let line = match name.to_ascii_lowercase().as_str() {
                "via" | "from" | "call-id" | "cseq" => format!("{name}: {value}\r\n"),
                "to" if value.contains("tag=") || status.starts_with("100") => format!("To: {value}\r\n"),
                "to" => format!("To: {value};tag={tag}\r\n"),
                _ => continue,
            };
            text += &line;
        }
        let length = body.len();
        let kind = if body.is_empty() {
            ""
        } else {
            "Content-Type: application/sdp\r\n"
        };
        let rest = format!("Contact: {contact}\r\n{more}{kind}Content-Length: {length}\r\n\r\n{body}");
        text += &rest;
        self.path.send(&text).await;
    }

    /// A request the other way round, in the call that this INVITE began.
    #[expect(clippy::too_many_arguments, reason = "the parts of a message")]
    pub(super) fn turned(
        &self,
        method: &str,
        tag: &str,
        address: SocketAddr,
        contact: &str,
        sequence: u32,
        more: &str,
        body: &str,
    ) -> String {
        let target = self.header("contact").trim_matches(['<', '>']);
        let transport = self
            .header("via")
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        format!(
            "{method} {target} SIP/2.0\r\nVia: {transport} {address};branch=z9hG4bKphone{method}{sequence}\r\n\
             Max-Forwards: 70\r\nFrom: {to};tag={tag}\r\nTo: {from}\r\nCall-ID: {call}\r\n\
             CSeq: {sequence} {method}\r\nContact: {contact}\r\n{more}Content-Length: {length}\r\n\r\n{body}",
            to = self.header("to"),
            from = self.header("from"),
            call = self.header("call-id"),
            length = body.len(),
        )
    }
}
