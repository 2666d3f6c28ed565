use askama::Template;
use axum::extract::State;
use portcullis_model::{Grace, Timestamp};
use portcullis_ops::health::{SignIn, SignInHealth};

use crate::Web;
use crate::answer::{Answer, page};
use crate::moment::Moment;
use crate::session::SignedIn;
use crate::shell::Shell;

/// How many people are named.
const NAMED: usize = 50;

#[derive(Template)]
#[template(path = "admin/health.html")]
struct HealthPage {
    shell: Shell,
    health: SignInHealth,
    now: Timestamp,
}

impl HealthPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn moment(&self, at: &Timestamp) -> Moment {
        Moment::new(*at, self.now)
    }

    /// How long somebody may still put setting up off.
    fn grace(grace: &Grace) -> String {
        match grace {
            Grace::None => "at the next sign-in".to_owned(),
            Grace::Skips(1) => "once more".to_owned(),
            Grace::Skips(skips) => format!("{skips} times more"),
            Grace::Until(at) => format!("until {} UTC", at.to_text()),
        }
    }
}

pub(super) async fn show(State(web): State<Web>, who: SignedIn) -> Answer {
    page(&HealthPage {
        health: web.gate.read(&who.caller, SignIn).await?,
        shell: Shell::new(&web, &who, "/admin/health"),
        now: web.gate.now(),
    })
}
