//! The pump between a socket and the two ends of a conversation.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::Instant;

use super::ear::{Dropped, Ear, Heard};
use super::mouth::{Mouth, Spoken};
use super::sdp::{Description, EVENTS};
use super::srtp::MediaKey;
use crate::Extension;

const PACE: Duration = Duration::from_millis(20);
/// Who is this late sends what is due now and forgets what was missed: a burst would be heard as a stutter.
const TOO_LATE: Duration = Duration::from_millis(60);
/// No packet of ours or theirs is longer.
const LONGEST: usize = 2048;

/// What the call wants of its voice.
pub(crate) enum Order {
    Play {
        playlist: u32,
        recordings: Vec<Arc<[u8]>>,
    },
    Hush,
    Dial(Extension),
    /// The two sides have agreed anew.
    Move(Box<Description>),
}

/// What the voice has to tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum News {
    Heard(Heard),
    Said {
        playlist: u32,
        prompts: usize,
    },
    ExtensionSent,
    /// The socket is of no use any more.
    Lost,
}

/// How a voice went, for the report and for the benchmark.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hearing {
    pub(crate) sent: u32,
    pub(crate) received: u32,
    pub(crate) dropped: Dropped,
    /// How much too late the packets left, one entry for each millisecond up to the last, which holds the rest.
    pub(crate) lateness: Vec<u32>,
}

/// One voice on one socket.
pub(crate) struct Leg {
    socket: UdpSocket,
    in_band: bool,
    ear: Ear,
    mouth: Mouth,
    peer: SocketAddr,
    their_key: Option<MediaKey>,
    is_heard: bool,
    orders: UnboundedReceiver<Order>,
    news: UnboundedSender<News>,
}

impl Leg {
    /// `key` is ours; `chance` seeds what RFC 3550 wants unpredictable. Nothing if the keys cannot be used.
    pub(crate) fn new(
        socket: UdpSocket,
        agreed: &Description,
        (key, in_band): (Option<MediaKey>, bool),
        chance: [u8; 10],
        (orders, news): (UnboundedReceiver<Order>, UnboundedSender<News>),
    ) -> Option<Self> {
        Some(Self {
            ear: ear(agreed, in_band)?,
            mouth: Mouth::new(agreed.law, agreed.event_type, key.as_ref(), chance)?,
            peer: agreed.peer,
            their_key: agreed.key.clone(),
            is_heard: agreed.direction.hears(),
            socket,
            in_band,
            orders,
            news,
        })
    }

    /// Speaks and listens until whoever gives orders is gone. `phase` spreads the calls over the 20 ms.
    pub(crate) async fn run(mut self, phase: Duration) -> Hearing {
        let mut hearing = Hearing {
            lateness: vec![0; 101],
            ..Hearing::default()
        };
        let mut datagram = [0; LONGEST];
        // What came before the answer was never meant for us.
        while self.socket.try_recv_from(&mut datagram).is_ok() {}
        let mut packet = Vec::with_capacity(LONGEST);
        // monotonic: the pace of the packets
        let mut due = Instant::now() + phase;
        loop {
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => {
                        if !self.obey(order) {
                            let _ = self.news.send(News::Lost);
                            break;
                        }
                    }
                    None => break,
                },
                () = tokio::time::sleep_until(due) => {
                    // monotonic: how late it is
                    let late = Instant::now().saturating_duration_since(due);
                    note(&mut hearing.lateness, late);
                    due += if late < TOO_LATE { PACE } else { late + PACE };
                    if self.is_heard && !self.speak(&mut packet, &mut hearing).await {
                        let _ = self.news.send(News::Lost);
                        break;
                    }
                }
                received = self.socket.recv_from(&mut datagram) => {
                    if let Ok((length, from)) = received {
                        let news = &self.news;
                        self.ear.hear(from, &datagram[..length], |heard| {
                            let _ = news.send(News::Heard(heard));
                        });
                    }
                }
            }
        }
        hearing.received = self.ear.received;
        hearing.dropped = self.ear.dropped;
        hearing
    }

    fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Play { playlist, recordings } => self.mouth.play(playlist, recordings),
            Order::Hush => self.mouth.hush(),
            Order::Dial(extension) => self.mouth.dial(&extension),
            Order::Move(agreed) => return self.follow(&agreed),
        }
        true
    }

    /// Another peer, or other keys, begin with a new ear; the same ones keep what was heard.
    fn follow(&mut self, agreed: &Description) -> bool {
        self.is_heard = agreed.direction.hears();
        let moved = !agreed.peer.ip().is_unspecified() && agreed.peer != self.peer;
        if moved || agreed.key != self.their_key {
            let Some(mut ear) = ear(agreed, self.in_band) else {
                return false;
            };
            ear.received = self.ear.received;
            ear.dropped = self.ear.dropped;
            self.ear = ear;
            self.peer = agreed.peer;
            self.their_key.clone_from(&agreed.key);
        }
        self.mouth.speak_as(agreed.law, agreed.event_type);
        true
    }

    async fn speak(&mut self, packet: &mut Vec<u8>, hearing: &mut Hearing) -> bool {
        let spoken = self.mouth.speak(packet);
        if !packet.is_empty() {
            match self.socket.send_to(packet, self.peer).await {
                Ok(_) => hearing.sent += 1,
                // A full buffer loses a packet, which voice bears; a machine without a network does not come back.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return error.kind() == ErrorKind::ConnectionRefused,
            }
        }
        let news = match spoken {
            Some(Spoken::Said { playlist, prompts }) => News::Said { playlist, prompts },
            Some(Spoken::ExtensionSent) => News::ExtensionSent,
            None => return true,
        };
        let _ = self.news.send(news);
        true
    }
}

fn ear(agreed: &Description, in_band: bool) -> Option<Ear> {
    let mut event_types = vec![EVENTS];
    event_types.extend(agreed.event_type);
    let in_band = in_band && agreed.event_type.is_none();
    Ear::new(agreed.peer, event_types, agreed.key.as_ref(), in_band)
}

fn note(lateness: &mut [u32], late: Duration) {
    let last = lateness.len() - 1;
    let millis = usize::try_from(late.as_millis()).unwrap_or(last).min(last);
    lateness[millis] += 1;
}
