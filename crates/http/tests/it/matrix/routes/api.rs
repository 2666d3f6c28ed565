use axum::http::StatusCode;

use crate::matrix::route::{Route, Thing, call};

const CREATED: StatusCode = StatusCode::CREATED;
const NO_CONTENT: StatusCode = StatusCode::NO_CONTENT;

const DRAFT: &str = r#"{"name":"new-{unique}","kind":"Linux","address":"10.0.0.4","url":"https://db.example.org",
    "department":"IT","location":"Berlin","notes":"main","attributes":[{"name":"rack","value":"B7"}],"policy":"Strong"}"#;
const REASON: &str = r#"{"reason":"INC-1"}"#;
const MAIL: &str = r#"{"value":{"host":"mail.example.org","port":587,"password":"vault-secret-mail"},"revision":"{revision}"}"#;
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
    call("GET", "/api/v2/groups", "").performs(&["group.list"]),
    call("POST", "/api/v2/groups", r#"{"name":"new-{unique}","parent":null}"#)
        .performs(&["group.add"])
        .gives(CREATED),
    call("GET", "/api/v2/groups/{id}", "")
        .on(Thing::Group)
        .performs(&["group.find"]),
    call("PATCH", "/api/v2/groups/{id}", r#"{"name":"new-{unique}","parent":"{group}"}"#)
        .on(Thing::Group)
        .performs(&["group.find", "group.change"])
        .gives(NO_CONTENT),
    call("DELETE", "/api/v2/groups/{id}", "")
        .on(Thing::Group)
        .performs(&["group.delete"])
        .gives(NO_CONTENT),
    call("PUT", "/api/v2/users/{id}/group", r#"{"group":"{group}"}"#)
        .on(Thing::Person)
        .performs(&["group.move_person"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/mfa/policy", "").performs(&["policy.find"]),
    call(
        "POST",
        "/api/v2/mfa/preview",
        r#"{"site":null,"groups":[{"id":"{group}","requirement":{"methods":["totp"]}}],"people":[]}"#,
    )
    .performs(&["policy.preview"]),
    call(
        "POST",
        "/api/v2/mfa/changes",
        r#"{"change":{"groups":[{"id":"{group}","requirement":{"methods":["totp"],"grace":{"skips":2}}}]},
            "summary":"matrix","version":"{version}","at":null}"#,
    )
    .performs(&["policy.apply"])
    .gives(CREATED),
    call(
        "POST",
        "/api/v2/mfa/reports",
        r#"{"change":{"groups":[{"id":"{group}","requirement":{"methods":["totp"],"grace":{"skips":2}}}]},
            "summary":"matrix","version":"{version}","days":7}"#,
    )
    .performs(&["policy.report_only"])
    .in_between(),
    call("GET", "/api/v2/mfa/reports/{id}", "")
        .on(Thing::PolicyReport)
        .performs(&["policy.find_report"]),
    call(
        "POST",
        "/api/v2/mfa/reports/{id}/apply",
        r#"{"version":"{version}"}"#,
    )
    .on(Thing::PolicyReport)
    .performs(&["policy.apply_report"])
    .gives(NO_CONTENT),
    call("POST", "/api/v2/mfa/changes/{id}/undo", "")
        .on(Thing::PolicyChange)
        .performs(&["policy.undo"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/recovery-requests", "").performs(&["recovery.list"]),
    call("GET", "/api/v2/recovery-requests/{id}", "")
        .on(Thing::RecoveryRequest)
        .performs(&["recovery.find"]),
    call(
        "POST",
        "/api/v2/recovery-requests/{id}/approve",
        r#"{"words":"these are not the six words","minutes":30,"confirmed":true,"reason":"INC-1"}"#,
    )
    .on(Thing::RecoveryRequest)
    .performs(&["recovery.approve"])
    .in_between(),
    call("POST", "/api/v2/recovery-requests/{id}/deny", REASON)
        .on(Thing::RecoveryRequest)
        .performs(&["recovery.deny"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/users/{id}/mfa", "")
        .on(Thing::Person)
        .performs(&["policy.explain"]),
    call("GET", "/api/v2/users/{id}/mfa/browsers", "")
        .on(Thing::Person)
        .performs(&["browser.list"]),
    call("DELETE", "/api/v2/users/{id}/mfa/browsers", "")
        .on(Thing::Person)
        .performs(&["browser.forget_all_of"]),
    call("POST", "/api/v2/users/{id}/mfa/reset", r#"{"method":"temporary_pass","reason":"INC-1"}"#)
        .on(Thing::PassHolder)
        .performs(&["factor.reset"]),
    call("POST", "/api/v2/users/{id}/mfa/pass", r#"{"minutes":30,"reason":"INC-1"}"#)
        .on(Thing::Person)
        .performs(&["factor.issue_pass"])
        .gives(CREATED),
    call(
        "PUT",
        "/api/v2/users/{id}/mfa/phone",
        r#"{"number":"1 9259249500 292","reason":"directory"}"#,
    )
    .on(Thing::Person)
    .performs(&["factor.set_phone"])
    .in_between(),
    call(
        "PUT",
        "/api/v2/users/{id}/emails",
        r#"{"email":"target@example.org","email2":"","choice":"first"}"#,
    )
    .on(Thing::Person)
    .performs(&["user.set_emails"])
    .gives(NO_CONTENT),
    call("GET", "/api/v2/settings/{connection}", "").performs(&["setting.find"]),
    call("PUT", "/api/v2/settings/{connection}", MAIL)
        .performs(&["setting.put"])
        .gives(NO_CONTENT),
    call("DELETE", "/api/v2/settings/{connection}", "")
        .asks("revision={revision}")
        .performs(&["setting.put"])
        .gives(NO_CONTENT),
    call(
        "POST",
        "/api/v2/settings/mail/test",
        r#"{"value":{"host":"mail.example.org","port":587},"to":"a@example.org"}"#,
    )
    .performs(&["setting.rehearse_mail"]),
    call("GET", "/api/v2/settings/radius/servers", "").performs(&["setting.list_peers"]),
    call("GET", "/api/v2/settings/phone/trunks", "").performs(&["call.list_trunks"]),
    call("GET", "/api/v2/settings/phone/spending", "").performs(&["call.find_spending"]),
    call("GET", "/api/v2/settings/phone/prompts", "").performs(&["prompt.list"]),
    call("GET", "/api/v2/settings/phone/prompts/{language}/{prompt}", "").performs(&["prompt.hear"]),
    // Without a recording in its body it is refused in words; recordings have tests of their own.
    call("PUT", "/api/v2/settings/phone/prompts/{language}/{prompt}", "")
        .performs(&["prompt.replace"])
        .in_between(),
    call("DELETE", "/api/v2/settings/phone/prompts/{language}/{prompt}", "")
        .performs(&["prompt.restore"])
        .in_between(),
    call("GET", "/api/v2/calls", "").performs(&["call.list"]),
    call("GET", "/api/v2/calls/csv", "").performs(&["call.export"]),
    call("GET", "/api/v2/mail", "").performs(&["mail.list"]),
    call("GET", "/api/v2/audit", "").performs(&["audit.list"]),
    call("GET", "/api/v2/user-activity", "").performs(&["activity.list"]),
    call("GET", "/api/v2/user-activity/csv", "").performs(&["activity.export"]),
    call("GET", "/api/v2/user-activity/filters", "").performs(&["activity.list_filters"]),
    call(
        "POST",
        "/api/v2/user-activity/filters",
        r#"{"name":"kept-{unique}","shared":true,"filter":{"event":"error"}}"#,
    )
    .performs(&["activity.save_filter"])
    .gives(CREATED),
    call(
        "PUT",
        "/api/v2/user-activity/filters/{id}",
        r#"{"name":"again-{unique}","shared":false}"#,
    )
    .on(Thing::OwnFilter)
    .performs(&["activity.change_filter"])
    .gives(NO_CONTENT),
    call("DELETE", "/api/v2/user-activity/filters/{id}", "")
        .on(Thing::OwnFilter)
        .performs(&["activity.delete_filter"])
        .gives(NO_CONTENT),
    call("GET", "/api/v2/health/sign-in", "").performs(&["health.sign_in"]),
    call("GET", "/api/v2/branding", "").performs(&["branding.find"]),
    call(
        "PUT",
        "/api/v2/branding",
        r##"{"version":"{branding}","value":{"accent":{"on":true,"value":{"light":"#7a1fa2"}}}}"##,
    )
    .performs(&["branding.put"])
    .gives(NO_CONTENT),
    call(
        "POST",
        "/api/v2/branding/preview",
        r#"{"value":{"banner":{"on":true,"value":"Authorised use only."}}}"#,
    )
    .performs(&["branding.preview"]),
    call("POST", "/api/v2/branding/restore", r#"{"version":0}"#)
        .performs(&["branding.restore"])
        .gives(NO_CONTENT),
    // Without a picture in its body it is refused in words; pictures have tests of their own.
    call("POST", "/api/v2/branding/logo", "")
        .performs(&["branding.add_logo"])
        .in_between(),
    call("GET", "/api/v2/audit/verify", "").performs(&["audit.verify"]),
    call("GET", "/api/v2/policies", "").performs(&["password.list_policies"]),
    call("POST", "/api/v2/passwords", r#"{"policy":"Strong"}"#).performs(&["password.generate"]),
    call("GET", "/api/v2/keys", "").performs(&["key.status"]),
];
