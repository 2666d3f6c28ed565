use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Shared;
use super::line::Answered;
use crate::VoiceReport;
use crate::media::{Hearing, Leg, News, Order};

/// How long the last packets of a voice are waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The voice of a call. It falls silent when this is dropped.
pub(super) struct Voice {
    orders: mpsc::UnboundedSender<Order>,
    pub(super) news: mpsc::UnboundedReceiver<News>,
    task: JoinHandle<Hearing>,
}

impl Voice {
    pub(super) fn start(shared: &Arc<Shared>, answered: Answered) -> Self {
        let (orders, to_obey) = mpsc::unbounded_channel();
        let (tell, news) = mpsc::unbounded_channel();
        let chance = shared.chance.bytes();
        let phase = Duration::from_micros(shared.chance.below(20_000).into());
        let counted = Counted::new(shared);
        let task = shared.media.handle().spawn(async move {
            let _counted = counted;
            let Answered {
                socket,
                description,
                key,
                allows_tones,
            } = answered;
            let channels = (to_obey, tell.clone());
            let leg = open(socket)
                .and_then(|socket| Leg::new(socket, &description, (key, allows_tones), chance, channels));
            let Some(leg) = leg else {
                let _ = tell.send(News::Lost);
                return Hearing::default();
            };
            leg.run(phase).await
        });
        Self { orders, news, task }
    }

    pub(super) fn order(&self, order: Order) {
        // A voice that is lost has told so.
        let _ = self.orders.send(order);
    }

    /// Falls silent and tells how it went.
    pub(super) async fn end(self) -> VoiceReport {
        drop(self.orders);
        let ended = tokio::time::timeout(PATIENCE, self.task).await;
        let hearing = ended.ok().and_then(Result::ok).unwrap_or_default();
        let dropped = hearing.dropped;
        VoiceReport {
            sent: hearing.sent,
            received: hearing.received,
            refused: dropped.strangers + dropped.sources + dropped.sealed + dropped.broken,
            lateness: hearing.lateness,
        }
    }
}

fn open(socket: std::net::UdpSocket) -> Option<UdpSocket> {
    socket.set_nonblocking(true).ok()?;
    UdpSocket::from_std(socket).ok()
}

/// Counts a voice for as long as it lives, however it ends.
struct Counted(Arc<Shared>);

impl Counted {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.voices.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(shared))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.voices.fetch_sub(1, Ordering::SeqCst);
    }
}
