//! Many phone calls at once on one core, and a great many one after the other: pace, cost, and what stays behind.

mod phone;
mod voices;

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use portcullis_telephony::{
    Alive, CallReport, CallSpec, Digits, NoPin, Outcome, PhoneBackend, PhoneNumber, Plan, Prompts,
    SipBackend, Step, Task, Transport, TrunkSettings, Upkeep,
};
use portcullis_testkit::SeededChance;
use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use phone::{ECHO, Phone, ok, scenario};
use voices::{KEYS, Voices};
pub(crate) use voices::{NAME as VOICES_NAME, answer};

/// Calls at once, and how many of them begin in a second.
const AT_ONCE: u32 = 400;
const A_SECOND: u32 = 40;
/// When keys are pressed, and for how long before that all calls are watched together.
const PRESSED: Duration = Duration::from_secs(22);
const TOGETHER: Duration = Duration::from_secs(10);
/// Calls in a row, and how often: what the peak of the first ten thousand left is not taken for a leak.
const ROUNDS: u32 = 3;
const IN_A_ROW: u32 = 10_000;
const ROW_A_SECOND: u32 = 150;
/// Where the voices of the telephones are.
const VOICES: u16 = 26_100;

pub(crate) fn run() -> Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    let ours = pin(cores - 1)?;
    // The thread of the voice inherits the core from whoever starts it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!("{AT_ONCE} calls at once, on core {ours}; the telephones speak from core 0");
    runtime.block_on(at_once())?;
    println!(
        "{IN_A_ROW} calls, {ROW_A_SECOND} a second, each answered and hung up by the other side; {ROUNDS} times"
    );
    runtime.block_on(in_a_row())
}

fn pin(core: usize) -> Result<usize> {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores)?;
    Ok(core)
}

async fn at_once() -> Result<()> {
    let answers = scenario(
        &VOICES.to_string(),
        "<recv request=\"BYE\" timeout=\"120000\"/>",
        &ok(),
    );
    let _phone = Phone::start(&answers, AT_ONCE)?;
    let _voices = Voices::start(VOICES, PRESSED)?;
    let backend = backend()?;
    let digits = KEYS.trim_end_matches('#');
    let digits = Digits::parse(digits).context("the keys are digits and a #")?;
    let plan = Plan::new(Task::Match(digits));
    let mut calls = JoinSet::new();
    let begin = Instant::now();
    for number in 0..AT_ONCE {
        calls.spawn(call(Arc::clone(&backend), plan.clone()));
        tokio::time::sleep_until((begin + Duration::from_secs(1) / A_SECOND * (number + 1)).into()).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (before, from) = (processor_time()?, Instant::now());
    let speaking = usize::try_from(AT_ONCE)?;
    ensure!(
        backend.alive().await.voices == speaking,
        "all calls speak at once"
    );
    tokio::time::sleep(TOGETHER).await;
    let busy = processor_time()?.saturating_sub(before).as_secs_f64() / from.elapsed().as_secs_f64();
    let memory = resident()?;
    ensure!(backend.alive().await.voices == speaking, "all calls still speak");
    let mut lateness = vec![0_u64; 101];
    let (mut sent, mut received, mut granted) = (0, 0, 0);
    while let Some(report) = calls.join_next().await {
        let report = report?;
        granted += u32::from(matches!(report.outcome, Outcome::Granted(_)));
        for (all, one) in lateness.iter_mut().zip(&report.voice.lateness) {
            *all += u64::from(*one);
        }
        sent += report.voice.sent;
        received += report.voice.received;
    }
    println!(
        "  {granted} let in by {KEYS}; {:.1} % of a core, {memory} KiB resident",
        busy * 100.0
    );
    println!("  {sent} packets sent, {received} received; by how many milliseconds they left too late:");
    for (name, share) in [
        ("p50", 0.5),
        ("p90", 0.9),
        ("p99", 0.99),
        ("p99.9", 0.999),
        ("max", 1.0),
    ] {
        println!("    {name:<6} < {}", percentile(&lateness, share));
    }
    ensure!(granted == AT_ONCE, "every key is heard");
    Ok(())
}

/// The upper bound of the millisecond in which this share of the packets has left.
#[expect(clippy::cast_precision_loss, reason = "a few million packets")]
fn percentile(lateness: &[u64], share: f64) -> usize {
    let all: u64 = lateness.iter().sum();
    let mut seen = 0;
    for (millis, count) in lateness.iter().enumerate() {
        seen += count;
        if all as f64 * share <= seen as f64 {
            return millis + 1;
        }
    }
    lateness.len()
}

async fn in_a_row() -> Result<()> {
    let hang_up = "<send retrans=\"500\"><![CDATA[\nBYE [next_url] SIP/2.0\n\
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\nMax-Forwards: 70\n\
        From: [$us];tag=[pid]T[call_number]\nTo: [$them]\nCall-ID: [call_id]\nCSeq: 1 BYE\nContent-Length: 0\n\n\
        ]]></send>\n<recv response=\"200\"/>";
    let _phone = Phone::start(
        &scenario(ECHO, "<pause milliseconds=\"300\"/>", hang_up),
        ROUNDS * IN_A_ROW,
    )?;
    let backend = backend()?;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    println!(
        "  before: {} files, {} tasks, {} KiB resident",
        open_files()?,
        tasks(),
        resident()?
    );
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let ended = one_after_the_other(&backend).await?;
        let took = begin.elapsed();
        let alive = settle(&backend).await;
        println!(
            "  {ended} hung up in {:.0} s; left: {alive:?}, {} files, {} tasks, {} KiB resident",
            took.as_secs_f64(),
            open_files()?,
            tasks(),
            resident()?
        );
        ensure!(alive == Alive::default(), "something stays behind");
        ensure!(ended == IN_A_ROW, "every call came about");
    }
    Ok(())
}

