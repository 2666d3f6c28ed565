//! What our requests look like.

use bytes::Bytes;
use sipx_sip::headers::{Contact, RecordRoute, To};
use sipx_sip::{HeaderName, Method, Request, RequestBuilder, Response, Uri};

use super::settings::{Transport, TrunkSettings};

pub(super) const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE";
const SDP: &str = "application/sdp";

/// What all requests of a call, or of a registration, have in common.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) call: String,
    pub(super) local_tag: String,
    /// The `To` header, with the tag once there is one.
    pub(super) to: String,
    pub(super) routes: Vec<String>,
}

/// One request within a thread.
pub(super) struct Draft<'a> {
    pub(super) method: Method,
    pub(super) uri: &'a Uri,
    pub(super) sequence: u32,
    pub(super) branch: &'a str,
    pub(super) more: &'a [(HeaderName, String)],
    /// SDP.
    pub(super) body: Option<&'a str>,
}

/// Where we are, as others see it.
pub(super) struct Sender<'a> {
    pub(super) settings: &'a TrunkSettings,
    pub(super) local: std::net::SocketAddr,
}

/// What the answer to an INVITE fixes for the call.
pub(super) struct Established {
    pub(super) remote_tag: Vec<u8>,
    pub(super) target: Uri,
    pub(super) routes: Vec<String>,
}

impl Sender<'_> {
    pub(super) fn contact(&self) -> String {
        let transport = match self.settings.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            Transport::Tls => ";transport=tls",
        };
        format!("<sip:{}@{}{transport}>", self.settings.user, self.local)
    }

    /// Writes a request; nothing if a value could not stand in a message.
    pub(super) fn write(&self, thread: &Thread, draft: &Draft<'_>) -> Option<Request> {
        let protocol = match self.settings.transport {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
        };
        let via = format!("SIP/2.0/{protocol} {};rport;branch={}", self.local, draft.branch);
        let user = self.settings.caller_id.as_deref().unwrap_or(&self.settings.user);
        let from = format!("<sip:{user}@{}>;tag={}", self.settings.domain(), thread.local_tag);
        let mut builder = RequestBuilder::new(draft.method.clone(), draft.uri.clone())
            .header(HeaderName::Via, via)
            .ok()?
            .max_forwards(70)
            .header(HeaderName::From, from)
            .ok()?
            .header(HeaderName::To, thread.to.clone())
            .ok()?
            .header(HeaderName::CallId, thread.call.clone())
            .ok()?
            .cseq(draft.sequence, &draft.method)
            .ok()?;
        for route in &thread.routes {
            builder = builder.header(HeaderName::Route, route.clone()).ok()?;
        }
        if !matches!(draft.method, Method::Ack | Method::Bye | Method::Cancel) {
            builder = builder
                .header(HeaderName::Contact, self.contact())
                .ok()?
                .header(HeaderName::Allow, ALLOW)
                .ok()?
                .header(HeaderName::UserAgent, "Portcullis")
                .ok()?;
        }
        for (name, value) in draft.more {
            builder = builder.header(name.clone(), value.clone()).ok()?;
        }
        if let Some(body) = draft.body {
            builder = builder
                .header(HeaderName::ContentType, SDP)
                .ok()?
                .body(body.as_bytes().to_vec());
        }
        Some(builder.build())
    }
}

/// An address as a type, whatever stands in it.
pub(super) fn uri(text: &str) -> Option<Uri> {
    Uri::parse(Bytes::copy_from_slice(text.as_bytes())).ok()
}

/// Reads tag, target and route set out of a 2xx.
pub(super) fn established(response: &Response) -> Option<Established> {
    let to = response.headers.typed::<To>()?.ok()?;
    let contact = response.headers.typed::<Contact>()?.ok()?;
    let mut routes: Vec<String> = response
        .headers
        .typed_all::<RecordRoute>()
        .filter_map(Result::ok)
        .map(|route| format!("<{}>", route.uri))
        .collect();
    routes.reverse();
    Some(Established {
        remote_tag: to.tag()?.to_vec(),
        target: contact.uri.clone(),
        routes,
    })
}
