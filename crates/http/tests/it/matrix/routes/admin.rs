use crate::matrix::route::{Route, Thing, form, page};

const MAIL: &[(&str, &str)] = &[
    ("revision", "{mail}"),
    ("host", "smtp.example.org"),
    ("port", "587"),
    ("security", "starttls"),
    ("timeout_seconds", "20"),
    ("username", "vault"),
    ("password", "letter-box"),
    ("from_address", "vault@example.org"),
    ("from_name", "Portcullis"),
    ("to", "ann@example.org"),
];
const RADIUS: &[(&str, &str)] = &[
    ("revision", "{radius}"),
    ("s0_host", "radius.example.org"),
    ("s0_port", "1812"),
    ("s0_transport", "udp"),
    ("s0_secret", "shared"),
    ("protocol", "pap"),
    ("time_out_ms", "2"),
    ("tries", "2"),
    ("nas_identifier", "portcullis"),
    ("require_message_authenticator", "yes"),
];
const PHONE: &[(&str, &str)] = &[
    ("revision", "0"),
    ("t0_host", "sip.example.org"),
    ("t0_transport", "udp"),
    ("t0_username", "portcullis"),
    ("t0_prefix", "+"),
    ("t0_upkeep", "none"),
    ("mode", "number_match"),
    ("countries", "US"),
    ("language", "en"),
    ("in_ten_minutes", "3"),
    ("in_a_day", "10"),
    ("site_in_a_minute", "60"),
    ("site_in_a_day", "500"),
    ("at_once", "30"),
    ("to_a_country_in_a_day", "500"),
    ("minutes_to_a_country_in_a_day", "500"),
];
const LOOK: &[(&str, &str)] = &[
    ("version", "{branding}"),
    ("logo", ""),
    ("description", "Matrix"),
    ("show_description", "yes"),
    ("accent_light", "#7a1fa2"),
    ("accent_dark", ""),
    ("show_accent", "yes"),
    ("banner", "Authorised use only."),
    ("privacy", ""),
    ("do", "save"),
];
const CHANGE: &str = "{\"site\":{\"code_seconds\":90}}";

