//! The dependency table of ARCHITECTURE.md and the manifests agree.

use std::collections::BTreeMap;

use super::Problem;
use super::manifest::{self, Kind, Manifest};
use super::tree::Tree;

const DOCUMENT: &str = "ARCHITECTURE.md";
/// Only `store` may talk to the vault, and the phone agent to its own database.
const DATABASE_DRIVERS: [&str; 3] = ["libsqlite3-sys", "rusqlite", "sqlx"];

struct Row {
    line: usize,
    may: May,
}

enum May {
    All,
    AllBut(Vec<String>),
    Only(Vec<String>),
}

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(document) = tree.find(DOCUMENT) else {
        return Vec::new();
    };
    let table = table(&document.text);
    if table.is_empty() {
        let text = "no table `Crate | Purpose | May depend on` under `## Crates`; add it";
        return vec![Problem::new(DOCUMENT, 1, text)];
    }
    let mut problems = Vec::new();
    let mut crates: Vec<_> = tree
        .crates()
        .into_iter()
        .map(|name| (name, format!("crates/{name}/Cargo.toml")))
        .collect();
    crates.push(("xtask", "xtask/Cargo.toml".to_owned()));
    for (name, row) in &table {
        if !crates.iter().any(|(known, _)| known == name) {
            problems.push(Problem::new(
                DOCUMENT,
                row.line,
                format!("there is no crate `{name}`; remove the row"),
            ));
        }
    }
    for (name, path) in crates {
        let Some(file) = tree.find(&path) else { continue };
        let manifest = manifest::parse(&file.text);
        if manifest.package != package_of(name) {
            let text = format!(
                "the package is named `{}`; name it `{}`",
                manifest.package,
                package_of(name)
            );
            problems.push(Problem::new(&path, 1, text));
        }
        match table.get(name) {
            Some(row) => problems.extend(check_crate(name, &path, &manifest, row)),
            None => problems.push(Problem::new(
                &path,
                1,
                format!("`{name}` has no row in {DOCUMENT}; add one"),
            )),
        }
    }
    problems
}

fn check_crate(name: &str, path: &str, manifest: &Manifest, row: &Row) -> Vec<Problem> {
    let mut problems = Vec::new();
    for dependency in manifest
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == Kind::Normal)
    {
        let package = dependency.package.as_str();
        if DATABASE_DRIVERS.contains(&package) && !["store", "testkit", "phone-agent"].contains(&name) {
            let text = format!("only `store` depends on `{package}`; put the query there");
            problems.push(Problem::new(path, dependency.line, text));
        }
        let Some(other) = crate_of(package) else { continue };
        if other == "testkit" {
            let text = "`testkit` is for tests; move it to [dev-dependencies]";
            problems.push(Problem::new(path, dependency.line, text));
        } else if !row.allows(other) {
            let text = format!(
                "`{name}` may not depend on `{other}` (table in {DOCUMENT}); move the code or argue for the edge"
            );
            problems.push(Problem::new(path, dependency.line, text));
        }
    }
    problems
}

impl Row {
    fn allows(&self, other: &str) -> bool {
        match &self.may {
            May::All => true,
            May::AllBut(names) => !names.iter().any(|name| name == other),
            May::Only(names) => names.iter().any(|name| name == other),
        }
    }
}

/// Returns the folder name of one of our packages.
fn crate_of(package: &str) -> Option<&str> {
    match package {
        "portcullis" | "xtask" => Some(package),
        _ => package.strip_prefix("portcullis-"),
    }
}

fn package_of(name: &str) -> String {
    match name {
        "portcullis" | "xtask" => name.to_owned(),
        _ => format!("portcullis-{name}"),
    }
}

fn table(document: &str) -> BTreeMap<String, Row> {
    let lines = document
        .lines()
        .enumerate()
        .skip_while(|(_, line)| line.trim() != "## Crates")
        .skip(1);
    let section = lines.take_while(|(_, line)| !line.starts_with("## "));
    section.filter_map(|(index, line)| row(index + 1, line)).collect()
}

fn row(line: usize, text: &str) -> Option<(String, Row)> {
    let cells: Vec<_> = text
        .trim()
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .map(str::trim)
        .collect();
    let [name, _, may] = cells[..] else { return None };
    let name = name.strip_prefix('`')?.strip_suffix('`')?;
    let may = may.replace('`', "");
    let may = match may.strip_prefix("all but ") {
        Some(names) => May::AllBut(list(names)),
        None if may == "all" => May::All,
        None => May::Only(list(&may)),
    };
    Some((name.to_owned(), Row { line, may }))
}

/// Reads `model, crypto`; a dash is the empty list, and a remark in brackets is not read.
fn list(names: &str) -> Vec<String> {
    let names = names.split('(').next().unwrap_or_default();
    let names = names
        .split(',')
        .map(str::trim)
        .filter(|name| !["", "–", "-"].contains(name));
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "## Crates\n\n| Crate | Purpose | May depend on |\n|---|---|---|\n\
        | `model` | words | – |\n| `store` | SQL | model |\n| `http` | pages | model, ops |\n\
        | `portcullis` | binary | all |\n| `testkit` | tests | all but `portcullis` |\n";

    fn check_manifest(name: &str, dependencies: &str) -> Vec<String> {
        let package = package_of(name);
        let manifest = format!("[package]\nname = \"{package}\"\n[dependencies]\n{dependencies}\n");
        let path = format!("crates/{name}/Cargo.toml");
        let tree = Tree::of(&[(DOCUMENT, TABLE), (&path, &manifest)]);
        let problems = check(&tree).into_iter().filter(|problem| problem.path == path);
        problems.map(|problem| problem.text).collect()
    }

    #[test]
    fn a_crate_that_reaches_where_it_may_not_fails() {
        assert!(check_manifest("http", "portcullis-ops.workspace = true").is_empty());
        assert!(
            check_manifest("http", "portcullis-store.workspace = true")[0]
                .contains("may not depend on `store`")
        );
        assert!(check_manifest("testkit", "portcullis.workspace = true")[0].contains("may not depend"));
    }

    #[test]
    fn testkit_is_only_ever_a_dev_dependency() {
        assert!(
            check_manifest("portcullis", "portcullis-testkit.workspace = true")[0]
                .contains("dev-dependencies")
        );
        assert!(
            check_manifest("http", "[dev-dependencies]\nportcullis-testkit.workspace = true").is_empty(),
            "as a dev-dependency it is welcome"
        );
    }

    #[test]
    fn a_database_driver_outside_store_fails() {
        assert!(check_manifest("store", "rusqlite.workspace = true").is_empty());
        assert_eq!(check_manifest("http", "sqlx.workspace = true").len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_fails() {
        assert!(check_manifest("ssh", "")[0].contains("no row"));
    }

    #[test]
    fn a_row_without_a_crate_fails() {
        let tree = Tree::of(&[(DOCUMENT, TABLE)]);

        let problems = check(&tree);

        assert_eq!(problems.len(), 5);
        assert_eq!(problems[0].line, 7);
    }

    #[test]
    fn a_document_without_the_table_fails() {
        assert_eq!(check(&Tree::of(&[(DOCUMENT, "# Architecture\n")])).len(), 1);
    }
}
