//! Every operation is in the catalog, under a name of the form noun.verb.

use std::collections::BTreeMap;

use super::Problem;
use super::tree::{File, Tree};

const CATALOG: &str = "crates/ops/src/catalog.rs";
const KINDS: [&str; 4] = ["Operation", "Read", "Remote", "Write"];

struct Operation<'a> {
    path: &'a str,
    line: usize,
    type_name: &'a str,
    name: String,
}

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let files = tree
        .rust()
        .filter(|file| file.path.starts_with("crates/ops/src/") && !file.is_for_tests());
    let operations: Vec<_> = files.flat_map(operations).collect();
    let catalog = tree.find(CATALOG);
    let mut lines = BTreeMap::new();
    let mut problems = Vec::new();
    for operation in &operations {
        let mut add = |text| problems.push(Problem::new(operation.path, operation.line, text));
        if !is_noun_and_verb(&operation.name) {
            add(format!(
                "`{}` has not the form noun.verb; rename it",
                operation.name
            ));
        }
        if !catalog.is_some_and(|catalog| lists(catalog, operation, &operations)) {
            add(format!(
                "`{}` is not in the catalog; add it to {CATALOG}",
                operation.name
            ));
        }
        if let Some(first) = lines.insert(&operation.name, operation.path) {
            add(format!(
                "`{}` is already the name of an operation in {first}; choose another",
                operation.name
            ));
        }
    }
    problems
}

fn operations(file: &File) -> Vec<Operation<'_>> {
    let mut found = Vec::new();
    let mut current = None;
    for (line, code) in file.code() {
        if let Some(implementation) = code.trim_start().strip_prefix("impl") {
            current = implemented(implementation);
        }
        let (Some(type_name), true) = (current, code.trim_start().starts_with("const NAME: &")) else {
            continue;
        };
        if let Some((_, name)) = file.rust.strings.iter().find(|(at, _)| *at == line) {
            found.push(Operation {
                path: &file.path,
                line,
                type_name,
                name: name.clone(),
            });
        }
    }
    found
}

/// Returns the type of `impl Operation for Type {`.
fn implemented(implementation: &str) -> Option<&str> {
    let (before, after) = implementation.split_once(" for ")?;
    let kind = before
        .rsplit(|letter: char| !is_word(letter))
        .find(|word| !word.is_empty())?;
    if !KINDS.contains(&kind) && !kind.ends_with("Operation") {
        return None;
    }
    after
        .split(|letter: char| !is_word(letter))
        .find(|word| !word.is_empty())
}

/// The catalog names an operation by its name or by its type. Types of the same name must be there as often as they exist.
fn lists(catalog: &File, operation: &Operation<'_>, all: &[Operation<'_>]) -> bool {
    if catalog
        .rust
        .strings
        .iter()
        .any(|(_, text)| *text == operation.name)
    {
        return true;
    }
    let code = catalog
        .code()
        .filter(|(_, line)| !line.trim_start().starts_with("use "));
    let listed = code.flat_map(|(_, line)| line.split(|letter: char| !is_word(letter)));
    let listed = listed.filter(|word| *word == operation.type_name).count();
    let wanted = all
        .iter()
        .filter(|other| other.type_name == operation.type_name)
        .count();
    wanted <= listed
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn is_noun_and_verb(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_lowercase())
            && part
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
    };
    name.split_once('.')
        .is_some_and(|(noun, verb)| is_part(noun) && is_part(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADD: &str = "impl Operation for Add {\n    const NAME: &'static str = \"account.add\";\n}\n";

    fn problems(operation: &str, catalog: &str) -> Vec<Problem> {
        check(&Tree::of(&[
            ("crates/ops/src/accounts/add.rs", operation),
            (CATALOG, catalog),
        ]))
    }

    #[test]
    fn an_operation_that_is_not_in_the_catalog_fails() {
        let problems = problems(
            ADD,
            "use crate::accounts::add::Add;\npub const ALL: [&str; 0] = [];\n",
        );

        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].line, 2);
    }

    #[test]
    fn an_operation_is_found_by_its_name_or_its_type() {
        assert!(problems(ADD, "pub const ALL: [&str; 1] = [\"account.add\"];").is_empty());
        assert!(problems(ADD, "entry::<accounts::Add>()").is_empty());
    }

    #[test]
    fn two_types_of_one_name_must_both_be_listed() {
        let other = ADD.replace("account.add", "user.add");
        let files = |catalog| {
            check(&Tree::of(&[
                ("crates/ops/src/accounts/add.rs", ADD),
                ("crates/ops/src/users/add.rs", &other),
                (CATALOG, catalog),
            ]))
            .len()
        };

        assert_eq!(files("entry::<accounts::Add>()"), 2);
        assert_eq!(files("entry::<accounts::Add>(); entry::<users::Add>()"), 0);
    }

    #[test]
    fn a_name_without_a_verb_fails() {
        let operation = ADD.replace("account.add", "AddAccount");

        assert_eq!(problems(&operation, "Add").len(), 1);
    }

    #[test]
    fn a_name_used_twice_fails() {
        assert_eq!(
            problems(
                &format!("{ADD}{}", ADD.replace("Add", "AddAgain")),
                "\"account.add\""
            )
            .len(),
            1
        );
    }

    #[test]
    fn names_of_other_things_are_not_operations() {
        let job = "impl Job for Expire {\n    const NAME: &'static str = \"expire\";\n}\n";

        assert!(problems(job, "").is_empty());
    }
}
