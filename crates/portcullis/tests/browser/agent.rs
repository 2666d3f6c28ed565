//! The story of `PhoneFactor`'s documentation with an agent: numbers and PINs on another host, its authority imported, people
//! enabled in bulk, a second server that needs nothing done to it.

use std::sync::Arc;
use std::time::Duration;

use portcullis_testkit::PhoneAgent;
use portcullis_testkit::phones::Baresip;

use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::looks::Eye;
use crate::phones::{NUMBER, often, shows_in_the_end};

fn agent(trunk: u16) -> PhoneAgent {
    PhoneAgent::start(env!("CARGO_BIN_EXE_portcullis"), trunk)
}

/// Adds somebody with a PIN, which is printed once.
fn add(agent: &PhoneAgent, name: &str, number: &str) -> String {
    pin_in(&agent.told(&["people", "add", name, number, "--pin"]), name)
}

fn pin_in(told: &str, name: &str) -> String {
    let (_, rest) = told
        .split_once(&format!("PIN for {name}: "))
        .expect("the PIN is printed");
    rest.lines().next().unwrap_or_default().to_owned()
}

/// Keys in one after the other, once the page says that the voice listens, and the last one again until the page says
/// `words`: while a PIN is looked at, and that takes a busy machine a while, no key counts.
async fn press_when_asked(browser: &Browser, phone: &Arc<Baresip>, keys: &[&str], words: &str) {
    const OFTEN: usize = 8;
    shows_in_the_end(browser, LISTENS).await;
    let (last, before) = keys.split_last().expect("some keys");
    for keys in before {
        press(phone, keys).await;
        browser.shows(LISTENS).await;
    }
    for _ in 0..OFTEN {
        press(phone, last).await;
        if browser.text().await.contains(words) {
            return;
        }
    }
    shows_in_the_end(browser, words).await;
}

/// What the page says while the voice listens.
const LISTENS: &str = "Enter your PIN now, then #";

async fn press(phone: &Arc<Baresip>, keys: &str) {
    let (phone, keys) = (Arc::clone(phone), keys.to_owned());
    let pressing = tokio::task::spawn_blocking(move || {
        phone.press(&keys);
        std::thread::sleep(Duration::from_secs(3));
    });
    pressing.await.expect("keys can be pressed");
}

/// Draws PINs for somebody until one has two equal digits side by side. Gives it, and the same with one of the two.
fn pin_with_a_pair(agent: &PhoneAgent, name: &str) -> (String, String) {
    loop {
        let told = agent.told(&["people", "reset-pin", name]);
        let pin = pin_in(&told, name);
        let digits = pin.as_bytes();
        if let Some(place) = digits.windows(2).position(|pair| pair[0] == pair[1]) {
            let mut single = pin.clone();
            single.remove(place);
            return (pin, single);
        }
    }
}

/// Fills in the form as the set-up of the agent printed it, with this for the authority.
pub(crate) async fn connect(admin: &Browser, agent: &PhoneAgent, authority: &str, mode: &str) {
    admin.goto("/admin/phone").await;
    admin.click("[name=way][value=agent]").await;
    if !admin
        .find("[name=url]")
        .await
        .is_displayed()
        .await
        .unwrap_or(false)
    {
        admin.click("#f-agent summary").await;
    }
    admin.click(&format!("[name=mode] [value={mode}]")).await;
    let url = agent.url();
    let fields = [
        ("url", url.as_str()),
        ("username", "portcullis"),
        ("password", agent.password()),
        ("ca", authority),
    ];
    admin
        .submit(&fields, "main form[action='/admin/phone'] button.primary")
        .await;
    admin.shows("Phone settings saved.").await;
}

