//! The RADIUS servers as this node knows them.

use portcullis_ops::settings::ListPeers;

use crate::Web;
use crate::answer::Answer;
use crate::moment::Moment;
use crate::session::SignedIn;

/// What became of the last question to a server.
#[derive(Clone)]
pub(super) struct PeerRow {
    pub(super) name: String,
    pub(super) answered: Option<Moment>,
    /// Since when it has not answered, and why.
    pub(super) silent: Option<(Moment, String)>,
}

pub(super) async fn of(web: &Web, who: &SignedIn) -> Answer<Vec<PeerRow>> {
    let now = web.gate.now();
    let moment = |at| Moment::new(at, now);
    let peers = web.gate.read(&who.caller, ListPeers).await?;
    Ok(peers
        .into_iter()
        .map(|peer| PeerRow {
            name: peer.name,
            answered: peer.answered_at.map(moment),
            silent: peer.silent.map(|(since, why)| (moment(since), why)),
        })
        .collect())
}
