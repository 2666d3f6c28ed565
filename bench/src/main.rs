//! The benchmarks: every figure beside what it is held against, measured in turn in one run.

mod calls;
mod fill;
mod latency;
mod load;
mod names;
mod preview;
mod reveal;
mod search;
mod sign_in;
mod start;

use std::path::PathBuf;

use anyhow::{Result, bail};

// As in the product.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

const HELP: &str = "Examples:
  cargo xtask bench                  all of them, about four minutes
  cargo xtask bench reveal search    only these

Names: reveal, sign-in, names, search, preview, start; and calls, which takes SIPp and seven minutes and runs only by name.
PORTCULLIS_TEST_DATABASE=postgres takes PostgreSQL for reveal and search.";

fn main() -> Result<()> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    if names.iter().any(|name| name == "--help") {
        println!("{HELP}");
        return Ok(());
    }
    if let [name, port, packets] = names.as_slice()
        && name == calls::VOICES_NAME
    {
        return calls::answer(port.parse()?, packets.parse()?);
    }
    if names.is_empty() {
        names = ["reveal", "sign-in", "names", "search", "preview", "start"]
            .map(str::to_owned)
            .to_vec();
    }
    machine();
    for name in &names {
        println!();
        match name.as_str() {
            "reveal" => reveal::run()?,
            "sign-in" => sign_in::run()?,
            "names" => names::run()?,
            "search" => search::run()?,
            "preview" => preview::run()?,
            "start" => start::run(&binary()?)?,
            "calls" => calls::run()?,
            other => bail!("there is no benchmark `{other}`\n{HELP}"),
        }
    }
    Ok(())
}

fn machine() {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let busy: f64 = load
        .split(' ')
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0);
    println!(
        "{processors} processors, {:?}, load before: {busy}",
        portcullis_testkit::dialect()
    );
    if 0.5 < busy {
        println!("The machine was busy: read the ratios, not the figures.");
    }
}

/// The server, built beside this program.
fn binary() -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name("portcullis");
    if !path.exists() {
        bail!(
            "{} is not there; run `cargo xtask bench`, which builds it",
            path.display()
        );
    }
    Ok(path)
}

/// The middle of a few measurements.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
