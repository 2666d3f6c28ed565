use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use portcullis_model::{AccountRight, Scope};
use portcullis_ops::{Audit, CATALOG, Right};

fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_operation_is_in_the_catalog() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let written: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| {
            line.trim()
                .strip_prefix("const NAME: &'static str = \"")?
                .strip_suffix("\";")
        })
        .collect();
    let implemented = texts
        .iter()
        .map(|text| text.matches("\nimpl Operation for ").count())
        .sum::<usize>();

    let listed: BTreeSet<&str> = CATALOG.iter().map(|operation| operation.name).collect();

    assert_eq!(listed, written);
    assert_eq!(CATALOG.len(), implemented);
    assert_eq!(listed.len(), CATALOG.len(), "two operations have the same name");
}

#[test]
fn operations_are_named_noun_dot_verb() {
    for operation in CATALOG {
        let word = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let (noun, verb) = operation.name.split_once('.').unwrap();
        assert!(word(noun) && word(verb), "{}", operation.name);
    }
}

#[test]
fn whatever_changes_something_is_on_record() {
    // What follows from a request rather than being one, and what anybody can send a million of.
    let silent = [
        "call.close",
        "call.decide",
        "call.note",
        "call.take",
        "factor.call",
        "job.sweep",
        "key.rewrap_batch",
        "key.verify_batch",
        "login.begin",
        "login.begin_set_up",
        "login.call_set_up",
        "login.cancel",
        "login.more_time",
        "login.time_out",
        "login.challenge",
        "login.choose_method",
        "login.forgot_password",
        "login.offer_passkey",
        "mail.send_next",
        "policy.apply_due",
        "session.ask",
        "session.touch",
    ];
    for operation in CATALOG.iter().filter(|operation| operation.kind != "read") {
        let recorded = operation.audit == Audit::Always;
        assert_eq!(recorded, !silent.contains(&operation.name), "{}", operation.name);
    }
}

#[test]
fn whatever_gives_a_secret_away_is_on_record_and_needs_a_scope_of_its_own() {
    for name in ["account.reveal_password", "account.copy_password"] {
        let operation = CATALOG.iter().find(|operation| operation.name == name).unwrap();
        assert_eq!((operation.scope, operation.audit), (Scope::Reveal, Audit::Always));
        assert_eq!(operation.right, Right::OnAccount(AccountRight::View));
    }
    let others = CATALOG
        .iter()
        .filter(|operation| operation.scope == Scope::Reveal)
        .count();
    assert_eq!(others, 2);
}
