use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::extension::ClientId;
use portcullis_model::{Secret, SettingsProblem};
use rustls::RootCertStore;
use rustls::pki_types::ServerName;

use crate::settings::{MailSettings, Security};
use crate::tls;

const LONGEST_TIMEOUT: u16 = 60;
const LONGEST_NAME: usize = 200;

/// Settings that have been found good.
pub(crate) struct Setup {
    pub(crate) host: String,
    pub(crate) server_name: ServerName<'static>,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) login: Option<Login>,
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
    /// `None` stands for those that the machine trusts.
    pub(crate) own_roots: Option<Arc<RootCertStore>>,
    pub(crate) patience: Duration,
}

pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: Secret,
}

impl Login {
    pub(crate) fn credentials(&self) -> Credentials {
        Credentials::new(self.username.clone(), self.password.expose().to_owned())
    }
}

impl Setup {
    pub(crate) fn parse(settings: &[u8]) -> Result<Self, SettingsProblem> {
        Self::of(&MailSettings::parse(settings)?)
    }

    pub(crate) fn of(settings: &MailSettings) -> Result<Self, SettingsProblem> {
        let server_name = server_name(&settings.host)?;
        if settings.port == 0 {
            return Err(problem("port", "must be between 1 and 65535"));
        }
        if !(1..=LONGEST_TIMEOUT).contains(&settings.timeout_seconds) {
            let text = format!("must be between 1 and {LONGEST_TIMEOUT}");
            return Err(problem("timeout_seconds", text));
        }
        let login = login(settings)?;
        if login.is_some() && settings.security == Security::None && !is_loopback(&settings.host) {
            let text =
                "must be STARTTLS or TLS where a user name is given, or the password would be sent in clear";
            return Err(problem("security", text));
        }
        Ok(Self {
            host: settings.host.clone(),
            server_name,
            port: settings.port,
            security: settings.security,
            login,
            from: Mailbox::new(
                name("from_name", &settings.from_name)?,
                sender(&settings.from_address)?,
            ),
            reply_to: match given(settings.reply_to.as_deref()) {
                Some(reply_to) => Some(Mailbox::new(None, address("reply_to", reply_to)?)),
                None => None,
            },
            own_roots: match given(settings.ca_pem.as_deref()) {
                Some(pem) => {
                    let roots = tls::roots_of(pem).map_err(|text| problem("ca_pem", text))?;
                    Some(Arc::new(roots))
                }
                None => None,
            },
            patience: Duration::from_secs(settings.timeout_seconds.into()),
        })
    }

    /// How we introduce ourselves: by the domain that we write from. Servers want a full name here, and the
    /// machine's own is rarely one.
    pub(crate) fn client_id(&self) -> ClientId {
        ClientId::Domain(self.from.email.domain().to_owned())
    }
}

fn problem(field: &'static str, problem: impl Into<String>) -> SettingsProblem {
    SettingsProblem {
        field,
        problem: problem.into(),
    }
}

fn server_name(host: &str) -> Result<ServerName<'static>, SettingsProblem> {
    if host.is_empty() {
        return Err(problem("host", "must not be empty"));
    }
    ServerName::try_from(host.to_owned()).map_err(|_| {
        let text = "must be the name or the address of a machine, without `smtp://` and without the port";
        problem("host", text)
    })
}

fn is_loopback(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

fn login(settings: &MailSettings) -> Result<Option<Login>, SettingsProblem> {
    let password = settings
        .password
        .as_ref()
        .filter(|password| !password.expose().is_empty());
    match (given(settings.username.as_deref()), password) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(problem("username", "must not be empty where a password is given")),
        (Some(_), None) => Err(problem(
            "password",
            "must not be empty where a user name is given",
        )),
        (Some(username), Some(password)) => {
            // AUTH PLAIN separates the two by a zero.
            if username.contains('\0') {
                return Err(problem("username", "must not hold control characters"));
            }
            if password.expose().contains('\0') {
                return Err(problem("password", "must not hold control characters"));
            }
            Ok(Some(Login {
                username: username.to_owned(),
                password: password.clone(),
            }))
        }
    }
}

/// The domain is also our name, and part of every `Message-ID`, where only ASCII is allowed.
fn sender(text: &str) -> Result<Address, SettingsProblem> {
    if text.is_ascii() {
        address("from_address", text)
    } else {
        let text = "must be of plain English letters; write the domain in its form that begins with `xn--`";
        Err(problem("from_address", text))
    }
}

fn address(field: &'static str, text: &str) -> Result<Address, SettingsProblem> {
    text.parse()
        .map_err(|_| problem(field, "must be a bare address, such as vault@example.com"))
}

fn name(field: &'static str, text: &str) -> Result<Option<String>, SettingsProblem> {
    if text.chars().any(char::is_control) {
        return Err(problem(field, "must not hold line breaks or control characters"));
    }
    if LONGEST_NAME < text.len() {
        return Err(problem(
            field,
            format!("must not be longer than {LONGEST_NAME} bytes"),
        ));
    }
    Ok(given(Some(text)).map(str::to_owned))
}

/// An empty field of a form is as good as none.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}
