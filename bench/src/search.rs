//! Lists and searches over 1,000 and over 100,000 accounts.

use std::time::Instant;

use anyhow::Result;
use portcullis_model::PageSize;
use portcullis_ops::accounts::List;
use portcullis_testkit::{Person, World};

use crate::fill::{fill, keyring};
use crate::latency::Latencies;

const SMALL: usize = 1_000;
const LARGE: usize = 100_000;
const SAMPLES: usize = 1_000;

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let (small, small_owner) = vault(SMALL).await?;
        let (large, large_owner) = vault(LARGE).await?;
        println!("search                     p50 ms          p99 ms");
        println!("                     1,000 100,000   1,000 100,000   p99 ratio (goal: at most 3)");
        let kinds: [(&str, &[&str]); 5] = [
            ("first page", &[""]),
            ("a common word", &["root"]),
            ("one resource", &["srv-00042", "srv-00117", "srv-00003"]),
            ("two words", &["deploy srv-0010", "admin srv-0015"]),
            ("nothing found", &["zebra-99", "no such thing"]),
        ];
        for (name, queries) in kinds {
            // In turn, so that whatever else the machine does hits both.
            let (mut of_small, mut of_large) = (Latencies::default(), Latencies::default());
            for sample in 0..SAMPLES {
                let query = queries[sample % queries.len()];
                one(&small, &small_owner, query, &mut of_small).await?;
                one(&large, &large_owner, query, &mut of_large).await?;
            }
            let (p50, p50_large) = (of_small.percentile(50), of_large.percentile(50));
            let (p99, p99_large) = (of_small.percentile(99), of_large.percentile(99));
            let ratio = p99_large / p99;
            println!("  {name:<17} {p50:>7.3} {p50_large:>7.3} {p99:>7.3} {p99_large:>7.3}   {ratio:.2}");
        }
        Ok(())
    })
}

async fn vault(accounts: usize) -> Result<(World, Person)> {
    let world = World::new().await;
    let owner = world.administrator().await;
    let keyring = keyring(&world.snapshot().await, &world.slot).await?;
    let now = world.gate.now();
    fill(&world.store, &keyring, &*world.chance, owner.id, accounts, now).await?;
    Ok((world, owner))
}

async fn one(world: &World, owner: &Person, query: &str, latencies: &mut Latencies) -> Result<()> {
    let list = List {
        query: query.to_owned(),
        kind: None,
        resource: None,
        after: None,
        size: PageSize::DEFAULT,
    };
    let started = Instant::now();
    world.gate.read(&owner.caller, list).await?;
    latencies.add(started);
    Ok(())
}
