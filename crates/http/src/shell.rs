use std::sync::Arc;

use askama::Template;
use askama::filters::HtmlSafe;
use portcullis_model::{Role, SystemRight};
use portcullis_ops::branding::Shown;

use crate::notice::{Notice, NoticeQuery};
use crate::session::SignedIn;
use crate::{DemoNote, Web};

/// What every page of the console shows around its content.
pub(crate) struct Shell {
    pub site: String,
    pub version: &'static str,
    /// Whether this is a throw-away vault.
    pub demo: bool,
    pub theme: &'static str,
    pub csrf: String,
    pub display_name: String,
    pub initials: String,
    pub role: Role,
    pub place: &'static str,
    pub notice: Option<Notice>,
    pub look: Arc<Shown>,
}

impl Shell {
    /// `place` is the path of the entry in the rail that the page belongs to.
    pub(crate) fn new(web: &Web, who: &SignedIn, place: &'static str) -> Self {
        Self {
            site: web.base.site_name.clone(),
            version: web.base.version,
            demo: web.demo.is_some(),
            theme: who.me.theme.word(),
            csrf: who.csrf.clone(),
            display_name: who.me.display_name.clone(),
            initials: initials(&who.me.display_name),
            role: who.me.role,
            place,
            notice: None,
            look: web.look.now(),
        }
    }

    pub(crate) fn with(mut self, query: &NoticeQuery) -> Self {
        self.notice = query.read();
        self
    }

    pub(crate) fn may_add(&self) -> bool {
        self.role.has(SystemRight::AddResources)
    }

    pub(crate) fn may_audit(&self) -> bool {
        self.role.has(SystemRight::ReadAudit)
    }

    pub(crate) fn may_manage_users(&self) -> bool {
        self.role.has(SystemRight::ManageUsers)
    }

    pub(crate) fn may_manage_settings(&self) -> bool {
        self.role.has(SystemRight::ManageSettings)
    }

    pub(crate) fn may_manage_security(&self) -> bool {
        self.role.has(SystemRight::ManageSecurity)
    }

    /// Whether there is anything for them under "Admin".
    pub(crate) fn may_administer(&self) -> bool {
        self.may_manage_settings() || self.may_manage_keys()
    }

    pub(crate) fn may_manage_keys(&self) -> bool {
        self.role.has(SystemRight::ManageKeys)
    }
}

fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

/// What the pages before sign-in show around their content.
pub(crate) struct Front {
    pub site: String,
    pub version: &'static str,
    pub demo: Option<DemoNote>,
    pub notice: Option<Notice>,
    pub look: Arc<Shown>,
}

impl Front {
    pub(crate) fn new(web: &Web) -> Self {
        Self {
            site: web.base.site_name.clone(),
            version: web.base.version,
            demo: web.demo.clone(),
            notice: None,
            look: web.look.now(),
        }
    }

    /// For a page that also people see who are signed in: it does not say how to.
    pub(crate) fn of_anybody(web: &Web) -> Self {
        Self {
            demo: None,
            ..Self::new(web)
        }
    }

    pub(crate) fn with(mut self, query: &NoticeQuery) -> Self {
        self.notice = query.read();
        self
    }
}

/// A picture from the sprite, for decoration: what it means is said in words beside it.
#[derive(Template)]
#[template(path = "parts/icon.html")]
pub(crate) struct Icon {
    name: &'static str,
}

// Its template escapes what it shows.
impl HtmlSafe for Icon {}

pub(crate) fn icon(name: &'static str) -> Icon {
    Icon { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_two_letters() {
        assert_eq!(initials("Dayo Okafor Smith"), "DO");
        assert_eq!(initials("émile"), "É");
        assert_eq!(initials(""), "");
    }
}