/// What administrators set, and who must prove what.
pub(super) const ROUTES: &[Route] = &[
    page("/admin/mail").performs(&["setting.find", "mail.list"]),
    form("/admin/mail", MAIL)
        .performs(&["setting.put"])
        .to("/admin/mail?notice=mail-saved"),
    form("/admin/mail/test", MAIL).performs(&["setting.rehearse_mail"]),
    form("/admin/mail/remove", &[("revision", "{mail}")])
        .performs(&["setting.put"])
        .to("/admin/mail?notice=mail-removed"),
    page("/admin/radius").performs(&["setting.find", "setting.list_peers"]),
    form("/admin/radius", RADIUS)
        .performs(&["setting.put"])
        .to("/admin/radius?notice=radius-saved"),
    form("/admin/radius/remove", &[("revision", "{radius}")])
        .performs(&["setting.put"])
        .to("/admin/radius?notice=radius-removed"),
    page("/admin/phone").performs(&[
        "setting.find",
        "call.list_trunks",
        "call.find_spending",
        "prompt.list",
    ]),
    form("/admin/phone", PHONE)
        .performs(&["setting.put"])
        .in_between(),
    form("/admin/phone/remove", &[("revision", "0")])
        .performs(&["setting.put"])
        .in_between(),
    page("/admin/phone/calls").performs(&["call.list"]),
    page("/admin/phone/calls/csv").performs(&["call.export"]),
    page("/admin/phone/prompts").performs(&["prompt.list"]),
    page("/admin/phone/prompts/{language}/{prompt}").performs(&["prompt.hear"]),
    // Without a file it is refused in words; files have tests of their own.
    form("/admin/phone/prompts/{language}/{prompt}", &[])
        .performs(&["prompt.replace"])
        .in_between(),
    form("/admin/phone/prompts/{language}/{prompt}/restore", &[])
        .performs(&["prompt.restore"])
        .in_between(),
    page("/admin/branding").performs(&["branding.find"]),
    form("/admin/branding", LOOK)
        .performs(&["branding.put"])
        .to("/admin/branding?notice=branding-saved"),
    form(
        "/admin/branding",
        &[("version", "0"), ("description", "Matrix"), ("do", "preview")],
    )
    .performs(&["branding.preview", "branding.find"]),
    form("/admin/branding/restore", &[("version", "0")])
        .performs(&["branding.restore"])
        .to("/admin/branding?notice=branding-restored"),
    page("/admin/health").performs(&["health.sign_in"]),
    page("/admin/groups").performs(&["group.list"]),
    form("/admin/groups", &[("name", "new-{unique}"), ("parent", "")])
        .performs(&["group.add"])
        .to("/admin/groups?notice=group-added"),
    page("/admin/groups/{id}")
        .form_of("group.change")
        .on(Thing::Group),
    form(
        "/admin/groups/{id}",
        &[("name", "changed-{unique}"), ("parent", "")],
    )
    .on(Thing::Group)
    .performs(&["group.change"])
    .to("/admin/groups?notice=group-saved"),
    form("/admin/groups/{id}/delete", &[])
        .on(Thing::Group)
        .performs(&["group.delete"])
        .to("/admin/groups?notice=group-deleted"),
    page("/admin/mfa").performs(&["policy.find", "setting.find", "group.list", "setting.list_peers"]),
    page("/admin/mfa/test/phone/call").performs(&["factor.find_rehearsal"]),
    page("/admin/mfa/test/{method}").form_of("factor.rehearse"),
    form("/admin/mfa/test/{method}", &[]).performs(&["factor.begin_rehearsal"]),
    form("/admin/mfa/test/{method}/answer", &[("code", "{code}")]).performs(&["factor.rehearse"]),
    page("/admin/mfa/groups/{id}")
        .form_of("policy.preview")
        .on(Thing::Group),
    page("/admin/mfa/people").performs(&["policy.list", "setting.find"]),
    form(
        "/admin/mfa/preview",
        &[
            ("kind", "site"),
            ("methods", "totp"),
            ("methods", "backup_code"),
            ("code_seconds", "120"),
            ("email_seconds", "600"),
            ("retries", "3"),
            ("remember", "12h"),
            ("floor_administrator", "totp"),
        ],
    )
    .performs(&["policy.find", "policy.preview"]),
    form(
        "/admin/mfa/preview",
        &[
            ("kind", "people"),
            ("people", "{user}"),
            ("do", "enable"),
            ("methods", "totp"),
        ],
    )
    .performs(&["policy.list", "policy.preview"]),
    form(
        "/admin/mfa/preview",
        &[
            ("kind", "people"),
            ("all", "matching"),
            ("q", "target"),
            ("do", "enable"),
            ("methods", "totp"),
        ],
    )
    .performs(&["policy.list_matching", "policy.preview"]),
    form(
        "/admin/mfa/preview",
        &[("change", CHANGE), ("back", "/admin/mfa")],
    )
    .performs(&["policy.preview", "policy.find"]),
    form("/admin/mfa/preview/csv", &[("change", CHANGE)]).performs(&["policy.preview"]),
    form(
        "/admin/mfa/apply",
        &[
            ("change", CHANGE),
            ("version", "{version}"),
            ("back", "/admin/mfa"),
            ("when", "now"),
        ],
    )
    .performs(&["policy.find", "policy.apply"])
    .to("/admin/mfa?notice=policy-applied"),
    form(
        "/admin/mfa/apply",
        &[
            ("change", CHANGE),
            ("version", "{version}"),
            ("back", "/admin/mfa"),
            ("when", "report"),
            ("days", "7"),
        ],
    )
    .performs(&["policy.find", "policy.report_only"])
    .in_between(),
    page("/admin/mfa/reports/{id}")
        .on(Thing::PolicyReport)
        .performs(&["policy.find_report"]),
    form("/admin/mfa/reports/{id}/apply", &[("version", "{version}")])
        .on(Thing::PolicyReport)
        .performs(&["policy.apply_report"])
        .to("/admin/mfa?notice=policy-applied"),
    form("/admin/mfa/changes/{id}/undo", &[])
        .on(Thing::PolicyChange)
        .performs(&["policy.undo"])
        .to("/admin/mfa?notice=policy-undone"),
    page("/users/{id}")
        .asks("tab=authentication")
        .on(Thing::Person)
        .performs(&["user.find", "policy.explain", "browser.list", "group.list"]),
    form("/users/{id}/browsers/forget-all", &[])
        .on(Thing::Person)
        .performs(&["browser.forget_all_of"])
        .to("/users/{id}?tab=authentication&notice=browsers-forgotten"),
    form("/users/{id}/group", &[("group", "")])
        .on(Thing::Person)
        .performs(&["group.move_person"])
        .to("/users/{id}?tab=authentication&notice=moved"),
    form(
        "/users/{id}/emails",
        &[
            ("email", "one@example.org"),
            ("email2", ""),
            ("email_choice", "first"),
        ],
    )
    .on(Thing::Person)
    .performs(&["user.set_emails"])
    .to("/users/{id}?tab=authentication&notice=emails-saved"),
    form(
        "/users/{id}/reset",
        &[("method", "totp"), ("reason", "lost phone")],
    )
    .on(Thing::EnrolledPerson)
    .performs(&["factor.reset"])
    .to("/users/{id}?tab=authentication&notice=factor-reset"),
    form(
        "/users/{id}/phone",
        &[("number", "1 9259249500 292"), ("reason", "directory")],
    )
    .on(Thing::Person)
    .performs(&["factor.set_phone"])
    .in_between(),
    page("/users/recovery").performs(&["recovery.list"]),
    page("/users/recovery/{id}")
        .on(Thing::RecoveryRequest)
        .performs(&["recovery.find"]),
    form(
        "/users/recovery/{id}/approve",
        &[
            ("words", "these are not the six words"),
            ("called", "yes"),
            ("read", "yes"),
            ("minutes", "30"),
            ("reason", "lost phone"),
        ],
    )
    .on(Thing::RecoveryRequest)
    .performs(&["recovery.approve"])
    .in_between(),
    form("/users/recovery/{id}/deny", &[("reason", "nobody answers")])
        .on(Thing::RecoveryRequest)
        .performs(&["recovery.deny"])
        .to("/users/recovery?notice=recovery-denied"),
    form("/users/{id}/pass", &[("minutes", "30"), ("reason", "lost phone")])
        .on(Thing::Person)
        .performs(&["factor.issue_pass", "user.find"]),
];
