use askama::Template;
use portcullis_model::Secret;

use crate::Web;
use crate::shell::Front;

/// A fresh list of backup codes, shown once.
#[derive(Template)]
#[template(path = "setup/backup_codes.html")]
pub(crate) struct BackupCodesPage {
    front: Front,
    codes: Vec<Secret>,
    username: String,
    base_url: String,
    made: String,
    onward: &'static str,
    wizard: bool,
}

impl BackupCodesPage {
    pub(crate) fn new(
        web: &Web,
        codes: Vec<Secret>,
        username: String,
        onward: &'static str,
        wizard: bool,
    ) -> Self {
        Self {
            front: Front::of_anybody(web),
            codes,
            username,
            base_url: web.base.base_url.clone(),
            made: web.gate.now().to_text(),
            onward,
            wizard,
        }
    }
}
