//! The same calls with peers that none of us wrote: `SIPp` as telephone, Kamailio as trunk, baresip as telephone.

mod through_kamailio;
mod through_sipp;
