//! Whether the time of a wrong sign-in tells if a name is known: Welch's t over samples taken in turn.

use std::time::Instant;

use anyhow::{Result, ensure};
use portcullis_model::{Role, Secret};
use portcullis_ops::sign_in::PasswordStep;
use portcullis_ops::users;
use portcullis_testkit::World;

const SAMPLES: usize = 2_000;

/// Of all samples, the share that is looked at; the slowest are those that something else got in the way of.
const KEPT: usize = 95;

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        // With the cheapest Argon2id, so that it hides nothing.
        let world = World::new().await;
        world.user("alice", Role::PasswordUser).await;
        let locked = world.user("lou", Role::PasswordUser).await;
        world.invite("ida", Role::PasswordUser).await;
        let administrator = world.administrator().await;
        let lock = users::Lock {
            id: locked.id,
            reason: String::new(),
        };
        world.gate.write(&administrator.caller, lock).await?;

        let names = ["nobody", "alice", "lou", "ida"];
        let mut times: [Vec<f64>; 4] = Default::default();
        for _ in 0..SAMPLES {
            // Nobody has to wait because of the guesses before.
            world.clock.advance(std::time::Duration::from_hours(1));
            for (name, times) in names.iter().zip(&mut times) {
                let token = world.begin(&world.gate, name).await;
                let started = Instant::now();
                let step = world
                    .prove_password(&world.gate, &token, &Secret::new("not the password"))
                    .await?;
                times.push(started.elapsed().as_secs_f64() * 1e6);
                ensure!(matches!(step, PasswordStep::Wrong), "{name} is not simply wrong");
            }
        }
        let most = limit(&times);
        let kept = times.map(|times| times.into_iter().filter(|took| *took <= most).collect::<Vec<_>>());
        println!("a wrong password             mean us   t against an unknown name (goal: |t| < 4.5)");
        for (what, times) in ["unknown", "known", "locked", "invited"].iter().zip(&kept) {
            println!(
                "  {what:<25} {:>9.1}   {:>6.2}",
                mean(times),
                welch(times, &kept[0])
            );
        }
        Ok(())
    })
}

fn limit(times: &[Vec<f64>]) -> f64 {
    let mut all: Vec<f64> = times.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    all[all.len() * KEPT / 100]
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / count(of)
}

fn count(of: &[f64]) -> f64 {
    f64::from(u32::try_from(of.len()).expect("some thousand samples"))
}

/// The difference of two means in units of its own standard error.
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let share = |of: &[f64]| {
        let mean = mean(of);
        let squares: f64 = of.iter().map(|took| (took - mean).powi(2)).sum();
        squares / (count(of) - 1.0) / count(of)
    };
    (mean(one) - mean(other)) / (share(one) + share(other)).sqrt()
}
