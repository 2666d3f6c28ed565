//! Every page, light and dark, wide and narrow: no accessibility violation, no policy violation, a picture of each.

use std::path::{Path, PathBuf};

use portcullis_testkit::server::Server;
use portcullis_testkit::skipped;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD};
use crate::chromium::Chromium;

const SIZES: [(u32, u32); 2] = [(1280, 900), (390, 844)];
const TABLET: (u32, u32) = (768, 1024);
const THEMES: [&str; 2] = ["light", "dark"];

/// The pages that are there on every site.
const PAGES: [&str; 34] = [
    "/",
    "/passwords",
    "/passwords?q=zebra",
    "/passwords/new",
    "/resources",
    "/resources/new",
    "/trash",
    "/users",
    "/users/new",
    "/users/recovery",
    "/audit",
    "/audit/verify",
    "/me/security",
    "/me/preferences",
    "/me/tokens",
    "/me/confirm",
    "/activity",
    "/activity?event=error",
    "/admin/branding",
    "/admin/groups",
    "/admin/health",
    "/admin/keys",
    "/admin/mail",
    "/admin/mfa",
    "/admin/mfa/people",
    "/admin/mfa/test/totp",
    "/admin/mfa/test/email",
    "/admin/phone/prompts",
    "/admin/phone/prompts?language=pt",
    "/admin/radius",
    "/search?q=db",
    "/shortcuts",
    "/help/api",
    "/no/such/page",
];

#[tokio::test]
async fn every_page_is_accessible_and_keeps_its_policy() {
    let server = Server::start(env!("CARGO_BIN_EXE_portcullis")).await;
    let chromium = Chromium::start().await;
    let olga = Browser::open(&chromium, "olga", server.url(""), SIZES[0]).await;
    let mut eye = Eye::new();
    eye.watch(&olga).await;

    for path in [
        "/setup",
        "/sign-in",
        "/sign-in/forgot",
        "/sign-in/reset?token=none",
    ] {
        eye.look(&olga, path).await;
    }
    let person = [
        ("username", "olga"),
        ("display_name", "Olga Owner"),
        ("email", "olga@corp.example"),
    ];
    olga.set_up(server.setup_code().expect("nobody has set up"), &person)
        .await;
    fill(&olga).await;
    let account = olga.path().await;
    let resource = olga
        .evaluate("document.querySelector('a[href^=\"/resources/\"]').getAttribute('href')")
        .await;
    let resource = resource
        .as_str()
        .expect("an account links to its resource")
        .to_owned();
    let tabs = ["", "?tab=access", "?tab=history", "?tab=activity"].map(|tab| format!("{account}{tab}"));
    let own_pages = [
        format!("{account}/edit"),
        resource.clone(),
        format!("{resource}/edit"),
    ];
    for path in PAGES.map(str::to_owned).iter().chain(&tabs).chain(&own_pages) {
        eye.look(&olga, path).await;
    }
    olga.goto("/passwords").await;
    olga.submit(&[], "form[action='/sign-out'] button").await;
    olga.goto("/sign-in").await;
    olga.submit(&[("username", "olga")], "main button.primary").await;
    eye.look(&olga, "/sign-in/password").await;
    olga.submit(&[("password", PASSWORD)], "main button.primary")
        .await;
    for path in ["/sign-in/code", "/sign-in/recovery"] {
        if path == "/sign-in/recovery" {
            olga.click("form[action='/sign-in/recovery'] button").await;
            olga.find("#words").await;
        }
        eye.look(&olga, path).await;
    }
    olga.quit().await;

    eye.close();
}

/// Something of everything, so that lists are not empty; ends at an account.
async fn fill(olga: &Browser) {
    for name in ["db-prod-01", "web-prod-01"] {
        olga.goto("/resources/new").await;
        let fields = [
            ("name", name),
            ("kind", "Linux"),
            ("address", "10.20.0.11"),
            ("department", "Platform"),
        ];
        olga.submit(&fields, "main button.primary").await;
    }
    olga.goto("/users/new").await;
    olga.submit(
        &[
            ("username", "vera"),
            ("display_name", "Vera Viewer"),
            ("email", "vera@corp.example"),
        ],
        "main button.primary",
    )
    .await;
    olga.goto("/passwords/new").await;
    olga.submit(&[("name", "root")], "main button.primary").await;
}

/// Looks at pages in every way, and gathers what is wrong with them.
pub(crate) struct Eye {
    axe: Option<String>,
    found: Vec<String>,
    views: usize,
}

impl Eye {
    pub(crate) fn new() -> Self {
        let axe = std::env::var_os("PORTCULLIS_TEST_AXE").map(|path| {
            std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{} cannot be read: {error}", Path::new(&path).display()))
        });
        if axe.is_none() {
            skipped("accessibility of the pages: PORTCULLIS_TEST_AXE names no axe.min.js");
        }
        Self {
            axe,
            found: Vec::new(),
            views: 0,
        }
    }

    /// Counts violations of the policy from the first line of every page on.
    pub(crate) async fn watch(&self, browser: &Browser) {
        let listen = "window.violations = []; document.addEventListener('securitypolicyviolation', event => \
                      window.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + \
                      event.sample));";
        browser
            .command(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": listen }),
            )
            .await;
    }

    pub(crate) async fn look(&mut self, browser: &Browser, path: &str) {
        for (width, height) in SIZES {
            for theme in THEMES {
                pose(browser, (width, height), theme).await;
                browser.goto(path).await;
                self.judge(browser, &format!("{path} {theme} {width} px")).await;
            }
        }
        browser
            .command("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
    }

    /// The same for the page at hand, which goes on as it is.
    pub(crate) async fn look_on(&mut self, browser: &Browser, name: &str) {
        for (width, height) in SIZES.into_iter().chain([TABLET]) {
            for theme in THEMES {
                pose(browser, (width, height), theme).await;
                self.judge(browser, &format!("{name} {theme} {width} px")).await;
            }
        }
        browser
            .command("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
    }

    async fn judge(&mut self, browser: &Browser, view: &str) {
        let wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let over = browser.evaluate(wide).await.as_i64().unwrap_or_default();
        if 0 < over {
            self.found.push(format!("{view}: {over} px too wide"));
        }
        if let Some(axe) = &self.axe {
            for violation in violations(browser, axe).await {
                self.found.push(format!("{view}: {violation}"));
            }
        }
        let broken = browser.evaluate("window.violations").await;
        let broken = broken.as_array().expect("the browser is watched");
        for violation in broken {
            self.found
                .push(format!("{view}: content security policy: {violation}"));
        }
        picture(browser, view).await;
        self.views += 1;
    }

    pub(crate) fn close(self) {
        println!("{} views looked at, {} findings", self.views, self.found.len());
        assert!(self.found.is_empty(), "{}", self.found.join("\n"));
    }
}

/// Makes the browser one of this size that prefers this theme.
async fn pose(browser: &Browser, (width, height): (u32, u32), theme: &str) {
    let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
    browser
        .command("Emulation.setDeviceMetricsOverride", screen)
        .await;
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
    browser.command("Emulation.setEmulatedMedia", media).await;
}

async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.evaluate(&format!("{axe}; undefined")).await;
    let run = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })\
               .then(result => result.violations.map(found => found.id + ': ' + \
               found.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')))";
    let found = browser.evaluate(run).await;
    found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

async fn picture(browser: &Browser, view: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&folder).expect("the folder of the pictures can be made");
    let name: String = view
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { '-' })
        .take(80)
        .collect();
    browser
        .driver
        .screenshot(&folder.join(format!("{name}.png")))
        .await
        .expect("Chromium takes a picture");
}
