//! Only the gate begins a transaction.

use super::Problem;
use super::tree::Tree;

const CALLS: [&str; 2] = [".begin_read(", ".begin_write("];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in tree
        .rust()
        .filter(|file| !may_begin(&file.path) && !file.is_for_tests())
    {
        for (line, code) in file.code() {
            if CALLS.iter().any(|call| code.contains(call)) {
                let text = "a transaction begins outside the gate; make this an operation";
                problems.push(Problem::new(&file.path, line, text));
            }
        }
    }
    problems
}

fn may_begin(path: &str) -> bool {
    let places = ["crates/ops/src/gate.rs", "crates/ops/src/gate/", "crates/store/"];
    places.iter().any(|place| path.starts_with(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str) -> usize {
        check(&Tree::of(&[(path, "let tx = store.begin_write().await?;\n")])).len()
    }

    #[test]
    fn a_transaction_begun_elsewhere_fails() {
        assert_eq!(count("crates/ops/src/accounts/add.rs"), 1);
        assert_eq!(count("crates/portcullis/src/serve.rs"), 1);
    }

    #[test]
    fn the_gate_the_store_and_tests_may() {
        assert_eq!(count("crates/ops/src/gate.rs"), 0);
        assert_eq!(count("crates/store/src/lib.rs"), 0);
        assert_eq!(count("crates/ops/tests/it/gate.rs"), 0);
        assert_eq!(count("crates/testkit/src/world.rs"), 0);
    }
}
