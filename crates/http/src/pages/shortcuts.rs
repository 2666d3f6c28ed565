use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::Web;
use crate::answer::{Answer, page};
use crate::session::SignedIn;
use crate::shell::Shell;

pub(crate) fn router() -> Router<Web> {
    Router::new().route("/shortcuts", get(show))
}

#[derive(Template)]
#[template(path = "shortcuts.html")]
struct ShortcutsPage {
    shell: Shell,
    keys: &'static [(&'static [&'static str], &'static str)],
}

const KEYS: &[(&[&str], &str)] = &[
    (&["Ctrl", "K"], "Search or jump to anything"),
    (&["Esc"], "Clear what you typed there, then close it"),
    (&["/"], "Filter the list on this page"),
    (&["?"], "Show this page"),
    (&["g", "v"], "Go to Passwords"),
    (&["g", "r"], "Go to Resources"),
    (&["g", "a"], "Go to Audit"),
    (&["g", "h"], "Go to Home"),
    (&["n"], "Add something to this list"),
    (&["j"], "Next row"),
    (&["k"], "Previous row"),
    (&["Enter"], "Open the row"),
    (&["v"], "Reveal the password of the row or page"),
    (&["c"], "Copy the password of the row or page"),
];

async fn show(State(web): State<Web>, who: SignedIn) -> Answer {
    page(&ShortcutsPage {
        shell: Shell::new(&web, &who, "/shortcuts"),
        keys: KEYS,
    })
}