/// How many were hung up by the other side.
async fn one_after_the_other(backend: &Arc<SipBackend>) -> Result<u32> {
    let mut calls = JoinSet::new();
    let begin = Instant::now();
    let mut ended = 0;
    for number in 0..IN_A_ROW {
        calls.spawn(call(Arc::clone(backend), Plan::new(Task::Confirm)));
        let next = begin + Duration::from_secs(1) / ROW_A_SECOND * (number + 1);
        tokio::time::sleep_until(next.into()).await;
        while let Some(report) = calls.try_join_next() {
            ended += u32::from(report?.outcome == Outcome::HungUp);
        }
    }
    while let Some(report) = calls.join_next().await {
        ended += u32::from(report?.outcome == Outcome::HungUp);
    }
    Ok(ended)
}

async fn call(backend: Arc<SipBackend>, plan: Plan) -> CallReport {
    let spec = CallSpec {
        number: PhoneNumber::parse("1 9259249500").expect("a number that exists"),
        backup: None,
        plan,
        language: "en".to_owned(),
    };
    let (steps, _) = watch::channel(Step::Queued);
    let (_keep, cancel) = oneshot::channel();
    backend.run(spec, &NoPin, &steps, cancel).await
}

fn backend() -> Result<Arc<SipBackend>> {
    let mut trunk = TrunkSettings::new("sipp", Transport::Udp, "127.0.0.1", "portcullis");
    trunk.port = Some(phone::PORT);
    // SIPp would take the question for a call.
    trunk.upkeep = Upkeep::None;
    Ok(Arc::new(SipBackend::start(
        vec![trunk],
        Prompts::shipped(),
        Arc::new(SeededChance::new(7)),
    )?))
}

/// Waits until nothing is alive, at most for what the timers of the standard take.
async fn settle(backend: &SipBackend) -> Alive {
    for _ in 0..450 {
        let alive = backend.alive().await;
        if alive == Alive::default() {
            return alive;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    backend.alive().await
}

fn processor_time() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |place: usize| {
        fields
            .get(place)
            .and_then(|field| field.parse::<u64>().ok())
            .unwrap_or(0)
    };
    // User and system time, in hundredths of a second on every Linux there is.
    Ok(Duration::from_millis((ticks(11) + ticks(12)) * 10))
}

fn resident() -> Result<u64> {
    let statm = fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = statm.split(' ').nth(1).context("statm")?.parse()?;
    Ok(pages * 4)
}

fn open_files() -> Result<usize> {
    Ok(fs::read_dir("/proc/self/fd")?.count())
}
