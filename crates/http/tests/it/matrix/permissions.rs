use std::collections::BTreeMap;

use portcullis_model::{AccountRight, Role, Scope};
use portcullis_ops::CATALOG;

/// `docs/permissions.md`, as it was reviewed.
pub(super) struct Permissions(BTreeMap<String, Row>);

/// One line of it: what an operation takes.
pub(super) struct Row {
    cells: BTreeMap<String, String>,
}

/// What the page says of a role.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Takes {
    No,
    /// This right on the thing.
    Shared(AccountRight),
    Yes,
}

impl Permissions {
    pub(super) fn read() -> Self {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
        let text = std::fs::read_to_string(page).unwrap();
        let mut lines = text.lines().filter(|line| line.starts_with('|')).map(cells);
        let heads = lines.next().unwrap();
        let rows = lines.skip(1).map(|cells| {
            let name = cells[0].trim_matches('`').to_owned();
            let cells = heads.iter().cloned().zip(cells).collect();
            (name, Row { cells })
        });
        Self(rows.collect())
    }

    #[track_caller]
    pub(super) fn of(&self, operation: &str) -> &Row {
        self.0
            .get(operation)
            .unwrap_or_else(|| panic!("{operation} is not in docs/permissions.md"))
    }
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

impl Row {
    pub(super) fn takes(&self, role: Role) -> Takes {
        match self.cells[role.label()].as_str() {
            "open" | "own" | "yes" => Takes::Yes,
            "no" => Takes::No,
            "shared" => Takes::Shared(self.cells["Needs"].split(' ').next().unwrap().parse().unwrap()),
            other => panic!("a role cannot be `{other}`"),
        }
    }

    /// The scope that a token needs, if a token can do it at all.
    pub(super) fn scope(&self) -> Option<Scope> {
        self.cells["Token"].parse().ok()
    }

    pub(super) fn needs_nothing(&self) -> bool {
        self.cells["Needs"] == "nothing"
    }

    pub(super) fn always_on_record(&self) -> bool {
        self.cells["Trail"] == "always"
    }
}

#[test]
fn the_page_tells_of_every_operation_and_of_no_other() {
    let page: Vec<String> = Permissions::read().0.into_keys().collect();

    let mut catalog: Vec<&str> = CATALOG.iter().map(|operation| operation.name).collect();
    catalog.sort_unstable();
    assert_eq!(page, catalog);
}
