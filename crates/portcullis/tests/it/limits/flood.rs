use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portcullis_testkit::server::Console;
use tokio::task::JoinSet;

use crate::limits::{PATIENCE, resident};
use crate::site::{Site, alone};

const SIGN_INS: usize = 2000;
/// Browsers; each has many tabs on one connection.
const BROWSERS: usize = 20;

/// What became of one sign-in.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum End {
    LookedAt,
    ToldToWait,
    ToldNothing,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a3_two_thousand_sign_ins_at_once_are_bounded_and_the_rest_is_told_to_wait() {
    let _quiet = alone().await;
    let site = Site::new().await;
    let before = resident(&site.server, "VmHWM");
    let over = Arc::new(AtomicBool::new(false));
    let pulse = pulse(
        site.server.client(),
        site.server.url("/healthz"),
        Arc::clone(&over),
    );
    // On a thread of its own: what the two thousand wait for on our side is not the server's doing.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let pulse = std::thread::spawn(move || runtime.block_on(pulse));
    let mut flood = JoinSet::new();
    for browser in 0..BROWSERS {
        for tab in 0..SIGN_INS / BROWSERS {
            // A browser of its own for each person, a right name among many wrong ones.
            let console = Console::new(&site.server);
            let username = if tab % 10 == 0 {
                "admin".to_owned()
            } else {
                format!("nobody{browser}-{tab}")
            };
            flood.spawn(async move { sign_in(&console, &username).await });
        }
    }

    let mut ends = std::collections::BTreeMap::new();
    for end in flood.join_all().await {
        *ends.entry(end).or_insert(0) += 1;
    }
    over.store(true, Ordering::SeqCst);
    let slowest = pulse.join().expect("health answers all the time");
    let after = resident(&site.server, "VmHWM");

    let errors: Vec<_> = site
        .server
        .installation
        .log()
        .lines()
        // A machine that is busy with other things may not get to all of them in time, and says so.
        .filter(|line| line.contains("ERROR") && !line.contains(r#""code":"too_slow""#))
        .map(str::to_owned)
        .collect();
    println!(
        "{SIGN_INS} sign-ins: {ends:?}; memory {before} MiB before, at most {after} MiB; health within {slowest:?}"
    );
    let first: Vec<_> = errors.iter().take(3).collect();
    assert!(
        errors.is_empty(),
        "{} errors in the log, the first: {first:#?}",
        errors.len()
    );
    assert!(!ends.contains_key(&End::ToldNothing), "{ends:?}");
    assert!(
        ends.contains_key(&End::LookedAt) && ends.contains_key(&End::ToldToWait),
        "{ends:?}"
    );
    assert!(after < 600, "memory grew to {after} MiB");
    assert!(slowest < PATIENCE, "health took {slowest:?}");
}

async fn sign_in(console: &Console, username: &str) -> End {
    let Ok(begun) = console.try_post("/sign-in", &[("username", username)]).await else {
        return End::ToldNothing;
    };
    if begun.status != 303 {
        return told(&begun);
    }
    let form = [("password", "not the right one")];
    match console.try_post("/sign-in/password", &form).await {
        Ok(page) if page.status == 422 => End::LookedAt,
        Ok(page) => told(&page),
        Err(_) => End::ToldNothing,
    }
}

fn told(page: &portcullis_testkit::server::Page) -> End {
    let waits = page
        .header("retry-after")
        .is_some_and(|seconds| seconds.parse::<u32>().is_ok());
    match page.status {
        429 | 503 if waits => End::ToldToWait,
        _ => {
            eprintln!("{} {}", page.status, page.text);
            End::ToldNothing
        }
    }
}

/// Asks for health until it is over; gives the longest time that an answer took.
async fn pulse(client: reqwest::Client, url: String, over: Arc<AtomicBool>) -> Duration {
    let mut slowest = Duration::ZERO;
    while !over.load(Ordering::SeqCst) {
        // monotonic: only the difference is used.
        let begin = Instant::now();
        assert_eq!(
            client.get(&url).send().await.expect("health answers").status(),
            200
        );
        slowest = slowest.max(begin.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    slowest
}