/// "Enable it for the users", both of them at once.
pub(crate) async fn enable_for_both(admin: &Browser) {
    admin.goto("/admin/mfa/people").await;
    for method in ["phone", "backup_code", "totp", "email"] {
        let css = format!("[name=methods][value={method}]");
        admin.tick(&css, matches!(method, "phone" | "backup_code")).await;
    }
    for row in [2, 3] {
        admin
            .tick(&format!("tbody tr:nth-child({row}) [name=people]"), true)
            .await;
    }
    admin.submit(&[], "button[name=do][value=enable]").await;
    admin.submit(&[], "button[name=when][value=now]").await;
    admin.shows("Undo").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_follows_the_story_with_an_agent() {
    let company = Company::new().await;
    let phone = Arc::new(Baresip::start_as(NUMBER));
    let agent = agent(phone.port);
    // A landline with an extension, in the form of the documentation.
    let pin = add(&agent, "vera", "1 9259249500 292");
    assert!(
        agent
            .told(&["people", "list"])
            .contains("+1 ••• ••• ••00 (ext. 292)")
    );
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.newcomer("vera").await;
    let (kim, _) = company.newcomer("kim").await;

    // The authority of somebody else, by mistake: the server's own certificate.
    let admin = company.administrator().await;
    let wrong = std::fs::read_to_string(company.server.installation.certificate()).expect("it has one");
    connect(&admin, &agent, &wrong, "pin").await;
    enable_for_both(&admin).await;
    type_password(&vera, "vera").await;
    vera.shows("This way does not work at the moment.").await;
    admin.goto("/admin/phone").await;
    admin
        .shows("not vouched for by an authority that is trusted here")
        .await;
    let mut eye = Eye::new();
    eye.watch(&admin).await;
    eye.look(&admin, "/admin/phone").await;
    eye.close();

    // One command, and every node trusts the right one, with no restart. What is no certificate is refused.
    let node = company.server.beside().await;
    let trust = |file: &std::path::Path| {
        let file = file.display().to_string();
        let mut command = company
            .server
            .installation
            .command(&["phone-agent", "trust", &file]);
        command.output().expect("the command runs")
    };
    let refused = trust(&company.server.installation.log_path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`ca` must be a certificate in PEM"));
    let trusted = trust(&agent.ca());
    assert!(
        trusted.status.success(),
        "{}",
        String::from_utf8_lossy(&trusted.stderr)
    );

    let there = company.browser_at("vera-there", &node).await;
    for browser in [&vera, &there] {
        type_password(browser, "vera").await;
        browser.shows("We're calling +1 ••• ••• ••00 (ext. 292).").await;
        browser.shows("Answer, enter your PIN, and press #.").await;
        press_when_asked(browser, &phone, &[&format!("{pin}#")], "Sign out").await;
    }

    // Who is enabled and whom the agent does not know reads what to do.
    type_password(&kim, "kim").await;
    kim.shows("Nobody has entered your phone number. Ask an administrator.")
        .await;

    // Neither the number nor the PIN is anywhere on the server; the agent's log tells who was called, without a number.
    let trail = company.api.get("/api/v2/audit").await.expect(200);
    assert!(!trail.body.to_string().contains("9249500"));
    let log = agent.log();
    assert!(
        log.contains("\"person\":\"vera\"") && log.contains("granted"),
        "{log}"
    );
    assert!(!log.contains("9249500") && !log.contains(&pin), "{log}");
    for browser in [vera, kim, there, admin] {
        browser.quit().await;
    }
}

/// What is keyed in during one call, what comes of it, and what the page says.
struct Keyed<'a> {
    keys: &'a [&'a str],
    outcome: &'static str,
    text: &'static str,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_key_in_as_their_pin_is_told_on_the_page() {
    let company = Company::new().await;
    let phone = Arc::new(Baresip::start_as(NUMBER));
    let mut agent = agent(phone.port);
    add(&agent, "vera", "1 9259249500");
    let (pin, single) = pin_with_a_pair(&agent, "vera");
    let told = agent.told(&["limits", "--in-ten-minutes", "50", "--in-a-day", "50"]);
    assert!(told.contains("50 in ten minutes, 50 in a day"), "{told}");
    company.set_calls(often(agent.settings("pin"))).await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.person("vera", &["phone", "backup_code"]).await;
    let (right, with_one) = (format!("{pin}#"), format!("{single}#"));
    for row in [
        Keyed {
            keys: &["1111#", "2222#"],
            outcome: "wrong_pin",
            text: "That wasn't right. Call again, and key in what you are asked for.",
        },
        // Two equal digits side by side are two: one of them is another PIN. Then the right one in the same call.
        Keyed {
            keys: &[&with_one, &right],
            outcome: "granted",
            text: "Sign out",
        },
        Keyed {
            keys: &[&right],
            outcome: "granted",
            text: "Sign out",
        },
    ] {
        type_password(&vera, "vera").await;
        press_when_asked(&vera, &phone, row.keys, row.text).await;
        assert_eq!(company.latest_call().await["outcome"], row.outcome);
        if row.outcome == "granted" {
            vera.submit(&[], "form[action='/sign-out'] button").await;
        }
    }

    // The agent is gone, and comes back.
    agent.kill();
    type_password(&vera, "vera").await;
    vera.shows("This way does not work at the moment.").await;
    agent.run();

    // A report of fraud ends the sign-in here and blocks the person there.
    type_password(&vera, "vera").await;
    let reported = "Somebody on the phone said that this wasn't you, so the sign-in was ended.";
    press_when_asked(&vera, &phone, &["0#", "1"], reported).await;
    assert_eq!(company.latest_call().await["outcome"], "fraud_blocked");
    let listed = agent.told(&["people", "list"]);
    assert!(listed.contains("BLOCKED: reported on the phone"), "{listed}");
    assert!(
        agent
            .told(&["people", "unblock", "vera"])
            .contains("vera unblocked.")
    );
    vera.quit().await;
}
