//! Fifty secrets go through every door; afterwards they are searched for in everything that could be stolen.

mod canaries;
mod search;
mod walk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use portcullis_testkit::server::{Installation, Server, Signal};
use portcullis_testkit::{Dialect, dialect, skipped};
use tokio::time::timeout;

use crate::site::{BINARY, Site};
use canaries::Canaries;
use search::search;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_database_the_log_or_a_core_dump() {
    let site = Site::new().await;
    let sockets = sockets(&site.server);
    let mut canaries = Canaries::default();
    walk::walk(&site, &mut canaries).await;
    let of_canaries = canaries.len();
    walk::add_own_secrets(&site, &mut canaries);
    let Site {
        server,
        console,
        api,
        person,
    } = site;
    drop((console, api, person));
    until_closed(&server, sockets).await;

    let mut places = copy(&server).await;
    let core = dump(&server);
    places.extend(core.clone());

    assert!(50 <= of_canaries, "{of_canaries}");
    let found = search(&canaries, &places, server.installation.folder());
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    println!(
        "{of_canaries} canaries and {} secrets of the server's own, {} MiB searched: {} found",
        canaries.len() - of_canaries,
        places
            .iter()
            .map(|place| fs::metadata(place).unwrap().len())
            .sum::<u64>()
            >> 20,
        told.len()
    );
    assert!(told.is_empty(), "{} leaks:\n{}", told.len(), told.join("\n"));
    // What is looked for would be found: this is in each of them.
    let known = Canaries::known(&server, core.as_deref());
    for (places, text) in known {
        let found = search(&Canaries::of(&text), &places, server.installation.folder());
        assert!(!found.is_empty(), "the search is blind in {places:?}");
    }
}

#[tokio::test]
async fn a_crash_leaves_no_core_file_even_where_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = ["prlimit", "--core=unlimited:unlimited"];
    let control = Command::new(wanted[0])
        .args([wanted[1], "sh", "-c", "kill -ABRT $$"])
        .current_dir(folder.path())
        .status()
        .expect("prlimit is part of every Debian");
    assert!(!control.success());
    if cores(folder.path()).is_empty() {
        skip(
            "a_crash_leaves_no_core_file_even_where_they_are_wanted",
            "this machine writes no core files at all",
        );
        return;
    }
    let mut server = Server::serve(Installation::new(BINARY).await.through(&wanted)).await;

    server.signal(Signal::ABORT);
    let code = server.wait().await;

    assert_eq!(code, None, "a signal ended it");
    assert_eq!(cores(server.installation.folder()), Vec::<PathBuf>::new());
}

fn cores(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("core"))
        .collect()
}

/// The database, the log and the output, as a thief would copy them from the running server.
async fn copy(server: &Server) -> Vec<PathBuf> {
    let installation = &server.installation;
    let stolen = installation.folder().join("stolen");
    fs::create_dir(&stolen).unwrap();
    let mut places = Vec::new();
    let mut take = |name: &str, bytes: &[u8]| {
        let place = stolen.join(name);
        fs::write(&place, bytes).unwrap();
        places.push(place);
    };
    take("log", installation.log().as_bytes());
    match dialect() {
        Dialect::Postgres => take("rows", rows(installation).await.as_bytes()),
        Dialect::Sqlite => {
            for ending in ["", "-wal", "-shm"] {
                let path = format!("{}{ending}", installation.sqlite().display());
                take(&format!("database{ending}"), &fs::read(path).unwrap());
            }
        }
    }
    places
}

async fn rows(installation: &Installation) -> String {
    let tables =
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'";
    let mut text = String::new();
    for table in installation.texts(tables).await {
        for row in installation
            .texts(&format!("SELECT CAST(t AS TEXT) FROM {table} t"))
            .await
        {
            text.push_str(&row);
            text.push('\n');
        }
    }
    text
}

/// The memory of the running process; nothing, and a recorded skip, where it cannot be had.
fn dump(server: &Server) -> Option<PathBuf> {
    let stem = server.installation.folder().join("memory");
    let output = Command::new("gcore")
        .arg("-o")
        .arg(&stem)
        .arg(server.process_id().to_string())
        .output();
    let core = PathBuf::from(format!("{}.{}", stem.display(), server.process_id()));
    let why = match output {
        Err(error) => format!("gcore cannot be run: {error}"),
        Ok(output) if !core.exists() => String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; "),
        Ok(_) => return Some(core),
    };
    skip(
        "no_secret_is_in_the_database_the_log_or_a_core_dump (the core dump)",
        &why,
    );
    None
}

fn skip(test: &str, why: &str) {
    skipped(&format!("{test}: {why}"));
}

fn sockets(server: &Server) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", server.process_id())).unwrap();
    let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    links
        .filter(|link| link.to_string_lossy().starts_with("socket:"))
        .count()
}

/// Waits until the server has noticed that everybody has left.
async fn until_closed(server: &Server, before: usize) {
    let closing = async {
        while before < sockets(server) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), closing)
        .await
        .expect("the connections end when their clients go");
}
