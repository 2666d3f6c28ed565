use std::io::ErrorKind;

use rustls::CertificateError;

use crate::failure::{Cause, Failure, Step};
use crate::settings::Security;
use crate::setup::Setup;

/// Says in plain words what is wrong and what to do about it.
pub(crate) fn advise(failure: &Failure, setup: &Setup, to: &str) -> String {
    let Setup {
        host, port, patience, ..
    } = setup;
    let seconds = patience.as_secs();
    match (failure.step, &failure.cause) {
        (Step::Lookup, Cause::TimedOut) => {
            format!(
                "Nobody told the address of {host} within {seconds} s. Check how this machine resolves names."
            )
        }
        (Step::Lookup, _) => format!(
            "There is no machine named {host}. Check the spelling of the host, and whether this machine can resolve \
             names."
        ),
        (Step::Connect, Cause::Io(ErrorKind::ConnectionRefused, _)) => format!(
            "{host} refuses connections on port {port}. Check the port, and whether the mail server runs."
        ),
        (Step::Connect, Cause::TimedOut) => format!(
            "{host} did not answer on port {port} within {seconds} s. Check the port, and whether a firewall lets \
             this machine through."
        ),
        (_, Cause::Certificate(error)) => certificate(error, setup),
        (Step::Encrypt, _) if setup.security == Security::Tls => format!(
            "{host} does not speak TLS from the first byte on port {port}. Choose STARTTLS as security, or the port \
             that is meant for TLS, usually 465. ({failure})"
        ),
        (Step::Encrypt, _) => format!("The encryption with {host} did not come about. ({failure})"),
        (Step::Greet, Cause::TimedOut | Cause::HungUp) if setup.security != Security::Tls => format!(
            "{host} takes connections on port {port} but does not greet. If that port speaks TLS from the first \
             byte, as 465 usually does, choose TLS as security; otherwise the mail server is overloaded."
        ),
        (Step::StartTls, Cause::NotOffered) => format!(
            "{host} does not offer STARTTLS on port {port}, so nothing was sent. Choose the port that offers it, \
             usually 587, or TLS with its port, usually 465."
        ),
        (Step::StartTls, Cause::Smuggled) => format!(
            "{host}, or somebody between it and this machine, sent more than it was asked for before the \
             encryption. That is how passwords are stolen, so nothing was sent. Find out what is in between."
        ),
        (Step::SignIn, _) => sign_in(failure, setup),
        (Step::Sender, Cause::Reply { code: 530, text }) => format!(
            "{host} wants more before it takes letters: a user name, or an encrypted connection. Its words: {text}"
        ),
        (Step::Sender, Cause::Reply { code: 500.., text }) => format!(
            "{host} does not take letters from {}. Enter a from address that the user may send as. Its words: {text}",
            setup.from.email
        ),
        (Step::Recipient, Cause::NotOffered) => format!(
            "{host} cannot handle addresses with other letters than plain English ones. Use an address without them."
        ),
        (Step::Recipient, Cause::Reply { code: 500.., text }) => format!(
            "{host} does not deliver to {to}. Check the address; if it is right, the server may want a user name \
             before it passes letters on. Its words: {text}"
        ),
        (Step::Content, Cause::Reply { code: 500.., text }) => {
            format!(
                "{host} looked at the letter and refused it. Ask who runs the server why. Its words: {text}"
            )
        }
        (_, Cause::Reply { code: 500.., text }) => format!(
            "{host} does not want to talk to this machine. Ask who runs the server to allow it. Its words: {text}"
        ),
        (_, Cause::Reply { text, .. }) => format!(
            "{host} does not take the letter now, but may later. Real letters are tried again. Its words: {text}"
        ),
        (_, Cause::Unfit(_)) => format!("“{to}” is not an address that letters can be sent to. Correct it."),
        (_, Cause::Garbled) => {
            format!(
                "What answers on port {port} of {host} is not a mail server. Check the host and the port."
            )
        }
        (_, Cause::TimedOut) => format!(
            "{host} stopped answering: {seconds} s were not enough. Try again; if it happens again, ask who runs the \
             server, or allow more time."
        ),
        (_, Cause::HungUp) => {
            format!(
                "{host} cut the connection in the middle. Try again; if it happens again, ask who runs the server."
            )
        }
        _ => format!("The connection to {host} on port {port} failed. ({failure})"),
    }
}

fn sign_in(failure: &Failure, setup: &Setup) -> String {
    let host = &setup.host;
    match &failure.cause {
        Cause::NotOffered => format!(
            "{host} offers no way to sign in on port {} that Portcullis knows (PLAIN or LOGIN). Remove the user name \
             if none is needed, or choose another port; most servers offer it only on an encrypted connection.",
            setup.port
        ),
        Cause::Reply { code: 500.., text } => format!(
            "{host} does not accept the user name with this password. Check both; some servers want a password made \
             for programs instead of the person's own. Its words: {text}"
        ),
        Cause::Reply { text, .. } => format!(
            "{host} cannot check the password now, but may later. Real letters are tried again. Its words: {text}"
        ),
        _ => format!("{host} did not finish the sign-in. Try again. ({failure})"),
    }
}

fn certificate(error: &CertificateError, setup: &Setup) -> String {
    let host = &setup.host;
    match error {
        CertificateError::UnknownIssuer if setup.own_roots.is_some() => format!(
            "The certificate of {host} was not issued by the authority that is entered here. Enter the certificate of \
             the right authority, or remove it to trust those that this machine trusts."
        ),
        CertificateError::UnknownIssuer => format!(
            "The certificate of {host} was issued by an authority that this machine does not trust. Enter the \
             certificate of that authority."
        ),
        CertificateError::NotValidForNameContext { presented, .. } => {
            // The verifier names them as `DnsName("mail.example.com")`.
            let names: Vec<_> = presented.iter().map(|name| bare(name)).collect();
            format!(
                "The certificate is not for {host} but for {}. Enter the host as the certificate names it.",
                names.join(", ")
            )
        }
        CertificateError::NotValidForName => {
            format!("The certificate is not for {host}. Enter the host as the certificate names it.")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("The certificate of {host} has expired. Who runs the server must renew it.")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("The certificate of {host} is not valid yet. Check the clock of this machine.")
        }
        _ => format!(
            "The certificate of {host} is not acceptable. Who runs the server must replace it. ({})",
            rustls::Error::from(error.clone())
        ),
    }
}

fn bare(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}
