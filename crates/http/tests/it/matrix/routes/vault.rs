use crate::matrix::route::{Route, Thing, form, page};

const REASON: &[(&str, &str)] = &[("reason", "INC-1")];
const DRAFT: &[(&str, &str)] = &[
    ("name", "new-{unique}"),
    ("kind", "Linux"),
    ("address", "10.0.0.4"),
    ("url", "https://db.example.org"),
    ("department", "IT"),
    ("location", "Berlin"),
    ("notes", "main"),
    ("policy", "Strong"),
    ("attribute_name", "rack"),
    ("attribute_value", "B7"),
];
const DETAILS: &[(&str, &str)] = &[
    ("name", "new-{unique}"),
    ("notes", "main"),
    ("attribute_name", "rack"),
    ("attribute_value", "B7"),
];
const SHARE: &[(&str, &str)] = &[("person", "{username}"), ("right", "view")];
const UNSHARE: &[(&str, &str)] = &[("user", "{user}")];

/// Accounts and resources in the console.
pub(super) const ROUTES: &[Route] = &[
    page("/passwords").performs(&["account.list"]),
    page("/passwords")
        .asks("q=resource%3Anowhere")
        .performs(&["resource.list", "account.list"]),
    page("/passwords/new").performs(&["resource.list"]),
    page("/passwords/new")
        .asks("resource={id}")
        .on(Thing::Resource)
        .performs(&["resource.list", "resource.find"]),
    form(
        "/passwords/new",
        &[
            ("resource", "{id}"),
            ("name", "new-{unique}"),
            ("notes", ""),
            ("mode", "type"),
            ("password", "vault-secret-typed"),
            ("attribute_name", "rack"),
            ("attribute_value", "B7"),
        ],
    )
    .on(Thing::Resource)
    .performs(&["account.add"])
    .to("/accounts/"),
    page("/accounts/{id}")
        .on(Thing::Account)
        .performs(&["account.find"]),
    page("/accounts/{id}")
        .asks("tab=access")
        .on(Thing::Account)
        .performs(&["account.find", "account.list_grants"]),
    page("/accounts/{id}")
        .asks("tab=history")
        .on(Thing::Account)
        .performs(&["account.find", "account.list_versions"]),
    page("/accounts/{id}")
        .asks("tab=activity")
        .on(Thing::Account)
        .performs(&["account.find", "account.list_activity"]),
    form("/accounts/{id}/reveal", REASON)
        .on(Thing::Account)
        .performs(&["account.reveal_password", "account.find"]),
    form("/accounts/{id}/copy", REASON)
        .on(Thing::Account)
        .performs(&["account.copy_password"]),
    form(
        "/accounts/{id}/password",
        &[
            ("mode", "type"),
            ("password", "vault-secret-typed"),
            ("reason", "due"),
        ],
    )
    .on(Thing::Account)
    .performs(&["account.set_password"])
    .to("/accounts/{id}?notice=password-set"),
    form("/accounts/{id}/versions/{number}/reveal", REASON)
        .on(Thing::Account)
        .performs(&["account.reveal_password", "account.find"]),
    form("/accounts/{id}/versions/{number}/restore", REASON)
        .on(Thing::Account)
        .performs(&["account.restore_version"])
        .to("/accounts/{id}?tab=history&notice=version-restored"),
    form("/accounts/{id}/share", SHARE)
        .on(Thing::Account)
        .performs(&["user.list_names", "account.share"])
        .to("/accounts/{id}?tab=access&notice=shared"),
    form("/accounts/{id}/unshare", UNSHARE)
        .on(Thing::Account)
        .performs(&["account.unshare"])
        .to("/accounts/{id}?tab=access&notice=unshared"),
    page("/accounts/{id}/edit")
        .on(Thing::Account)
        .performs(&["account.find"])
        .form_of("account.change"),
    form("/accounts/{id}/edit", DETAILS)
        .on(Thing::Account)
        .performs(&["account.change"])
        .to("/accounts/{id}?notice=account-saved"),
    form("/accounts/{id}/delete", &[])
        .on(Thing::Account)
        .performs(&["account.delete"])
        .to("/passwords?notice=account-deleted&undo={id}"),
    form("/accounts/{id}/restore", &[])
        .on(Thing::DeletedAccount)
        .performs(&["account.restore"])
        .to("/accounts/{id}?notice=account-restored"),
    page("/resources").performs(&["resource.list"]),
    page("/resources/new")
        .performs(&["password.list_policies"])
        .form_of("resource.add"),
    form("/resources/new", DRAFT)
        .performs(&["resource.add"])
        .to("/resources/"),
    page("/resources/{id}")
        .on(Thing::Resource)
        .performs(&["resource.find", "account.list"]),
    page("/resources/{id}")
        .asks("tab=access")
        .on(Thing::Resource)
        .performs(&["resource.find", "resource.list_grants"]),
    page("/resources/{id}/edit")
        .on(Thing::Resource)
        .performs(&["resource.find"])
        .form_of("resource.change"),
    form("/resources/{id}/edit", DRAFT)
        .on(Thing::Resource)
        .performs(&["resource.change"])
        .to("/resources/{id}?notice=resource-saved"),
    form("/resources/{id}/share", SHARE)
        .on(Thing::Resource)
        .performs(&["user.list_names", "resource.share"])
        .to("/resources/{id}?tab=access&notice=shared"),
    form("/resources/{id}/unshare", UNSHARE)
        .on(Thing::Resource)
        .performs(&["resource.unshare"])
        .to("/resources/{id}?tab=access&notice=unshared"),
    form("/resources/{id}/delete", &[])
        .on(Thing::Resource)
        .performs(&["resource.delete"])
        .to("/resources?notice=resource-deleted&undo={id}"),
    form("/resources/{id}/restore", &[])
        .on(Thing::DeletedResource)
        .performs(&["resource.restore"])
        .to("/resources/{id}?notice=resource-restored"),
    page("/trash").performs(&["trash.list"]),
];
