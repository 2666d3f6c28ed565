use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::kill::{random, reveal};
use crate::site::{Site, alone};

const KILLS: usize = 10;
/// More than one batch of the rotation.
const VERSIONS: usize = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_is_killed_again_and_again_comes_to_its_end() {
    let _quiet = alone().await;
    let site = Site::new().await;
    let accounts = fill(&site).await;
    // A kill during the start of the command would hit nothing, so the moments lie between start and end.
    let start = time(&site, &["key", "status"]).await;
    let end = time(&site, &["key", "rotate"]).await;
    let mut hits = 0;
    for _ in 0..KILLS {
        let mut rotation = site.server.installation.command(&["key", "rotate"]);
        let mut rotation = rotation
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(start + end.saturating_sub(start).mul_f64(fraction())).await;
        let ended = rotation.try_wait().unwrap();
        rotation.kill().unwrap();
        rotation.wait().unwrap();
        let open = "SELECT phase FROM key_rotations WHERE finished_at IS NULL";
        let open = site.server.installation.texts(open).await;
        hits += usize::from(ended.is_none() && !open.is_empty());
        let account = &accounts[usize::try_from(random() % 100).unwrap()];
        assert_eq!(
            reveal(&site.api, &account.0, None).await.as_ref(),
            Ok(&account.1),
            "while it is half rotated"
        );
    }

    let output = site.server.installation.run(&["key", "rotate"]).await;

    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (account, password) in &accounts {
        assert_eq!(reveal(&site.api, account, None).await.as_ref(), Ok(password));
    }
    let kinds = "SELECT DISTINCT CAST(kek_version AS TEXT) FROM versions";
    assert_eq!(
        site.server.installation.texts(kinds).await.len(),
        1,
        "all are under one key"
    );
    let open = "SELECT phase FROM key_rotations WHERE finished_at IS NULL";
    assert!(site.server.installation.texts(open).await.is_empty());
    let verified = site.server.installation.run(&["audit", "verify"]).await;
    assert_eq!(
        verified.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&verified.stdout)
    );
    println!(
        "{KILLS} kills of a rotation, {hits} in the middle; {} values open under one key",
        accounts.len()
    );
    assert!(0 < hits, "no kill hit a running rotation");
}

/// How long a command takes that nobody disturbs.
async fn time(site: &Site, arguments: &[&str]) -> Duration {
    // monotonic: only the difference is used.
    let begin = Instant::now();
    let output = site.server.installation.run(arguments).await;
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    begin.elapsed()
}

/// Between 0 and 1.
fn fraction() -> f64 {
    f64::from(u32::try_from(random() % 1000).expect("it is below 1000")) / 1000.0
}

async fn fill(site: &Site) -> Vec<(String, String)> {
    let resource = site.api.add_resource("db-prod-01").await;
    let mut adding = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (api, resource) = (site.api.clone(), resource.clone());
        adding.spawn(async move {
            let mut accounts = Vec::new();
            for number in 0..VERSIONS / 8 {
                let password = format!("Sealed-{worker}-{number}-quite-long");
                let name = format!("account{worker}-{number}");
                accounts.push((api.add_account(&resource, &name, &password).await, password));
            }
            accounts
        });
    }
    adding.join_all().await.concat()
}
