use axum::http::StatusCode;

use crate::matrix::route::{Route, Thing, call};

const CREATED: StatusCode = StatusCode::CREATED;
const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;

const DRAFT: &str = r#"{"name":"new-{unique}","kind":"Linux","address":"10.0.0.4","url":"https://db.example.org",
    "department":"IT","location":"Berlin","notes":"main","attributes":[{"name":"rack","value":"B7"}],"policy":"Strong"}"#;
const REASON: &str = r#"{"reason":"INC-1"}"#;
const VIEW: &str = r#"{"right":"view"}"#;

/// The API.
pub(super) const ROUTES: &[Route] = &[
    call("GET", "/api/v2/me", ""),
    call("GET", "/api/v2/resources", "").performs(&["resource.list"]),
    call("POST", "/api/v2/resources", DRAFT)
        .performs(&["resource.add"])
        .gives(CREATED),
    call("GET", "/api/v2/resources/{id}", "")
        .on(Thing::Resource)
        .performs(&["resource.find"]),
    call("PUT", "/api/v2/resources/{id}", DRAFT)
        .on(Thing::Resource)
        .performs(&["resource.change"])
        .gives(NO_CONTENT),
    call("PATCH", "/api/v2/resources/{id}", DRAFT)
        .on(Thing::Resource)
        .performs(&["resource.change"])
        .gives(NO_CONTENT),
    call("DELETE", "/api/v2/resources/{id}", "")
        .on(Thing::Resource)
        .performs(&["resource.delete"])
        .gives(NO_CONTENT),
    call("POST", "/api/v2/resources/{id}/restore", "")
        .on(Thing::DeletedResource)
        .performs(&["resource.restore"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/resources/{id}/grants", "")
        .on(Thing::Resource)
        .performs(&["resource.list_grants"]),
    call("PUT", "/api/v2/resources/{id}/grants/{user}", VIEW)
        .on(Thing::Resource)
        .performs(&["resource.share"])
        .gives(NO_CONTENT),
    call("DELETE", "/api/v2/resources/{id}/grants/{user}", "")
        .on(Thing::Resource)
        .performs(&["resource.unshare"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/accounts", "").performs(&["account.list"]),
    call(
        "POST",
        "/api/v2/accounts",
        r#"{"resource":"{id}","name":"new-{unique}","notes":"main","attributes":[],"password":"vault-secret-typed"}"#,
    )
    .on(Thing::Resource)
    .performs(&["account.add"])
    .gives(CREATED),
    call("GET", "/api/v2/accounts/{id}", "")
        .on(Thing::Account)
        .performs(&["account.find"]),
    call("PATCH", "/api/v2/accounts/{id}", r#"{"name":"new-{unique}","notes":"main","attributes":[]}"#)
        .on(Thing::Account)
        .performs(&["account.change"])
        .gives(NO_CONTENT),
    call("DELETE", "/api/v2/accounts/{id}", "")
        .on(Thing::Account)
        .performs(&["account.delete"])
        .gives(NO_CONTENT),
    call("POST", "/api/v2/accounts/{id}/restore", "")
        .on(Thing::DeletedAccount)
        .performs(&["account.restore"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/accounts/{id}/grants", "")
        .on(Thing::Account)
        .performs(&["account.list_grants"]),
    call("PUT", "/api/v2/accounts/{id}/grants/{user}", VIEW)
        .on(Thing::Account)
        .performs(&["account.share"])
        .gives(NO_CONTENT),
    call("DELETE", "/api/v2/accounts/{id}/grants/{user}", "")
        .on(Thing::Account)
        .performs(&["account.unshare"])
        .gives(NO_CONTENT),
    call("POST", "/api/v2/accounts/{id}/reveal", r#"{"reason":"INC-1","version":1}"#)
        .on(Thing::Account)
        .performs(&["account.reveal_password"]),
    call(
        "PUT",
        "/api/v2/accounts/{id}/password",
        r#"{"password":"vault-secret-typed","reason":"due"}"#,
    )
    .on(Thing::Account)
    .performs(&["account.set_password"]),
    call("GET", "/api/v2/accounts/{id}/versions", "")
        .on(Thing::Account)
        .performs(&["account.list_versions"]),
    call("POST", "/api/v2/accounts/{id}/versions/{number}/restore", REASON)
        .on(Thing::Account)
        .performs(&["account.restore_version"]),
    call("GET", "/api/v2/users", "").performs(&["user.list"]),
    call(
        "POST",
        "/api/v2/users",
        r#"{"username":"{unique}","display_name":"New Person","email":"new@example.org","role":"password_user"}"#,
    )
    .performs(&["user.add"])
    .gives(CREATED),
    call("GET", "/api/v2/users/{id}", "")
        .on(Thing::Person)
        .performs(&["user.find"]),
    call("POST", "/api/v2/users/{id}/lock", REASON)
        .on(Thing::Person)
        .performs(&["user.lock"])
        .gives(NO_CONTENT),
    call("POST", "/api/v2/users/{id}/unlock", "")
        .on(Thing::LockedPerson)
        .performs(&["user.unlock"])
        .gives(NO_CONTENT),
    call("POST", "/api/v2/users/{id}/invite", REASON)
        .on(Thing::Person)
        .performs(&["user.invite"])
        .gives(CREATED),
    call("PUT", "/api/v2/users/{id}/role", r#"{"role":"password_auditor"}"#)
        .on(Thing::Person)
        .performs(&["user.change_role"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/audit", "").performs(&["audit.list"]),
    call("GET", "/api/v2/audit/verify", "").performs(&["audit.verify"]),
    call("GET", "/api/v2/policies", "").performs(&["password.list_policies"]),
    call("POST", "/api/v2/passwords", r#"{"policy":"Strong"}"#).performs(&["password.generate"]),
    call("GET", "/api/v2/keys", "").performs(&["key.status"]),
];
