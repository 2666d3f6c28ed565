use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{CallHook, CallHooks, Secret};
use portcullis_telephony::{CallSpec, Task, VoiceApiBackend, VoiceApiSettings, VoiceHooks};
use portcullis_testkit::phones::{Asked, VoiceProvider, provider_signature};

use super::document::Document;
use crate::support::{self, Call, Seeded, short_prompts};

pub(crate) const ACCOUNT: &str = "AC0123456789abcdef";
pub(crate) const AUTH_TOKEN: &str = "s3cret-of-the-account";
const CALL: &str = "CAfedcba9876543210";
const PUBLIC: &str = "https://vault.example:7272";

/// A provider of phone calls, and a backend of ours that uses it.
pub(crate) struct Provider {
    pub(crate) service: VoiceProvider,
    pub(crate) hooks: Arc<VoiceHooks>,
    pub(crate) backend: Arc<VoiceApiBackend>,
}

impl Provider {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut VoiceApiSettings)) -> Self {
        let service = VoiceProvider::start().await;
        let mut settings = VoiceApiSettings {
            base_url: format!("https://localhost:{}", service.address.port()),
            account: ACCOUNT.to_owned(),
            auth_token: Secret::new(AUTH_TOKEN),
            caller_id: "+14155552671".to_owned(),
            proxy: None,
            authorities: Some(service.authority.clone()),
        };
        change(&mut settings);
        let hooks = Arc::new(VoiceHooks::new(PUBLIC));
        let backend = VoiceApiBackend::start(settings, short_prompts(), Seeded::new(), Arc::clone(&hooks));
        Self {
            service,
            hooks,
            backend: Arc::new(backend.unwrap()),
        }
    }

    /// Asks for a call, which is not placed yet.
    pub(crate) async fn asked(&mut self, spec: CallSpec) -> (Call, Asked) {
        let call = support::place(&self.backend, spec);
        let asked = self
            .service
            .expect(&format!("POST /2010-04-01/Accounts/{ACCOUNT}/Calls.json"))
            .await;
        (call, asked)
    }

    /// Places a call.
    pub(crate) async fn placed(&mut self, spec: CallSpec) -> (Call, Dialled) {
        let (call, asked) = self.asked(spec).await;
        (call, self.take(asked))
    }

    /// Places the call that is asked for.
    pub(crate) fn take(&self, asked: Asked) -> Dialled {
        let dialled = Dialled {
            hooks: Arc::clone(&self.hooks),
            url: asked.field("Url").to_owned(),
            status: asked.field("StatusCallback").to_owned(),
        };
        asked.reply(
            201,
            "",
            &format!("{{\"sid\":\"{CALL}\",\"status\":\"queued\",\"to\":\"x\"}}"),
        );
        dialled
    }

    /// Places a call and answers it.
    pub(crate) async fn answered(&mut self, task: Task) -> (Call, Dialled, Document) {
        let (call, dialled) = self.placed(support::spec(support::plan(task))).await;
        let document = dialled.pick_up().await;
        (call, dialled, document)
    }

    /// Takes the request to end the call.
    pub(crate) async fn hung_up(&mut self, state: &str) {
        let asked = self
            .service
            .expect(&format!("POST /2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"))
            .await;
        assert_eq!(asked.field("Status"), state);
        asked.reply(200, "", &format!("{{\"sid\":\"{CALL}\",\"status\":\"{state}\"}}"));
    }
}

/// A call that the provider has placed.
pub(crate) struct Dialled {
    pub(crate) hooks: Arc<VoiceHooks>,
    /// Where it asks when somebody answers.
    pub(crate) url: String,
    status: String,
}

/// One request to our webhooks, signed.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) url: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) signature: String,
}

impl Post {
    /// As the provider sends it.
    pub(crate) fn new(url: &str, more: &[(&str, &str)]) -> Self {
        let common = [
            ("AccountSid", ACCOUNT),
            ("CallSid", CALL),
            ("Direction", "outbound-api"),
        ];
        let fields = common.iter().chain(more);
        let mut post = Self {
            url: url.to_owned(),
            fields: fields
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            signature: String::new(),
        };
        post.signature = post.sign(AUTH_TOKEN);
        post
    }

    pub(crate) fn sign(&self, auth_token: &str) -> String {
        provider_signature(auth_token, &self.url, &self.fields)
    }

    /// Puts another value into a field and signs again.
    pub(crate) fn change(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(known, _)| known == name);
        value.clone_into(&mut field.expect("the field is there").1);
        self.signature = self.sign(AUTH_TOKEN);
        self
    }
}

impl Dialled {
    /// Hands a request to our server, as its HTTP side does.
    pub(crate) async fn post(&self, post: &Post) -> Option<Document> {
        let path = post.url.strip_prefix(PUBLIC).expect("an address of ours");
        let parts: Vec<&str> = path.split('/').collect();
        let ["", "hooks", "voice", token, event] = parts[..] else {
            panic!("an address of a call: {path}");
        };
        let hook = CallHook {
            token: token.to_owned(),
            event: event.to_owned(),
            parameters: post.fields.clone(),
            signature: post.signature.clone(),
        };
        let xml = self.hooks.hear(hook).await?;
        Some(Document::parse(&xml))
    }

    /// Says how far the call is.
    pub(crate) async fn tell(&self, status: &str) {
        let told = self.post(&self.status(&[("CallStatus", status)])).await;
        assert!(told.is_some(), "{status} is believed");
    }

    pub(crate) fn status(&self, fields: &[(&str, &str)]) -> Post {
        Post::new(&self.status, fields)
    }

    /// Somebody answers.
    pub(crate) async fn pick_up(&self) -> Document {
        self.ask(&self.url).await.expect("the answer is taken")
    }

    /// Asks what comes next, without keys.
    pub(crate) async fn ask(&self, url: &str) -> Option<Document> {
        self.post(&Post::new(url, &[("CallStatus", "in-progress")])).await
    }

    /// Plays what must be heard, and asks.
    pub(crate) async fn listen(&self, document: &Document) -> Document {
        for play in &document.plays {
            assert!(
                self.wav(play).is_some_and(|wav| wav.starts_with(b"RIFF")),
                "{play} is there"
            );
        }
        tokio::time::sleep(Duration::from_millis(200) * u32::try_from(document.plays.len()).unwrap()).await;
        let redirect = document.redirect.as_ref().expect("it goes on");
        self.ask(redirect).await.expect("the question is taken")
    }

    pub(crate) fn wav(&self, url: &str) -> Option<Vec<u8>> {
        let (rest, name) = url.rsplit_once('/')?;
        let (_, token) = rest.rsplit_once('/')?;
        self.hooks.recording(token, name)
    }

    /// The person presses `keys` and `#`, as the real provider tells it.
    pub(crate) fn keys(document: &Document, keys: &str) -> Post {
        let fields = [
            ("CallStatus", "in-progress"),
            ("Digits", keys),
            ("FinishedOnKey", "#"),
        ];
        Post::new(document.action(), &fields)
    }

    pub(crate) async fn press(&self, document: &Document, keys: &str) -> Document {
        let answer = self.post(&Self::keys(document, keys)).await;
        answer.expect("the keys are taken")
    }
}
