//! Where settings come from, and what is said about them.

use std::fs;
use std::process::{Command, Output};

use portcullis_testkit::server::Installation;

use crate::site::BINARY;

/// A command of the binary with nothing but an environment of its own.
fn bare(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env_clear()
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path());
    command
}

fn both(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The line of `config show --origin` about a setting such as `listen`.
fn line(output: &Output, name: &str) -> String {
    let text = both(output);
    let line = text.lines().find(|line| line.starts_with(&format!("{name} =")));
    line.unwrap_or_else(|| panic!("`{name}` is missing in: {text}"))
        .to_owned()
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    let show = |file: Option<&std::path::Path>, environment: Option<&str>, flag: Option<&str>| {
        let mut command = bare(&folder);
        command.args(["config", "show", "--origin"]);
        command.args(
            file.iter()
                .flat_map(|file| ["--config".as_ref(), file.as_os_str()]),
        );
        command.envs(environment.map(|value| ("PORTCULLIS_SERVER__NAME", value)));
        command.args(
            flag.iter()
                .flat_map(|value| ["--set".to_owned(), format!("server.name={value}")]),
        );
        line(&command.output().unwrap(), "name")
    };
    fs::write(&file, "[server]\nname = \"of the file\"\n").unwrap();

    assert_eq!(show(None, None, None), "name = \"Portcullis\"  # default");
    assert_eq!(
        show(Some(&file), None, None),
        format!("name = \"of the file\"  # in {}", file.display())
    );
    assert_eq!(
        show(Some(&file), Some("of the environment"), None),
        "name = \"of the environment\"  # in the environment as PORTCULLIS_SERVER__NAME"
    );
    assert_eq!(
        show(Some(&file), Some("of the environment"), Some("of the flag")),
        "name = \"of the flag\"  # on the command line"
    );
}

#[test]
fn a_secret_can_come_from_a_file_of_its_own_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("url");
    fs::write(&secret, "postgres://app:hunter2canary@127.0.0.1:1/vault\n").unwrap();

    for arguments in [
        &["config", "show", "--origin"][..],
        &["config", "check"],
        &["doctor"],
        &["server"],
    ] {
        let output = bare(&folder)
            .args(arguments)
            .args(["--set", "server.listen=127.0.0.1:0"])
            .args([
                "--set",
                &format!("data.dir={}", folder.path().join("data").display()),
            ])
            .args([
                "--set",
                &format!("keys.file={}", folder.path().join("keys/key").display()),
            ])
            .env("PORTCULLIS_DATABASE__URL_FILE", &secret)
            .output()
            .unwrap();

        assert!(
            !both(&output).contains("hunter2canary"),
            "{arguments:?}: {}",
            both(&output)
        );
        if arguments[0] == "config" && arguments[1] == "show" {
            let line = line(&output, "url");
            assert!(line.contains("postgres://…@127.0.0.1:1/vault"), "{line}");
            assert!(line.contains("PORTCULLIS_DATABASE__URL_FILE"), "{line}");
        }
        if arguments == ["server"] {
            assert_eq!(
                output.status.code(),
                Some(1),
                "nobody answers there: {}",
                both(&output)
            );
        }
    }
}

#[test]
fn a_mistyped_setting_is_an_error_with_a_suggestion_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    fs::write(&file, "[server]\nlistn = \"[::]:1\"\n").unwrap();
    let in_flag = bare(&folder)
        .args(["config", "check", "--set", "server.listn=1"])
        .output()
        .unwrap();
    let in_environment = bare(&folder)
        .args(["config", "check"])
        .env("PORTCULLIS_SERVER__LISTN", "1")
        .output()
        .unwrap();
    let in_file = bare(&folder)
        .args(["config", "check", "--config"])
        .arg(&file)
        .output()
        .unwrap();

    for output in [in_flag, in_environment, in_file] {
        let text = both(&output);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains("did you mean `server.listen`?"), "{text}");
    }
}

#[test]
fn a_value_that_cannot_be_is_an_error_that_says_which_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("server.listen=nowhere", "must be ADDRESS:PORT"),
        ("server.base_url=http://x", "must begin with https://"),
        (
            "database.url=mysql://root:hunter2canary@db",
            "must begin with sqlite: or postgres://",
        ),
        ("tls.certificate=/x.pem", "tls.key"),
        ("log.format=xml", "must be auto, json or text"),
        ("nonsense", "must be NAME=VALUE"),
    ];

    for (assignment, words) in cases {
        for command in ["check", "show"] {
            let output = bare(&folder)
                .args(["config", command, "--set", assignment])
                .output()
                .unwrap();
            let text = both(&output);
            assert_eq!(output.status.code(), Some(2), "{assignment}: {text}");
            assert!(text.contains(words), "{assignment}: {text}");
            assert!(!text.contains("hunter2canary"), "{text}");
        }
    }
}

#[tokio::test]
async fn settings_that_are_right_are_called_so_and_nothing_is_made() {
    let installation = Installation::new(BINARY).await;

    let output = installation.run(&["config", "check"]).await;

    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    assert_eq!(both(&output), "The settings are valid.\n");
    assert!(!installation.data().exists());
    assert!(!installation.key().exists());
}

#[tokio::test]
async fn a_key_beside_the_data_does_not_pass_the_check() {
    let installation = Installation::new(BINARY).await;
    let installation = installation.with("keys.file", "data/../data/master.key");

    let output = installation.run(&["config", "check"]).await;

    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
    assert!(
        both(&output).contains("must not lie in the data folder"),
        "{}",
        both(&output)
    );
}
