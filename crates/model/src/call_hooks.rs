use async_trait::async_trait;

/// A request of the provider that connects a call, as it came. Nothing of it is believed yet.
#[derive(Clone, Default)]
pub struct CallHook {
    /// Belongs to one call, and is as secret as a password.
    pub token: String,
    /// What happened: the last part of the path.
    pub event: String,
    /// The fields of the body, in their order.
    pub parameters: Vec<(String, String)>,
    /// The header that says who sends it.
    pub signature: String,
}

/// Takes what a provider says of the calls that it connects for this node.
#[async_trait]
pub trait CallHooks: Send + Sync {
    /// What the provider is to do next, as XML; nothing if this request is not to be believed.
    async fn hear(&self, hook: CallHook) -> Option<String>;

    /// A recording that the call with this token may play, as a WAV file.
    fn recording(&self, token: &str, name: &str) -> Option<Vec<u8>>;
}
