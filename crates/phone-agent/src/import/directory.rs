use std::sync::Arc;
use std::time::Duration;

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchEntry};
use portcullis_model::{Causes, Secret};
use portcullis_telephony::tls_client;

use super::{Found, ImportError};

/// An LDAP directory, such as Active Directory. It is spoken to over TLS only.
pub struct Directory {
    /// `ldaps://host`, or `ldap://host`, which then is asked for TLS before anything is said.
    pub url: String,
    /// The distinguished name that may read, and its password.
    pub bind: String,
    pub password: Secret,
    /// The authorities that may vouch for it, in PEM; those of the machine where there are none.
    pub ca: Option<String>,
    pub base: String,
    pub filter: String,
}

/// Which attribute says what.
pub struct Mapping {
    pub name: String,
    pub number: String,
    pub backup: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(10);
const PAGE: i32 = 500;

/// Reads everybody that the filter finds and that has a number, however many there are.
pub async fn from_directory(directory: &Directory, mapping: &Mapping) -> Result<Vec<Found>, ImportError> {
    let wrong = |error: ldap3::LdapError| ImportError::Directory(told(&error));
    let is_plain = directory.url.starts_with("ldap://");
    if !is_plain && !directory.url.starts_with("ldaps://") {
        return Err(ImportError::Directory(
            "the address must begin with ldaps:// or ldap://".to_owned(),
        ));
    }
    let tls = tls_client(directory.ca.as_deref())
        .map_err(|error| ImportError::Directory(format!("the authorities of the directory {error}")))?;
    let settings = LdapConnSettings::new()
        .set_conn_timeout(PATIENCE)
        .set_starttls(is_plain)
        .set_config(Arc::new(tls));
    let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &directory.url)
        .await
        .map_err(wrong)?;
    ldap3::drive!(connection);
    ldap.with_timeout(PATIENCE)
        .simple_bind(&directory.bind, directory.password.expose())
        .await
        .and_then(ldap3::LdapResult::success)
        .map_err(wrong)?;
    let found = search(&mut ldap, directory, mapping).await.map_err(wrong);
    let _ = ldap.unbind().await;
    found
}

async fn search(
    ldap: &mut Ldap,
    directory: &Directory,
    mapping: &Mapping,
) -> ldap3::result::Result<Vec<Found>> {
    let adapters: Vec<Box<dyn Adapter<_, _>>> =
        vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(PAGE))];
    let mut attributes = vec![mapping.name.as_str(), mapping.number.as_str()];
    attributes.extend(mapping.backup.as_deref());
    let mut entries = ldap
        .with_timeout(PATIENCE)
        .streaming_search_with(
            adapters,
            &directory.base,
            Scope::Subtree,
            &directory.filter,
            attributes,
        )
        .await?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next().await? {
        let entry = SearchEntry::construct(entry);
        let first = |attribute: &str| {
            // Directories do not care for the case of attributes, and may answer in another.
            entry
                .attrs
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(attribute))
                .and_then(|(_, values)| values.first())
                .cloned()
                .unwrap_or_default()
        };
        let number = first(&mapping.number);
        if number.trim().is_empty() {
            continue;
        }
        found.push(Found {
            name: first(&mapping.name),
            number,
            backup: mapping.backup.as_deref().map(first),
            language: None,
            place: entry.dn,
        });
    }
    entries.finish().await.success()?;
    Ok(found)
}

fn told(error: &ldap3::LdapError) -> String {
    match error {
        ldap3::LdapError::LdapResult { result } if result.rc == 49 => {
            "the directory does not accept the name or the password".to_owned()
        }
        ldap3::LdapError::LdapResult { result } if result.rc == 32 => {
            "the directory has no such base; check its distinguished name".to_owned()
        }
        error => format!("the directory gave nothing: {}", Causes(error)),
    }
}
