//! People from a real directory: `OpenLDAP` on loopback, over TLS, with more entries than fit on a page.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portcullis_model::Secret;
use portcullis_phone_agent::{Directory, Mapping, from_directory};
use portcullis_testkit::free_port;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::office::{Office, provider};

/// More than one page holds.
const PEOPLE: usize = 620;

struct Slapd {
    process: Child,
    folder: TempDir,
    plain: u16,
    tls: u16,
}

impl Slapd {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        certify(here);
        fs::create_dir(here.join("db")).unwrap();
        let config = format!(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/inetorgperson.schema\npidfile {here}/pid\nargsfile {here}/args\n\
             modulepath /usr/lib/ldap\nmoduleload back_mdb\nTLSCACertificateFile {here}/ca.pem\n\
             TLSCertificateFile {here}/cert.pem\nTLSCertificateKeyFile {here}/key.pem\nsecurity tls=1\n\
             sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited\ndatabase mdb\nsuffix dc=corp,dc=example\n\
             rootdn cn=reader,dc=corp,dc=example\nrootpw s3cret\ndirectory {here}/db\n",
            here = here.display()
        );
        fs::write(here.join("slapd.conf"), config).unwrap();
        fs::write(here.join("people.ldif"), people()).unwrap();
        let added = Command::new("slapadd")
            .args(["-q", "-f"])
            .arg(here.join("slapd.conf"))
            .arg("-l")
            .arg(here.join("people.ldif"))
            .env("PATH", path())
            .output()
            .expect("slapd (packages.txt)");
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
        let (plain, tls) = (free_port(), free_port());
        let process = Command::new("slapd")
            .args(["-d", "0", "-h"])
            .arg(format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}"))
            .arg("-f")
            .arg(here.join("slapd.conf"))
            .env("PATH", path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("slapd (packages.txt)");
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", tls)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "slapd does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self {
            process,
            folder,
            plain,
            tls,
        }
    }

    fn directory(&self, url: String) -> Directory {
        Directory {
            url,
            bind: "cn=reader,dc=corp,dc=example".to_owned(),
            password: Secret::new("s3cret"),
            ca: Some(fs::read_to_string(self.folder.path().join("ca.pem")).unwrap()),
            base: "dc=corp,dc=example".to_owned(),
            filter: "(objectClass=inetOrgPerson)".to_owned(),
        }
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn path() -> String {
    format!(
        "/usr/sbin:/usr/bin:/sbin:/bin:{}",
        std::env::var("PATH").unwrap_or_default()
    )
}

fn people() -> String {
    let mut text =
        "dn: dc=corp,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Corp\ndc: corp\n\n"
            .to_owned();
    for number in 0..PEOPLE {
        let _ = write!(
            text,
            "dn: uid=p{number},dc=corp,dc=example\nobjectClass: inetOrgPerson\nuid: p{number}\ncn: P {number}\nsn: {number}\n"
        );
        match number {
            0 => text += "telephoneNumber: not a number\n",
            1 => {}
            _ => {
                let _ = write!(
                    text,
                    "telephoneNumber: +1 925 924 {number:04}\nmobile: +1 925 925 {number:04}\n"
                );
            }
        }
        text.push('\n');
    }
    text
}

fn certify(folder: &Path) {
    let pair = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(folder.join("ca.pem"), params.self_signed(&pair).unwrap().pem()).unwrap();
    let issuer = Issuer::new(params, pair);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    fs::write(
        folder.join("cert.pem"),
        params.signed_by(&key, &issuer).unwrap().pem(),
    )
    .unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

#[tokio::test]
async fn people_come_from_a_directory_over_tls_only() {
    provider();
    let slapd = Slapd::start();
    let mapping = Mapping {
        name: "UID".to_owned(),
        number: "telephoneNumber".to_owned(),
        backup: Some("mobile".to_owned()),
    };

    let at_once = slapd.directory(format!("ldaps://localhost:{}", slapd.tls));
    let found = from_directory(&at_once, &mapping).await.unwrap();
    // Who has no number is left out.
    assert_eq!(found.len(), PEOPLE - 1);
    let asked_for = slapd.directory(format!("ldap://localhost:{}", slapd.plain));
    assert_eq!(from_directory(&asked_for, &mapping).await.unwrap(), found);

    let office = Office::new(1);
    let imported = office.agent.import(found, false).unwrap();
    assert_eq!((imported.added.len(), imported.refused.len()), (PEOPLE - 2, 1));
    assert!(
        imported.refused[0].0.starts_with("uid=p0,"),
        "{:?}",
        imported.refused
    );
    let person = office.agent.person("P7").unwrap().unwrap().person;
    assert_eq!(person.number, "1 9259240007");
    assert_eq!(person.backup.as_deref(), Some("1 9259250007"));

    let problem = async |change: &dyn Fn(&mut Directory)| {
        let mut directory = slapd.directory(format!("ldaps://localhost:{}", slapd.tls));
        change(&mut directory);
        from_directory(&directory, &mapping)
            .await
            .unwrap_err()
            .to_string()
    };
    let wrong = problem(&|directory| directory.password = Secret::new("other")).await;
    assert!(
        wrong.contains("does not accept the name or the password"),
        "{wrong}"
    );
    let elsewhere = problem(&|directory| directory.base = "dc=elsewhere".to_owned()).await;
    assert!(elsewhere.contains("has no such base"), "{elsewhere}");
    let stranger =
        problem(&|directory| directory.ca = Some(crate::office::Certified::new("localhost").authority)).await;
    assert!(stranger.contains("certificate"), "{stranger}");
}
