//! Whole sign-ins, password and code, against nothing but Argon2id at the same parameters.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portcullis_crypto::{Key, PasswordHasher};
use portcullis_model::{Role, Secret};
use portcullis_ops::sign_in::FactorStep;
use portcullis_ops::{Gate, OpError, Tools};
use portcullis_testkit::{Person, World};
use tokio::task::JoinSet;

use crate::median;

const PEOPLE: usize = 48;
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(4);

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let mut world = World::new().await;
        let tools = Tools {
            hasher: PasswordHasher::new(),
            ..world.tools()
        };
        world.gate = Gate::open(world.store.clone(), &world.slot, tools).await?;
        let world = Arc::new(world);
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            people.push(Arc::new(
                world.user(&format!("person-{number}"), Role::PasswordUser).await,
            ));
        }
        let (mut whole, mut raw) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            raw.push(tokio::task::spawn_blocking(argon2_alone).await??);
            whole.push(sign_ins(&world, &people).await?);
        }
        let codes = codes_alone(&world, &people).await?;
        let (whole, raw) = (median(whole), median(raw));
        println!("sign-in                per second");
        println!("  Argon2id alone       {raw:>10.1}");
        println!(
            "  password and code    {whole:>10.1}   ratio {:.2} (goal: at least 0.95)",
            whole / raw
        );
        println!("  code alone           {codes:>10.1}   (goal: at least 5,000)");
        Ok(())
    })
}

/// Everybody signs in; then the clock moves on, so that their next code is a new one.
async fn sign_ins(world: &Arc<World>, people: &[Arc<Person>]) -> Result<f64> {
    let started = Instant::now();
    let mut count = 0.0;
    while started.elapsed() < SPAN {
        world.clock.advance(Duration::from_mins(1));
        let mut tasks = JoinSet::new();
        for person in people {
            let (world, person) = (Arc::clone(world), Arc::clone(person));
            tasks.spawn(async move {
                let token = world.pass_password(&world.gate, &person).await;
                let code = person.code(&world);
                world.prove_factor(&world.gate, &token, &code).await
            });
        }
        count += passed(tasks).await?;
    }
    Ok(count / started.elapsed().as_secs_f64())
}

/// Counts those who came in, which must be all.
async fn passed(mut tasks: JoinSet<Result<FactorStep, OpError>>) -> Result<f64> {
    let mut count = 0.0;
    while let Some(done) = tasks.join_next().await {
        if !matches!(done??, FactorStep::Passed { .. }) {
            bail!("a right code was refused");
        }
        count += 1.0;
    }
    Ok(count)
}

/// Only the step after the password: take it once, then give codes in many logins.
async fn codes_alone(world: &Arc<World>, people: &[Arc<Person>]) -> Result<f64> {
    let (mut spent, mut count) = (Duration::ZERO, 0.0);
    for _ in 0..3 {
        world.clock.advance(Duration::from_mins(1));
        let mut logins = Vec::new();
        for person in people {
            logins.push((Arc::clone(person), world.pass_password(&world.gate, person).await));
        }
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for (person, token) in logins {
            let world = Arc::clone(world);
            tasks.spawn(async move {
                let code = person.code(&world);
                world.prove_factor(&world.gate, &token, &code).await
            });
        }
        count += passed(tasks).await?;
        spent += started.elapsed();
    }
    Ok(count / spent.as_secs_f64())
}

/// One thread a processor does nothing but check a password.
fn argon2_alone() -> Result<f64> {
    let hasher = PasswordHasher::new();
    let pepper = Key::from_bytes([7; 32]);
    let password = Secret::new("lamp copper orbit thistle");
    let stored = hasher.hash(1, &pepper, &password, &portcullis_testkit::SeededChance::new(1));
    let processors = std::thread::available_parallelism()?.get();
    let (stop, count) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    assert!(hasher.verify(&stored, |_| Some(pepper.clone()), &password));
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(SPAN);
        stop.store(true, Ordering::Relaxed);
    });
    let count = u32::try_from(count.into_inner()).context("too many")?;
    Ok(f64::from(count) / started.elapsed().as_secs_f64())
}
