//! What the server and a phone agent on another host say to each other, as JSON over HTTPS.
//!
//! ```text
//! POST /v1/calls               AgentCall  → AgentView    places a call; the same one again is the same call
//! GET  /v1/calls/{id}?seen=…              → AgentView    waits a while for news
//! POST /v1/calls/{id}/take                → AgentGrant   takes the yes, once
//! POST /v1/calls/{id}/cancel              → AgentView    hangs up
//! GET  /v1/people/{name}                  → AgentPerson  what may be known of somebody
//! GET  /v1/health                         → AgentHealth
//! ```
//! Every answer is sealed under a key that both sides made from the password, together with the request it answers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::CallTask;

/// Under which header a request sends what makes it different from all others, and an answer its seal.
pub const AGENT_NONCE: &str = "portcullis-nonce";
pub const AGENT_SEAL: &str = "portcullis-seal";

/// A call that the server asks for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentCall {
    /// Drawn for this one call.
    pub id: Uuid,
    /// As the agent knows them.
    pub person: String,
    pub task: CallTask,
    /// A language tag.
    pub language: String,
    /// Whether a report of fraud blocks the person's phone even if they hang up before they say so.
    pub fraud_blocks: bool,
}

/// How far a call is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentView {
    /// SHA-256 of the request as the agent took it, in hexadecimal.
    pub request: String,
    /// The word of a step.
    pub step: String,
    /// The word of an outcome; absent before. `granted` says only that there is a yes to take.
    pub outcome: Option<String>,
    /// Comes once nobody is on the line any more.
    pub report: Option<AgentReport>,
}

/// How a call went.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentReport {
    pub trunk: Option<String>,
    pub lasted_seconds: u64,
    pub connected_seconds: u64,
    pub key_source: Option<String>,
    pub used_backup: bool,
    pub strangers: u32,
}

/// The yes of a call, for whoever asked for it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentGrant {
    pub id: Uuid,
    /// SHA-256 of the request as the agent took it, in hexadecimal.
    pub request: String,
    /// Whether the person said yes and this is the first to take it, in time.
    pub granted: bool,
}

/// What the server may know of somebody.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentPerson {
    pub is_known: bool,
    /// The number, masked; empty where nobody is known.
    pub masked: String,
    pub has_pin: bool,
    pub is_blocked: bool,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentHealth {
    pub version: String,
    pub people: u64,
    pub trunks: Vec<AgentTrunk>,
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentTrunk {
    pub name: String,
    pub is_well: Option<bool>,
    pub problem: String,
}
