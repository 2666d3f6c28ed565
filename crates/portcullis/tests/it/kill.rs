//! `kill -9` at random moments: nothing that was acknowledged is lost, nothing is half done.

mod load;
mod rotation;

use std::time::{Duration, Instant};

use portcullis_testkit::server::Api;
use reqwest::Method;
use serde_json::{Value, json};

use crate::site::{Site, alone};
use load::{Acknowledged, Load};

/// How long a start may take on a machine that is busy with other things. On an idle one it is five seconds (R1),
/// which the benchmark of the start looks at.
const START: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_kill_is_there_after_it() {
    let _quiet = alone().await;
    let rounds = rounds();
    let mut site = Site::new().await;
    let mut load = Load::new(&site).await;
    let (mut writes, mut reveals, mut cut_off, mut slowest) = (0, 0, 0, Duration::ZERO);
    for round in 0..rounds {
        let checkpoint = checkpoint(&site).await;
        let running = load.start(round);
        tokio::time::sleep(random_moment()).await;
        site.server.kill();
        let log = load.stop(running).await;

        // monotonic: only the difference is used.
        let begin = Instant::now();
        site.server.restart().await;
        let took = begin.elapsed();

        assert!(took < START, "round {round}: the start took {took:?}");
        slowest = slowest.max(took);
        assert_all_there(&site, &log, round).await;
        assert_nothing_half_done(&site, round).await;
        assert_trail_is_whole(&site, &checkpoint, round).await;
        writes += log.writes.len();
        reveals += log.reveals.len();
        cut_off += log.cut_off;
    }
    assert_every_version_opens(&site, &load.accounts()).await;
    println!(
        "{rounds} kills: {writes} writes and {reveals} reveals acknowledged, {cut_off} requests cut off, none lost; \
         slowest start {slowest:?}"
    );
    assert!(rounds <= writes && rounds <= reveals, "the load must be one");
    assert!(0 < cut_off, "no kill hit anything that was running");
}

fn rounds() -> usize {
    let wanted = std::env::var("PORTCULLIS_KILL_ROUNDS").ok();
    wanted.map_or(25, |text| {
        text.parse().expect("PORTCULLIS_KILL_ROUNDS is a number")
    })
}

/// Some time between the first request and half a second.
fn random_moment() -> Duration {
    Duration::from_millis(20 + random() % 480)
}

fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

async fn checkpoint(site: &Site) -> i64 {
    let seq = site
        .server
        .installation
        .texts("SELECT CAST(MAX(seq) AS TEXT) FROM audit")
        .await;
    seq[0].parse().unwrap()
}

/// Every write by value, every reveal by its entry.
async fn assert_all_there(site: &Site, log: &Acknowledged, round: usize) {
    let accounts: std::collections::BTreeSet<_> = log.writes.iter().map(|write| &write.account).collect();
    for write in &log.writes {
        let found = reveal(&site.api, &write.account, Some(write.version)).await;
        assert_eq!(
            found.as_ref(),
            Ok(&write.password),
            "round {round}: a write is lost"
        );
    }
    for account in accounts {
        let last = log
            .writes
            .iter()
            .rev()
            .find(|write| write.account == *account)
            .expect("it was written");
        let current = reveal(&site.api, account, None).await.expect("the account opens");
        // What was sent and not answered may have arrived.
        let may_be = current == last.password || log.sent.contains(&current);
        assert!(may_be, "round {round}: {account} went back to an older password");
    }
    let reasons = site
        .server
        .installation
        .texts("SELECT reason FROM audit WHERE reason <> ''")
        .await;
    let reasons: std::collections::HashSet<_> = reasons.into_iter().collect();
    for reason in &log.reveals {
        assert!(
            reasons.contains(reason),
            "round {round}: the entry of `{reason}` is lost"
        );
    }
}

async fn assert_nothing_half_done(site: &Site, round: usize) {
    let queries = [
        (
            "an account without its current version",
            "SELECT a.name FROM accounts a \
             WHERE a.version <> COALESCE((SELECT MAX(v.number) FROM versions v WHERE v.account_id = a.id), 0)",
        ),
        (
            "a gap between versions",
            "SELECT a.name FROM accounts a \
             WHERE a.version <> (SELECT COUNT(*) FROM versions v WHERE v.account_id = a.id)",
        ),
        (
            "a version without its audit entry",
            "SELECT a.name FROM accounts a WHERE a.version <> (SELECT COUNT(*) FROM audit e \
             WHERE e.subject_id = a.id AND e.digest IS NOT NULL AND e.outcome = 'succeed')",
        ),
    ];
    for (what, query) in queries {
        let found = site.server.installation.texts(query).await;
        assert!(found.is_empty(), "round {round}: {what}: {found:?}");
    }
}

async fn assert_trail_is_whole(site: &Site, seq_before: &i64, round: usize) {
    let verified = site.api.get("/api/v2/audit/verify").await.expect(200).body;
    assert_eq!(verified["problems"], json!([]), "round {round}");
    assert!(
        *seq_before <= verified["entries"].as_i64().unwrap_or_default(),
        "round {round}: the end is cut off"
    );
}

async fn assert_every_version_opens(site: &Site, accounts: &[String]) {
    for account in accounts {
        let path = format!("/api/v2/accounts/{account}/versions");
        let versions = site.api.get(&path).await.expect(200).body;
        for version in versions["items"].as_array().expect("a list") {
            let number = version["number"].as_u64().expect("a number");
            reveal(&site.api, account, Some(number))
                .await
                .expect("every version opens");
        }
    }
}

/// The password, or what the server said instead.
async fn reveal(api: &Api, account: &str, version: Option<u64>) -> Result<String, Value> {
    let path = format!("/api/v2/accounts/{account}/reveal");
    let body = json!({ "reason": "", "version": version });
    let answer = api
        .send(Method::POST, &path, Some(&body))
        .await
        .expect("the server answers");
    if answer.status == 200 {
        Ok(answer.text("password"))
    } else {
        Err(answer.body)
    }
}
