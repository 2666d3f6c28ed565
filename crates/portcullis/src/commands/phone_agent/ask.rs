//! Questions on the terminal.

use std::io::{BufRead, IsTerminal, Write, stdin};

use anyhow::bail;
use portcullis_model::Secret;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

/// Asks until something is typed that `read` takes. Nothing typed means `usual`, if there is one.
pub(super) fn ask<T>(
    question: &str,
    usual: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> anyhow::Result<T> {
    loop {
        match usual {
            Some(usual) => eprint!("{question} [{usual}]: "),
            None => eprint!("{question}: "),
        }
        let typed = line()?;
        let typed = match (typed.trim(), usual) {
            ("", Some(usual)) => usual,
            (typed, _) => typed,
        };
        match read(typed) {
            Ok(value) => return Ok(value),
            Err(problem) => eprintln!("  {problem}"),
        }
    }
}

/// Asks for something that nobody should see on the screen.
pub(super) fn secret(question: &str) -> anyhow::Result<Secret> {
    eprint!("{question}: ");
    std::io::stderr().flush()?;
    let terminal = stdin();
    let before = terminal.is_terminal().then(|| tcgetattr(&terminal)).transpose()?;
    if let Some(before) = &before {
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Now, &silent)?;
    }
    let typed = line();
    if let Some(before) = &before {
        tcsetattr(&terminal, OptionalActions::Now, before)?;
        eprintln!();
    }
    Ok(Secret::new(typed?.trim_end_matches(['\r', '\n'])))
}

fn line() -> anyhow::Result<String> {
    std::io::stderr().flush()?;
    let mut typed = String::new();
    if stdin().lock().read_line(&mut typed)? == 0 {
        bail!("the answers ended before the questions; nothing was changed");
    }
    Ok(typed)
}
