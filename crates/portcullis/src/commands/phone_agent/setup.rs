//! Asks what the agent needs, tries it, and says what the server needs.

use std::net::SocketAddr;

use portcullis_model::Secret;
use portcullis_phone_agent::Listening;
use serde_json::{Value, json};

use super::ask::{ask, secret};
use super::authority::Authority;
use super::{Home, logbook, read_file, told};
use crate::cli::{SetUp, Transport, Upkeep};
use crate::tls::Certificate;

/// The user name of the server, unless somebody needs another.
const USERNAME: &str = "portcullis";
const LISTEN: &str = "0.0.0.0:7373";

pub(super) fn run(home: &Home, given: SetUp) -> anyhow::Result<()> {
    eprintln!(
        "This sets up the phone agent of this host. What is in brackets is taken if you type nothing.\n"
    );
    let listening = listening(&given)?;
    let mut trunks = trunk(given)?;
    let agent = home.open_or_make()?;
    if agent.is_set_up()? {
        trunks["limits"] = serde_json::to_value(agent.limits()?)?;
        trunks["prices"] = serde_json::to_value(agent.prices()?)?;
    }
    agent.configure(&serde_json::to_vec(&trunks)?).map_err(told)?;
    let authority = Authority::new(home.tls());
    match &listening.certificate {
        // A pair that does not fit is found here, and not at the first call.
        Some((certificate, key)) => drop(Certificate::of_files(certificate, key)?),
        None => authority.make(&listening.name)?,
    }
    agent.listen(&listening)?;
    logbook::start(&home.logs(), false)?;
    tracing::info!(by = logbook::operator(), "set up");
    if agent.has_password()? {
        println!(
            "\nThe agent is set up anew. The password of the server stays, and the next call goes by the new trunk."
        );
        println!("Where it listens changes with its next start.");
        return Ok(());
    }
    let drawn = agent.draw_password(USERNAME)?;
    println!("\nThe agent is set up. In Portcullis, under Admin > Phone calls, choose Agent and enter:");
    told_login(&listening, &drawn);
    if listening.certificate.is_none() {
        println!("  CA         the text of {}", authority.file().display());
    } else {
        println!("  CA         the certificate of your authority, if the server does not trust it anyway");
    }
    println!(
        "\nThen add people with `portcullis phone-agent people add`, and run `portcullis phone-agent run`."
    );
    println!(
        "Keep a copy of {} in a safe place: without it nothing here can be read.",
        home.key.display()
    );
    Ok(())
}

/// Draws another password.
pub(super) fn password(home: &Home) -> anyhow::Result<()> {
    let agent = home.open()?;
    logbook::start(&home.logs(), false)?;
    let drawn = agent.draw_password(USERNAME)?;
    tracing::info!(by = logbook::operator(), "new password");
    println!("The old password has ended. In Portcullis, under Admin > Phone calls, enter:");
    told_login(&agent.listening()?, &drawn);
    Ok(())
}

fn told_login(listening: &Listening, password: &Secret) {
    println!("  Address    {}", listening.url());
    println!("  User name  {USERNAME}");
    println!("  Password   {}   (shown this once)", password.expose());
}

fn listening(given: &SetUp) -> anyhow::Result<Listening> {
    let listen = match given.listen {
        Some(listen) => listen,
        None => ask("Where should the agent listen", Some(LISTEN), |typed| {
            typed
                .parse::<SocketAddr>()
                .map_err(|_| "An address and a port, such as 0.0.0.0:7373.".to_owned())
        })?,
    };
    let name = match &given.name {
        Some(name) => name.clone(),
        None => ask(
            "By which host name does the server reach this host",
            None,
            |typed| {
                if typed.is_empty() || typed.contains(['/', ' ', ':']) {
                    Err("A name such as phones.corp.example, without https:// and without a port.".to_owned())
                } else {
                    Ok(typed.to_owned())
                }
            },
        )?,
    };
    let certificate = given.certificate.clone().zip(given.key.clone());
    Ok(Listening {
        listen,
        name,
        certificate: certificate
            .map(|(certificate, key)| {
                Ok::<_, std::io::Error>((certificate.canonicalize()?, key.canonicalize()?))
            })
            .transpose()?,
    })
}

fn trunk(given: SetUp) -> anyhow::Result<Value> {
    let filled = |question: &str| {
        ask(question, None, |typed| match typed {
            "" => Err("This is needed.".to_owned()),
            typed => Ok(typed.to_owned()),
        })
    };
    let trunk = match given.trunk {
        Some(trunk) => trunk,
        None => filled("The host of your SIP trunk, with a port if it is not the usual one")?,
    };
    let transport = match given.transport {
        Some(transport) => transport,
        None => ask("Its transport: udp, tcp or tls", Some("tls"), |typed| {
            Ok(match typed {
                "udp" => Transport::Udp,
                "tcp" => Transport::Tcp,
                "tls" => Transport::Tls,
                _ => return Err("udp, tcp or tls.".to_owned()),
            })
        })?,
    };
    let username = match given.trunk_user {
        Some(username) => username,
        None => filled("Your user name there")?,
    };
    let password = match &given.trunk_password {
        Some(file) => Secret::new(read_file(file)?.trim_end_matches(['\r', '\n'])),
        None => secret("Your password there (nothing if it asks for none)")?,
    };
    let countries = if given.countries.is_empty() {
        ask(
            "Which countries may be called, such as US,DE",
            None,
            |typed| match typed {
                "" => Err("At least one, by two letters.".to_owned()),
                typed => Ok(typed
                    .split([',', ' '])
                    .map(str::to_owned)
                    .collect::<Vec<String>>()),
            },
        )?
    } else {
        given.countries
    };
    let (host, port) = match trunk.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host.to_owned(), port.parse::<u16>().ok()),
        _ => (trunk.clone(), None),
    };
    let countries: Vec<String> = countries
        .iter()
        .map(|country| country.trim().to_uppercase())
        .filter(|country| !country.is_empty())
        .collect();
    Ok(json!({
        "trunks": [{
            "host": host,
            "port": port,
            "transport": match transport {
                Transport::Udp => "udp",
                Transport::Tcp => "tcp",
                Transport::Tls => "tls",
            },
            "username": username,
            "login": given.trunk_login,
            "password": password.expose(),
            "sha_only": given.sha_only,
            "tones": given.tones,
            "prefix": given.prefix,
            "caller_id": given.caller_id,
            "domain": given.trunk_domain,
            "ca": given.trunk_ca.as_deref().map(read_file).transpose()?,
            "srtp": given.srtp,
            "upkeep": match given.upkeep.unwrap_or(Upkeep::Ask) {
                Upkeep::Ask => "ask",
                Upkeep::Register => "register",
                Upkeep::None => "none",
            },
        }],
        "countries": countries,
    }))
}
