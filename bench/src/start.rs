//! From the command to the first answer, and the memory of a server that waits.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portcullis_crypto::FileSlot;
use portcullis_model::{Chance, EmailChoice, PersonSetting, Role, Theme, Timestamp, UserId, UserState};
use portcullis_ops::Gate;
use portcullis_store::Store;
use portcullis_store::users::{self, User};
use portcullis_testkit::{SeededChance, World};
use uuid::Uuid;

use crate::fill::{fill, keyring};
use crate::median;

const LARGE: usize = 100_000;
const STARTS: usize = 7;

pub(crate) fn run(binary: &Path) -> Result<()> {
    let empty = tempfile::tempdir()?;
    let full = tempfile::tempdir()?;
    tokio::runtime::Runtime::new()?.block_on(prepare(full.path()))?;
    let first = start(binary, empty.path())?.0;
    let (mut of_empty, mut of_full, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (taken, idle) = start(binary, empty.path())?;
        of_empty.push(taken);
        memory.push(idle);
        of_full.push(start(binary, full.path())?.0);
    }
    println!("start to first answer          ms");
    println!("  the very first (keys, database, certificate) {first:>6.0}");
    println!(
        "  empty                {:>10.0}   (goal: at most 100)",
        median(of_empty)
    );
    println!(
        "  100,000 accounts     {:>10.0}   (goal: at most 300)",
        median(of_full)
    );
    println!(
        "idle memory, MB        {:>10.1}   (goal: at most 40)",
        median(memory)
    );
    Ok(())
}

async fn prepare(folder: &Path) -> Result<()> {
    let (data, keys) = (folder.join("data"), folder.join("keys"));
    std::fs::create_dir_all(&data)?;
    let chance = SeededChance::new(3);
    let slot = FileSlot::new(keys.join("master.key"));
    slot.create(&chance)?;
    let store = Store::open(&format!("sqlite:{}", data.join("portcullis.db").display())).await?;
    let world = World::new().await;
    Gate::open(store.clone(), &slot, world.tools()).await?;
    let keyring = keyring(&store.begin_read().await?, &slot).await?;
    let now = Timestamp::from_micros(1_790_000_000_000_000);
    let owner = UserId(Uuid::from_u128(u128::from_le_bytes(
        (&chance as &dyn Chance).bytes(),
    )));
    let user = User {
        id: owner,
        username: "owner".to_owned(),
        display_name: "Owner".to_owned(),
        email: String::new(),
        role: Role::PasswordAdministrator,
        state: UserState::Active,
        password_hash: None,
        epoch: 0,
        theme: Theme::System,
        created_at: now,
        last_sign_in_at: None,
        email2: String::new(),
        email_choice: EmailChoice::First,
        group: None,
        setting: PersonSetting::default(),
        skips: 0,
    };
    let tx = store.begin_write().await?;
    users::insert(&tx, &user).await?;
    tx.commit().await?;
    fill(&store, &keyring, &chance, owner, LARGE, now).await
}

/// Starts the server, waits for its first answer, lets it rest, and ends it. Milliseconds and megabytes.
fn start(binary: &Path, folder: &Path) -> Result<(f64, f64)> {
    let port = free_port()?;
    let started = Instant::now();
    let mut server = Command::new(binary)
        .arg("--set=server.listen=127.0.0.1:0")
        .arg(format!("--set=diagnostics.listen={port}"))
        .arg(format!("--set=data.dir={}", folder.join("data").display()))
        .arg(format!(
            "--set=keys.file={}",
            folder.join("keys/master.key").display()
        ))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} does not start", binary.display()))?;
    let measured = first_answer(port, started).and_then(|taken| {
        std::thread::sleep(Duration::from_millis(500));
        Ok((taken, memory(&server)?))
    });
    server.kill()?;
    server.wait()?;
    measured
}

fn first_answer(port: SocketAddr, started: Instant) -> Result<f64> {
    while started.elapsed() < Duration::from_secs(20) {
        if let Ok(mut stream) = TcpStream::connect(port) {
            stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            if answer.starts_with("HTTP/1.0 200") {
                return Ok(started.elapsed().as_secs_f64() * 1000.0);
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    bail!("no answer within 20 s")
}

/// Resident memory of a process, in MB.
fn memory(server: &Child) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}

fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
