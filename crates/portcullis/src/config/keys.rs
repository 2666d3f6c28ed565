use crate::config::paths;

/// One setting.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) default: fn() -> String,
    pub(crate) help: &'static str,
    /// May hold a password, so it is never shown whole, and can be read from a file of its own.
    pub(crate) secret: bool,
}

const fn key(name: &'static str, default: fn() -> String, help: &'static str) -> Key {
    Key {
        name,
        default,
        help,
        secret: false,
    }
}

/// Every setting, in the order of the documentation.
pub(crate) const KEYS: &[Key] = &[
    key(
        "server.listen",
        || "[::]:7272".to_owned(),
        "The address and port of the console and the API.",
    ),
    key(
        "server.base_url",
        String::new,
        "How people reach the server; empty for https://localhost and the port.",
    ),
    key(
        "server.hooks_url",
        String::new,
        "How a provider of phone calls reaches this node, with a certificate that the provider trusts; empty for \
         server.base_url. Of several nodes, each needs its own.",
    ),
    key(
        "server.name",
        || "Portcullis".to_owned(),
        "What the console and authenticator apps call this site.",
    ),
    key(
        "data.dir",
        || paths::text(&paths::data()),
        "The folder of the embedded database and the own certificate.",
    ),
    Key {
        name: "database.url",
        default: String::new,
        help: "`sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME?sslmode=verify-full`; empty for SQLite in the \
               data folder.",
        secret: true,
    },
    key(
        "keys.file",
        || paths::text(&paths::config().join("master.key")),
        "The master key. It must not lie in the data folder: a copy of one must not hold the other.",
    ),
    key(
        "tls.certificate",
        String::new,
        "A PEM file with the certificate chain; empty for a self-signed one.",
    ),
    key("tls.key", String::new, "The PEM file with its private key."),
    key(
        "diagnostics.listen",
        || "127.0.0.1:7273".to_owned(),
        "Where /metrics, /healthz and /readyz answer, without TLS; `off` for nowhere.",
    ),
    key(
        "log.level",
        || "info".to_owned(),
        "error, warn, info, debug or trace; or a filter such as `info,portcullis_ops=debug`.",
    ),
    key(
        "log.format",
        || "auto".to_owned(),
        "json, text, or auto: text on a terminal, else json.",
    ),
];
