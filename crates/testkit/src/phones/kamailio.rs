use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Process;
use crate::free_port;
use crate::radius::{Authority, Identity};

/// A trunk as providers run them: digest, registrar, record-route; UDP, TCP and TLS. It knows portcullis/secret of
/// `trunk.lab`, and a line that is busy: any number that ends in 486.
pub struct Kamailio {
    process: Process,
    _folder: TempDir,
    pub port: u16,
    pub tls: u16,
    /// Who signed its certificate for `localhost`.
    pub authority: Authority,
}

/// Debian installs it where only root looks.
const PROGRAM: &str = "/usr/sbin/kamailio";
/// A word in `@` is replaced.
const CONFIG: &str = include_str!("kamailio.cfg");
const TLS: &str = "[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\n\
    private_key = @FOLDER@/server.key\ncertificate = @FOLDER@/server.pem\n";

impl Kamailio {
    /// Relays to the telephone on this port, after a digest with this algorithm.
    pub fn start(algorithm: &str, phone: u16) -> Self {
        let authority = Authority::new();
        let identity = authority.server(&["localhost"]);
        Self::certified(algorithm, phone, authority, identity)
    }

    /// The same with a certificate that may not be good for `localhost`.
    pub fn certified(algorithm: &str, phone: u16, authority: Authority, identity: Identity) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display().to_string();
        let (port, tls) = (free_port(), free_port());
        // An empty algorithm is MD5 to it.
        let config = CONFIG
            .replace("@PORT@", &port.to_string())
            .replace("@TLS@", &tls.to_string())
            .replace("@PHONE@", &phone.to_string())
            .replace("@ALGORITHM@", algorithm)
            .replace("\"tls.cfg\"", &format!("\"{here}/tls.cfg\""));
        for (name, text) in [
            ("kamailio.cfg", config),
            ("tls.cfg", TLS.replace("@FOLDER@", &here)),
            ("server.pem", identity.certificate),
            ("server.key", identity.key),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let arguments = [
            "-f",
            "kamailio.cfg",
            "-m",
            "32",
            "-M",
            "8",
            "-DD",
            "-E",
            "-Y",
            &here,
            "-w",
            &here,
        ];
        let mut process = Process::start(PROGRAM, &arguments, folder.path());
        process.wait_until("Kamailio did not start", |_| {
            std::net::TcpStream::connect(("127.0.0.1", tls)).is_ok()
        });
        Self {
            process,
            _folder: folder,
            port,
            tls,
            authority,
        }
    }

    /// What is entered for it as a trunk: encrypted to it and beyond, or in the clear.
    pub fn trunk(&self, transport: &str) -> Value {
        let mut trunk = json!({
            "host": "127.0.0.1", "port": self.port, "transport": transport, "domain": "trunk.lab",
            "username": "portcullis", "password": "secret", "upkeep": "register",
        });
        if transport == "tls" {
            trunk["host"] = json!("localhost");
            trunk["port"] = json!(self.tls);
            trunk["ca"] = json!(self.authority.pem());
            trunk["srtp"] = json!(true);
        }
        trunk
    }

    pub fn log(&self) -> String {
        self.process.log()
    }
}
