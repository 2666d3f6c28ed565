use axum::http::StatusCode;

use crate::matrix::route::{Route, form, page};

/// What needs no session: signing in, setting up, files.
pub(super) const ROUTES: &[Route] = &[
    page("/healthz").open(),
    page("/assets/{name}").open(),
    page("/api/v2/openapi.json").open(),
    page("/branding/logo/{name}")
        .open()
        .performs(&["branding.show_logo"]),
    page("/branding/accent/{name}").open(),
    // Nobody who asks here has the token of a call.
    page("/hooks/voice/{token}/{name}")
        .open()
        .gives(StatusCode::NOT_FOUND),
    form("/hooks/voice/{token}/{name}", &[])
        .open()
        .gives(StatusCode::NOT_FOUND),
    page("/sign-in")
        .open()
        .performs(&["setup.needed", "branding.show", "login.inspect"]),
    form("/sign-in", &[("username", "{username}"), ("next", "/passwords")])
        .open()
        .performs(&["login.begin"]),
    form("/sign-in/passkey/options", &[])
        .open()
        .performs(&["login.offer_passkey"]),
    form("/sign-in/passkey", &[("code", "{}"), ("next", "")])
        .open()
        .performs(&["login.prove_passkey"]),
    page("/sign-in/password").open().performs(&["login.find"]),
    form("/sign-in/password", &[("password", "{password}"), ("next", "")])
        .open()
        .performs(&["login.prove_password"]),
    page("/sign-in/code")
        .open()
        .performs(&["login.find", "login.time_out"]),
    form(
        "/sign-in/code",
        &[("code", "000000"), ("username", "{username}"), ("next", "")],
    )
    .open()
    .performs(&["login.prove_factor"]),
    page("/sign-in/call")
        .open()
        .performs(&["login.find", "login.time_out"]),
    form("/sign-in/call", &[("next", "")])
        .open()
        .performs(&["login.challenge"]),
    form("/sign-in/method", &[("method", "backup_code"), ("next", "")])
        .open()
        .performs(&["login.choose_method"]),
    form("/sign-in/more-time", &[("next", "")])
        .open()
        .performs(&["login.more_time"]),
    form("/sign-in/resend", &[("next", "")])
        .open()
        .performs(&["login.challenge"]),
    page("/sign-in/set-up").open().performs(&["login.find"]),
    form("/sign-in/set-up", &[("method", "totp"), ("next", "")])
        .open()
        .performs(&["login.begin_set_up"]),
    form("/sign-in/set-up/call", &[("next", "")])
        .open()
        .performs(&["login.call_set_up"]),
    page("/sign-in/set-up/confirm")
        .open()
        .performs(&["login.show_set_up"]),
    form(
        "/sign-in/set-up/confirm",
        &[("code", "000000"), ("name", "Phone"), ("next", "")],
    )
    .open()
    .performs(&["login.confirm_set_up"]),
    form("/sign-in/set-up/skip", &[("next", "")])
        .open()
        .performs(&["login.skip_set_up"]),
    page("/sign-in/recovery").open().performs(&["recovery.find_mine"]),
    form("/sign-in/recovery", &[("next", "")])
        .open()
        .performs(&["recovery.ask"]),
    form("/sign-in/recovery/continue", &[("next", "")])
        .open()
        .performs(&["recovery.go_on"]),
    page("/sign-in/forgot").open(),
    form(
        "/sign-in/forgot",
        &[("username", "{username}"), ("email", "nobody@example.org")],
    )
    .open()
    .performs(&["login.forgot_password"]),
    page("/sign-in/reset").asks("token=none").open(),
    form(
        "/sign-in/reset",
        &[("token", "none"), ("password", "lamp copper orbit thistle")],
    )
    .open()
    .performs(&["login.redeem_reset"]),
    form("/sign-in/cancel", &[]).open().performs(&["login.cancel"]),
    page("/setup").open().performs(&["setup.needed"]),
    form("/setup", &[("code", "AAAA-BBBB-CCCC-DDDD")])
        .open()
        .performs(&["setup.inspect"]),
    page("/setup/person").open(),
    form(
        "/setup/person",
        &[
            ("code", "AAAA-BBBB-CCCC-DDDD"),
            ("username", "{unique}"),
            ("display_name", "Nobody"),
            ("email", "nobody@example.org"),
            ("password", "lamp copper orbit thistle"),
            ("repeat", "lamp copper orbit thistle"),
        ],
    )
    .open()
    .performs(&["setup.claim"]),
    page("/setup/authenticator")
        .open()
        .performs(&["setup.show_authenticator"]),
    form("/setup/authenticator", &[("code", "000000"), ("name", "Phone")])
        .open()
        .performs(&["setup.confirm"]),
];
