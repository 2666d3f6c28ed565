//! The server and its commands: configuration, wiring, listeners.

mod cli;
mod commands;
mod config;
mod demo;
mod diagnostics;
mod harden;
mod listener;
mod logging;
mod open;
mod serve;
mod tls;
mod tools;

use std::process::ExitCode;

use clap::Parser;

// Whatever is freed is wiped first, so that no secret stays behind in memory that nobody holds any more.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    harden::process();
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .expect("nothing has chosen a TLS provider before");
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("portcullis: cannot start: {error}");
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("portcullis: {error:#}");
            ExitCode::from(cli::exit_code(&error))
        }
    }
}
