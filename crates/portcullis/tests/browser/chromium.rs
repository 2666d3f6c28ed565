//! One chromedriver for one test, ended with it.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portcullis_testkit::free_port;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// A driver process, and the folders that its browsers may fill.
pub(crate) struct Chromium {
    process: Child,
    url: String,
    profiles: TempDir,
}

impl Chromium {
    /// Starts chromedriver; without it the test fails and says so.
    pub(crate) async fn start() -> Self {
        let port = free_port();
        // In a process space of its own, whose end is the end of every browser in it: Chromium outlives its driver.
        let process = Command::new("setpriv")
            .args([
                "--pdeathsig",
                "KILL",
                "unshare",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
            ])
            .args(["chromedriver", &format!("--port={port}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv and unshare are there, as on every Debian");
        let chromium = Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            profiles: tempfile::tempdir().expect("a temporary folder can be made"),
        };
        chromium.wait_until_ready().await;
        chromium
    }

    async fn wait_until_ready(&self) {
        let status = format!("{}/status", self.url);
        for _ in 0..400 {
            if reqwest::get(&status).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("chromedriver does not answer at {status}; are chromium and chromium-driver installed?");
    }

    /// Opens a browser with an empty profile.
    pub(crate) async fn open(&self, name: &str, size: (u32, u32)) -> WebDriver {
        self.open_with(name, size, &json!({})).await
    }

    /// The same with scripts forbidden in its settings.
    pub(crate) async fn open_without_script(&self, name: &str, size: (u32, u32)) -> WebDriver {
        let block = 2;
        let settings = json!({ "profile.default_content_setting_values.javascript": block });
        self.open_with(name, size, &settings).await
    }

    async fn open_with(&self, name: &str, size: (u32, u32), settings: &Value) -> WebDriver {
        let mut capabilities = DesiredCapabilities::chrome();
        let profile = format!("--user-data-dir={}", self.profiles.path().join(name).display());
        let window = format!("--window-size={},{}", size.0, size.1);
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            &profile,
            &window,
        ];
        for argument in arguments {
            capabilities.add_arg(argument).expect("an argument is a text");
        }
        // The certificate is the server's own; that it is the right one is tested where no browser is needed.
        capabilities
            .accept_insecure_certs(true)
            .expect("a capability is set");
        capabilities
            .add_experimental_option("prefs", settings)
            .expect("settings are an object");
        let driver = WebDriver::new(&self.url, capabilities)
            .await
            .expect("Chromium starts");
        driver
            .set_page_load_timeout(Duration::from_secs(30))
            .await
            .expect("Chromium takes a time limit");
        driver
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
