use data_encoding::HEXLOWER;
use portcullis_model::{Challenge, FactorError};
use serde::{Deserialize, Serialize};

use super::attribute::LONGEST_VALUE;
use super::reply::ServerQuestion;

/// What must be remembered between a server's question and the answer. Kept by the engine, sealed, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conversation {
    /// The [`name`](super::settings::RadiusServer::name) of the server that asked.
    pub(super) server: String,
    /// The RADIUS user name that it asked. Another enrolment cannot answer.
    pub(super) username: String,
    pub(super) state: Option<State>,
}

/// The bytes of State; hexadecimal digits in JSON.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct State(pub(super) Vec<u8>);

/// What the person sees of a question.
#[derive(Serialize)]
struct Public<'a> {
    prompt: &'a str,
    echo: bool,
}

impl Conversation {
    /// Nothing for bytes that were not made here: whoever has them must begin again.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Passes a server's question on to the person.
    pub(super) fn ask(
        server: String,
        username: &str,
        question: ServerQuestion,
    ) -> Result<Challenge, FactorError> {
        let public = serde_json::to_string(&Public {
            prompt: &question.prompt,
            echo: question.echo,
        });
        let private = serde_json::to_vec(&Self {
            server,
            username: username.to_owned(),
            state: question.state.map(State),
        });
        match (public, private) {
            (Ok(public), Ok(private)) => Ok(Challenge {
                public,
                private,
                code: None,
                call: None,
            }),
            _ => Err(FactorError::DamagedEnrolment),
        }
    }
}

impl TryFrom<String> for State {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        let bytes = HEXLOWER.decode(digits.as_bytes()).ok();
        bytes
            .filter(|bytes| bytes.len() <= LONGEST_VALUE)
            .map(Self)
            .ok_or("no State")
    }
}

impl From<State> for String {
    fn from(state: State) -> Self {
        HEXLOWER.encode(&state.0)
    }
}
