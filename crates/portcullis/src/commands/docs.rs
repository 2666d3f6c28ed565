use portcullis_model::{Role, SystemRight};
use portcullis_ops::{Audit, CATALOG, Right};

use crate::cli::DocsPage;
use crate::config::documentation;

pub(super) fn run(page: DocsPage) {
    match page {
        DocsPage::Configuration => print!("{}", documentation()),
        DocsPage::Permissions => print_permissions(),
    }
}

/// Operation by role. Only rights on the product differ between roles; what is shared differs by person.
fn print_permissions() {
    println!(
        "# Permissions\n\nThis page is made by `cargo xtask generate` from the catalog of operations.\n"
    );
    println!("`own`: everybody signed in, on their own things and on what was shared with them.");
    println!("`shared`: whoever holds the right on the thing, as owner or by a grant.");
    println!("`token`: the scope that a personal token needs; `–` for a person at a browser only.\n");
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.label()).collect();
    println!(
        "| Operation | Kind | Needs | {} | Token | Trail |",
        roles.join(" | ")
    );
    println!("|---|---|---|{}---|---|", "---|".repeat(roles.len()));
    for listed in CATALOG {
        let cells: Vec<&str> = Role::ALL.iter().map(|role| cell(listed.right, *role)).collect();
        let token = if listed.tokens_may() {
            listed.scope.word()
        } else {
            "–"
        };
        let trail = match listed.audit {
            Audit::Always => "always",
            Audit::Remarks => "what it did",
            Audit::Refusals => "refusals",
        };
        let (name, kind, right) = (listed.name, listed.kind, listed.right.text());
        println!(
            "| `{name}` | {kind} | {right} | {} | {token} | {trail} |",
            cells.join(" | ")
        );
    }
}

fn cell(right: Right, role: Role) -> &'static str {
    let held = |right: SystemRight| if role.has(right) { "yes" } else { "no" };
    match right {
        Right::Nothing => "open",
        Right::OnAccount(_) | Right::OnDeletedAccount | Right::OnDeletedResource | Right::OnResource(_) => {
            "shared"
        }
        Right::Operator => "no",
        Right::SignedIn => "own",
        Right::System(right) => held(right),
    }
}
