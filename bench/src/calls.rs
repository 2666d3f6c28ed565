//! Many phone calls at once on one core, and a great many one after the other: pace, cost, and what stays behind.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use portcullis_telephony::{
    Alive, CallReport, CallSpec, NoPin, Outcome, PhoneBackend, PhoneNumber, Plan, Prompts, SipBackend, Step,
    Task, Transport, TrunkSettings, Upkeep,
};
use portcullis_testkit::SeededChance;
use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// Calls at once, and how many of them begin in a second.
const AT_ONCE: u32 = 400;
const A_SECOND: u32 = 40;
/// How long each lasts, and for how much of it all of them are watched together.
const LASTING: Duration = Duration::from_secs(25);
const TOGETHER: Duration = Duration::from_secs(10);
/// Calls in a row, for what stays behind.
const IN_A_ROW: u32 = 10_000;
const ROW_A_SECOND: u32 = 150;
const PHONE: u16 = 5068;

pub(crate) fn run() -> Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    let ours = pin(cores - 1)?;
    // The thread of the voice inherits the core from whoever starts it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!("{AT_ONCE} calls at once, on core {ours}; SIPp sends every packet back from core 0");
    runtime.block_on(at_once())?;
    println!("{IN_A_ROW} calls, {ROW_A_SECOND} a second, each answered and hung up by the other side");
    runtime.block_on(in_a_row())
}

fn pin(core: usize) -> Result<usize> {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores)?;
    Ok(core)
}

async fn at_once() -> Result<()> {
    let _phone = Phone::start(
        &scenario("<recv request=\"BYE\" timeout=\"120000\"/>", &ok()),
        AT_ONCE,
    )?;
    let backend = backend()?;
    let mut plan = Plan::new(Task::Confirm);
    // Nobody presses a key; every call speaks until then.
    plan.timings.overall = LASTING;
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
    let (mut sent, mut received) = (0, 0);
    while let Some(report) = calls.join_next().await {
        let report = report?;
        ensure!(
            report.outcome == Outcome::TimedOut,
            "the call lasts: {:?}",
            report.outcome
        );
        for (all, one) in lateness.iter_mut().zip(&report.voice.lateness) {
            *all += u64::from(*one);
        }
        sent += report.voice.sent;
        received += report.voice.received;
    }
    println!("  {:.1} % of a core, {memory} KiB resident", busy * 100.0);
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
    let _phone = Phone::start(&scenario("<pause milliseconds=\"300\"/>", hang_up), IN_A_ROW)?;
    let backend = backend()?;
    let (files, memory) = (open_files()?, resident()?);
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let mut calls = JoinSet::new();
    let begin = Instant::now();
    let mut ended = 0;
    for number in 0..IN_A_ROW {
        calls.spawn(call(Arc::clone(&backend), Plan::new(Task::Confirm)));
        let next = begin + Duration::from_secs(1) / ROW_A_SECOND * (number + 1);
        tokio::time::sleep_until(next.into()).await;
        while let Some(report) = calls.try_join_next() {
            ended += u32::from(report?.outcome == Outcome::HungUp);
        }
    }
    while let Some(report) = calls.join_next().await {
        ended += u32::from(report?.outcome == Outcome::HungUp);
    }
    let took = begin.elapsed();
    let alive = settle(&backend).await;
    println!("  {ended} hung up, in {:.0} s", took.as_secs_f64());
    println!("  left: {alive:?}");
    println!("  files {files} before, {} after", open_files()?);
    println!(
        "  tasks {tasks} before, {} after",
        tokio::runtime::Handle::current().metrics().num_alive_tasks()
    );
    println!("  {memory} KiB before, {} KiB after", resident()?);
    ensure!(alive == Alive::default(), "something stays behind");
    ensure!(ended == IN_A_ROW, "every call came about");
    Ok(())
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
    trunk.port = Some(PHONE);
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

/// A `SIPp`, on core 0.
struct Phone {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Phone {
    fn start(scenario: &str, calls: u32) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("phone.xml"), scenario)?;
        let process = Command::new("taskset")
            .args([
                "-c",
                "0",
                "sipp",
                "-sf",
                "phone.xml",
                "-i",
                "127.0.0.1",
                "-mi",
                "127.0.0.1",
            ])
            .args([
                "-p",
                &PHONE.to_string(),
                "-mp",
                "26000",
                "-rtp_echo",
                "-nostdin",
                "-deadcall_wait",
                "100",
            ])
            .args(["-l", "2000", "-m", &(2 * calls).to_string()])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("sipp (packages.txt)")?;
        std::thread::sleep(Duration::from_secs(1));
        Ok(Self {
            process,
            _folder: folder,
        })
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ok() -> String {
    "<send><![CDATA[\nSIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n\
     Content-Length: 0\n\n]]></send>"
        .to_owned()
}

/// Answers at once, then does `first` and `then`.
fn scenario(first: &str, then: &str) -> String {
    let same = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]T[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n\
        Contact: <sip:phone@[local_ip]:[local_port]>\n";
    format!(
        "<?xml version=\"1.0\"?>\n<scenario name=\"phone\">\n\
         <recv request=\"INVITE\" crlf=\"true\" rrs=\"true\"><action>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"them\"/>\
         <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"us\"/></action></recv>\n\
         <send retrans=\"500\"><![CDATA[\nSIP/2.0 200 OK\n{same}Content-Type: application/sdp\n\
         Content-Length: [len]\n\nv=0\no=phone 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\n\
         m=audio [media_port] RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000\na=sendrecv\n\n]]></send>\n\
         <recv request=\"ACK\"/>\n{first}\n{then}\n<Reference variables=\"us,them\"/>\n</scenario>\n"
    )
}
