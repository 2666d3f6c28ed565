//! What every test needs: a backend whose prompts are short, a call, and what came of it.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use portcullis_model::{Chance, Secret};
use portcullis_telephony::{
    CallReport, CallSpec, Digits, Outcome, PhoneBackend, PhoneNumber, Plan, Prompt, Prompts, SipBackend,
    Step, Task, Transport, TrunkSettings, Verdict, Verifier,
};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::phone::Phone;

pub(crate) const PIN: &str = "1134";

/// Chance that repeats: `SplitMix64`.
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) fn new() -> Arc<Self> {
        // Calls of other tests have other ids.
        static SEED: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self(AtomicU64::new(SEED.fetch_add(1 << 40, Ordering::SeqCst))))
    }
}

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Knows one PIN.
struct OnePin;

#[async_trait]
impl Verifier for OnePin {
    async fn check(&self, entered: &Digits) -> Verdict {
        if entered.is(&Digits::parse(PIN).unwrap()) {
            Verdict::Right
        } else {
            Verdict::Wrong
        }
    }
}

/// A call that is under way.
pub(crate) struct Call {
    task: JoinHandle<CallReport>,
    pub(crate) steps: watch::Receiver<Step>,
    pub(crate) cancel: Option<oneshot::Sender<()>>,
}

impl Call {
    pub(crate) async fn report(self) -> CallReport {
        tokio::time::timeout(Duration::from_mins(1), self.task)
            .await
            .expect("the call ends")
            .unwrap()
    }

    pub(crate) async fn outcome(self) -> Outcome {
        self.report().await.outcome
    }

    pub(crate) async fn waits(&mut self) {
        self.reaches(|step| *step == Step::Waiting).await;
    }

    /// Whether it ever waits for keys.
    pub(crate) async fn may_press(&mut self) -> bool {
        self.steps.wait_for(|step| *step == Step::Waiting).await.is_ok()
    }

    pub(crate) async fn reaches(&mut self, is: impl FnMut(&Step) -> bool) {
        let reached = tokio::time::timeout(Duration::from_secs(20), self.steps.wait_for(is)).await;
        let reached = reached.expect("the call gets so far").is_ok();
        assert!(reached, "the call ended: {:?}", *self.steps.borrow());
    }

    pub(crate) fn abandon(self) {
        self.task.abort();
    }
}

/// A trunk that leads to `phone`.
pub(crate) fn trunk(phone: &Phone) -> TrunkSettings {
    let mut settings = TrunkSettings::new("main", Transport::Udp, "127.0.0.1", "portcullis");
    settings.port = Some(phone.address.port());
    settings.password = Some(Secret::new("secret"));
    settings.round_trip = Duration::from_millis(100);
    settings
}

pub(crate) fn over_tcp(phone: &Phone) -> TrunkSettings {
    TrunkSettings {
        transport: Transport::Tcp,
        ..trunk(phone)
    }
}

pub(crate) fn backend(trunks: Vec<TrunkSettings>) -> Arc<SipBackend> {
    Arc::new(SipBackend::start(trunks, short_prompts(), Seeded::new()).unwrap())
}

/// Every prompt is a fifth of a second long.
pub(crate) fn short_prompts() -> Prompts {
    let shape = hound::WavSpec {
        channels: 1,
        sample_rate: 8000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, shape).unwrap();
    for place in 0..1600_i16 {
        writer.write_sample((place % 40) * 100).unwrap();
    }
    writer.finalize().unwrap();
    let wav = file.into_inner();
    let mut prompts = Prompts::shipped();
    for prompt in Prompt::ALL {
        prompts.replace("en", prompt, &wav).unwrap();
    }
    prompts
}

/// The usual course, only quicker.
pub(crate) fn plan(task: Task) -> Plan {
    let mut plan = Plan::new(task);
    plan.timings.settle = Duration::from_millis(50);
    plan.timings.deaf = Duration::from_millis(300);
    plan.timings.before_extension = Duration::from_millis(300);
    plan.timings.after_extension = Duration::from_millis(100);
    plan.timings.closing = Duration::from_millis(500);
    plan
}

pub(crate) fn spec(plan: Plan) -> CallSpec {
    CallSpec {
        number: PhoneNumber::parse("1 9259249500").unwrap(),
        backup: None,
        plan,
        language: "en".to_owned(),
    }
}

pub(crate) fn call(backend: &Arc<SipBackend>, task: Task) -> Call {
    place(backend, spec(plan(task)))
}

pub(crate) fn place<B: PhoneBackend + 'static>(backend: &Arc<B>, spec: CallSpec) -> Call {
    let (sender, steps) = watch::channel(Step::Queued);
    let (cancel, cancelled) = oneshot::channel();
    let backend = Arc::clone(backend);
    let task = tokio::spawn(async move { backend.run(spec, &OnePin, &sender, cancelled).await });
    Call {
        task,
        steps,
        cancel: Some(cancel),
    }
}
