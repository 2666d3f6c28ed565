//! Only `store` contains SQL, and the store of the phone agent, whose database is another one.

use super::Problem;
use super::tree::{File, Tree};

/// Where it may stand.
const PLACES: [&str; 2] = ["crates/store/", "crates/phone-agent/src/store"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let files = tree.rust().filter(|file| {
        file.path.starts_with("crates/")
            && !PLACES.iter().any(|place| file.path.starts_with(place))
            && !file.is_for_tests()
    });
    files.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let strings = file
        .rust
        .strings
        .iter()
        .filter(|(line, text)| *line < file.tests_from && is_sql(text));
    let text = "SQL outside `store`; make it a function of the noun's module there";
    strings
        .map(|(line, _)| Problem::new(&file.path, *line, text))
        .collect()
}

fn is_sql(text: &str) -> bool {
    let shouted = [
        "SELECT ",
        "SELECT\n",
        "INSERT INTO",
        "DELETE FROM",
        "CREATE TABLE",
        "PRAGMA ",
    ];
    let murmured = ["select * from ", "insert into ", "create table ", "pragma "];
    let start = text.trim_start().to_ascii_lowercase();
    shouted.iter().any(|phrase| text.contains(phrase))
        || text
            .split_once("UPDATE ")
            .is_some_and(|(_, rest)| rest.contains("SET "))
        || murmured.iter().any(|phrase| start.starts_with(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_query_outside_store_fails() {
        let text = "fn f() {\n    query(\"UPDATE users\n SET name = $1\")\n}\n";

        let problems = check(&Tree::of(&[("crates/ops/src/users.rs", text)]));

        assert_eq!(problems[0].line, 2);
        assert_eq!(count("crates/ops/src/a.rs", "f(\"insert into t values (1)\")"), 1);
        assert_eq!(count("crates/http/src/a.rs", "f(r#\"SELECT 1\"#)"), 1);
    }

    #[test]
    fn store_tests_and_prose_are_free() {
        assert_eq!(count("crates/store/src/a.rs", "f(\"SELECT 1\")"), 0);
        assert_eq!(count("crates/ops/tests/it/a.rs", "f(\"SELECT 1\")"), 0);
        assert_eq!(
            count(
                "crates/ops/src/a.rs",
                "#[cfg(test)]\nmod tests {\n    const Q: &str = \"SELECT 1\";\n}"
            ),
            0
        );
        assert_eq!(
            count("crates/ops/src/a.rs", "f(\"select an account\") // SELECT \n"),
            0
        );
    }
}
