use askama::Template;
use axum::extract::{Query, State};
use portcullis_ops::users::SetTheme;

use crate::Web;
use crate::answer::{Answer, page, redirect};
use crate::form::Posted;
use crate::notice::NoticeQuery;
use crate::session::SignedIn;
use crate::shell::Shell;

#[derive(Template)]
#[template(path = "me/preferences.html")]
struct PreferencesPage {
    shell: Shell,
    themes: [(&'static str, &'static str); 3],
}

const THEMES: [(&str, &str); 3] = [("system", "As my system"), ("light", "Light"), ("dark", "Dark")];

pub(super) async fn show(State(web): State<Web>, who: SignedIn, Query(notice): Query<NoticeQuery>) -> Answer {
    page(&PreferencesPage {
        shell: Shell::new(&web, &who, "/me/preferences").with(&notice),
        themes: THEMES,
    })
}

pub(super) async fn save(State(web): State<Web>, posted: Posted) -> Answer {
    let theme = posted.fields.parse("theme")?;
    web.gate.write(&posted.who.caller, SetTheme { theme }).await?;
    Ok(redirect("/me/preferences?notice=preferences-saved"))
}
