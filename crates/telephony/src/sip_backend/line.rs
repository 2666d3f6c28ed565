//! From a number to somebody who answers: one trunk after the other.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use portcullis_model::Chance;
use tokio::sync::{mpsc, oneshot};

use crate::media::{Description, MediaKey, Offer, Unusable};
use crate::sip::{Encryption, Failure, Signal, Trunk, begin};
use crate::{Key, NotReached};

/// What the call hears of its line.
pub(super) enum FromLine {
    /// This trunk is tried now.
    Trying(String),
    Ringing,
    Diverted,
    Answered(Box<Answered>),
    NotReached(NotReached),
    Key(Key),
    Moved(Box<Description>),
    HungUp,
    Lost,
}

/// What it takes to speak.
pub(super) struct Answered {
    pub(super) socket: UdpSocket,
    pub(super) description: Description,
    pub(super) key: Option<MediaKey>,
    pub(super) allows_tones: bool,
}

/// A line that is being dialled or spoken on. Dropping it hangs up.
pub(super) struct Line {
    pub(super) news: mpsc::UnboundedReceiver<FromLine>,
}

impl Line {
    pub(super) fn dial(trunks: &[Arc<Trunk>], e164: String, chance: &Arc<dyn Chance>) -> Self {
        let (out, news) = mpsc::unbounded_channel();
        let mut trunks = trunks.to_vec();
        // Those that were silent lately come last; their time is 4 seconds of the person's.
        trunks.sort_by_key(|trunk| trunk.is_ill());
        tokio::spawn(dial(trunks, e164, Arc::clone(chance), out));
        Self { news }
    }
}

async fn dial(
    trunks: Vec<Arc<Trunk>>,
    e164: String,
    chance: Arc<dyn Chance>,
    out: mpsc::UnboundedSender<FromLine>,
) {
    let mut reason = NotReached::ProviderDown;
    for trunk in trunks {
        let _ = out.send(FromLine::Trying(trunk.settings.name.clone()));
        let tried = tokio::select! {
            tried = attempt(&trunk, &e164, &chance, &out) => tried,
            // The call is over: what was begun is given up by being dropped.
            () = out.closed() => return,
        };
        match tried {
            Tried::Over => return,
            Tried::Final(reason) => {
                let _ = out.send(FromLine::NotReached(reason));
                return;
            }
            Tried::Next(why) => reason = why,
        }
    }
    let _ = out.send(FromLine::NotReached(reason));
}

enum Tried {
    /// The call came about and is over.
    Over,
    Final(NotReached),
    Next(NotReached),
}

async fn attempt(
    trunk: &Trunk,
    e164: &str,
    chance: &Arc<dyn Chance>,
    out: &mpsc::UnboundedSender<FromLine>,
) -> Tried {
    let Some(agent) = trunk.agent().await else {
        return Tried::Next(NotReached::ProviderDown);
    };
    // A port of its own for each call, on the address that the trunk sees.
    let Ok(socket) = UdpSocket::bind(SocketAddr::new(agent.local_ip(), 0)) else {
        return Tried::Next(NotReached::ProviderDown);
    };
    let Ok(local) = socket.local_addr() else {
        return Tried::Next(NotReached::ProviderDown);
    };
    let key = (trunk.settings.encryption == Encryption::Srtp).then(|| MediaKey::draw(chance.as_ref()));
    let offer = Arc::new(Offer {
        local,
        session: u32::from_be_bytes(chance.bytes()) >> 1,
        key: key.clone(),
    });
    let (signals, mut incoming) = mpsc::unbounded_channel();
    // Its drop hangs up.
    let (_hang_up, hangs_up) = oneshot::channel();
    let callee = trunk.settings.address_of(e164);
    begin(agent, &callee, offer, signals, hangs_up);
    let mut has_rung = false;
    let mut socket = Some((socket, key));
    while let Some(signal) = incoming.recv().await {
        let news = match signal {
            Signal::Ringing => {
                has_rung = true;
                trunk.praise();
                FromLine::Ringing
            }
            Signal::Diverted => FromLine::Diverted,
            Signal::Answered(description) => {
                let Some((socket, key)) = socket.take() else {
                    continue;
                };
                FromLine::Answered(Box::new(Answered {
                    socket,
                    description: *description,
                    key,
                    allows_tones: trunk.settings.allows_tones,
                }))
            }
            Signal::Failed(failure) => return failed(trunk, failure, has_rung),
            Signal::Key(key) => FromLine::Key(key),
            Signal::Moved(description) => FromLine::Moved(description),
            Signal::HungUp => FromLine::HungUp,
            Signal::Lost => FromLine::Lost,
        };
        let _ = out.send(news);
    }
    Tried::Over
}

fn failed(trunk: &Trunk, failure: Failure, has_rung: bool) -> Tried {
    let reason = match failure {
        Failure::Status(status) => match NotReached::of_status(status) {
            Some(NotReached::ProviderRefused) => NotReached::ProviderRefused,
            Some(reason) => return Tried::Final(reason),
            None => NotReached::ProviderDown,
        },
        Failure::Silent | Failure::Lost => {
            trunk.blame(failure);
            NotReached::ProviderDown
        }
        Failure::Credentials => NotReached::ProviderRefused,
        Failure::Unusable(Unusable::Unencrypted) => return Tried::Final(NotReached::Unencrypted),
        Failure::Unusable(Unusable::Unsuitable) => return Tried::Final(NotReached::Unsuitable),
    };
    // Whose phone rang already is not called again by another way.
    if has_rung {
        Tried::Final(reason)
    } else {
        Tried::Next(reason)
    }
}
