use crate::matrix::route::{Route, Thing, form, page};

/// The rest of the console: home, search, audit, people, keys, and what is one's own.
pub(super) const ROUTES: &[Route] = &[
    page("/").performs(&["home.overview"]),
    page("/search").asks("q=matrix").performs(&["home.search"]),
    page("/palette").asks("q=matrix").performs(&["home.search"]),
    page("/help/api"),
    page("/shortcuts"),
    page("/audit").performs(&["audit.list"]),
    page("/activity").performs(&["activity.list", "activity.list_filters"]),
    page("/activity/csv").performs(&["activity.export"]),
    form(
        "/activity/filters",
        &[("event", "error"), ("name", "kept-{unique}")],
    )
    .performs(&["activity.save_filter"])
    .to("/activity?event=error&notice=filter-saved"),
    form("/activity/filters/{id}", &[("name", "again-{unique}")])
        .on(Thing::OwnFilter)
        .performs(&["activity.change_filter"])
        .to("/activity?notice=filter-changed"),
    form("/activity/filters/{id}/delete", &[])
        .on(Thing::OwnFilter)
        .performs(&["activity.delete_filter"])
        .to("/activity?notice=filter-deleted"),
    page("/privacy").performs(&["privacy.find"]).to("/"),
    form("/privacy", &[("digest", "none")])
        .performs(&["privacy.accept"])
        .in_between(),
    page("/audit/verify").performs(&["audit.verify", "audit.list"]),
    page("/admin/keys").performs(&["key.status"]),
    page("/users").performs(&["user.list", "recovery.list"]),
    page("/users/new").form_of("user.add"),
    form(
        "/users/new",
        &[
            ("username", "{unique}"),
            ("display_name", "New Person"),
            ("email", "new@example.org"),
            ("role", "password_user"),
        ],
    )
    .performs(&["user.add"]),
    page("/users/{id}").on(Thing::Person).performs(&["user.find"]),
    form("/users/{id}/invite", &[("reason", "lost phone")])
        .on(Thing::Person)
        .performs(&["user.invite", "user.find"]),
    form("/users/{id}/lock", &[("reason", "left")])
        .on(Thing::Person)
        .performs(&["user.lock"])
        .to("/users/{id}?notice=user-locked"),
    form("/users/{id}/unlock", &[])
        .on(Thing::LockedPerson)
        .performs(&["user.unlock"])
        .to("/users/{id}?notice=user-unlocked"),
    form("/users/{id}/role", &[("role", "password_auditor")])
        .on(Thing::Person)
        .performs(&["user.change_role"])
        .to("/users/{id}?notice=user-role"),
    page("/me/security").performs(&[
        "factor.list_mine",
        "session.list_mine",
        "browser.list_mine",
        "factor.switched_off",
        "user.list_my_activity",
    ]),
    page("/me/confirm").performs(&["session.methods"]),
    form("/me/confirm/ask", &[("method", "totp"), ("next", "/")])
        .performs(&["session.methods", "session.ask"]),
    page("/me/confirm/call").performs(&["session.find_call"]),
    form(
        "/me/confirm",
        &[("method", "totp"), ("code", "{code}"), ("next", "/passwords")],
    )
    .performs(&["session.confirm"])
    .to("/passwords"),
    form("/me/security/add", &[("method", "totp")])
        .performs(&["factor.begin"])
        .to("/me/security/add"),
    page("/me/security/add")
        .performs(&["factor.pending"])
        .in_between(),
    form("/me/security/add/call", &[])
        .performs(&["factor.call"])
        .in_between(),
    form(
        "/me/security/add/confirm",
        &[("code", "000000"), ("name", "Phone")],
    )
    .performs(&["factor.confirm"])
    .in_between(),
    form("/me/security/methods/{id}/rename", &[("name", "Phone")])
        .on(Thing::OwnFactor)
        .performs(&["factor.rename"])
        .to("/me/security?notice=method-renamed"),
    form("/me/security/methods/{id}/remove", &[])
        .on(Thing::OwnFactor)
        .performs(&["factor.remove"])
        .in_between(),
    form(
        "/me/security/emails",
        &[
            ("email", "new@example.org"),
            ("email2", ""),
            ("email_choice", "first"),
        ],
    )
    .performs(&["user.set_my_emails"])
    .to("/me/security?notice=emails-saved"),
    form("/me/security/backup-codes", &[("code", "{code}")]).performs(&["factor.regenerate_backup_codes"]),
    form(
        "/me/security/password",
        &[
            ("current", "{password}"),
            ("new", "{password}"),
            ("repeat", "{password}"),
        ],
    )
    .performs(&["user.change_my_password"])
    .to("/me/security?notice=password-changed"),
    form("/me/security/methods/switch-on", &[("method", "email")])
        .performs(&["factor.switch_on"])
        .in_between(),
    form("/me/browsers/{id}/forget", &[])
        .on(Thing::OwnBrowser)
        .performs(&["browser.forget"])
        .to("/me/security?notice=browser-forgotten"),
    form("/me/browsers/forget-all", &[])
        .performs(&["browser.forget_all"])
        .to("/me/security?notice=browsers-forgotten"),
    form("/me/sessions/{id}/end", &[])
        .on(Thing::OwnSession)
        .performs(&["session.end"])
        .to("/me/security?notice=sessions-ended"),
    form("/me/sessions/end-all", &[("keep", "")])
        .on(Thing::SpentSession)
        .performs(&["session.end_all"])
        .to("/sign-in?notice=signed-out"),
    page("/me/preferences"),
    form("/me/preferences", &[("theme", "dark")])
        .performs(&["user.set_theme"])
        .to("/me/preferences?notice=preferences-saved"),
    page("/me/tokens").performs(&["token.list_mine"]),
    form(
        "/me/tokens",
        &[("name", "new-{unique}"), ("scope", "read"), ("days", "7")],
    )
    .performs(&["token.add"]),
    form("/me/tokens/{id}/revoke", &[])
        .on(Thing::OwnToken)
        .performs(&["token.revoke"])
        .to("/me/tokens?notice=token-revoked"),
    form("/sign-out", &[])
        .on(Thing::SpentSession)
        .performs(&["session.sign_out"])
        .to("/sign-in?notice=signed-out"),
];
