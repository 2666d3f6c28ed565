//! The story of `PhoneFactor`'s documentation with an agent: numbers and PINs on another host, its authority imported, people
//! enabled in bulk, a second server that needs nothing done to it.

use std::sync::Arc;
use std::time::Duration;

use portcullis_testkit::PhoneAgent;
use portcullis_testkit::phones::{Baresip, Behaviour, Sipp};
use serde_json::json;

use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::looks::Eye;
use crate::phones::{NUMBER, shows_in_the_end};

fn agent(trunk: u16) -> PhoneAgent {
    PhoneAgent::start(env!("CARGO_BIN_EXE_portcullis"), trunk)
}

/// Adds somebody with a PIN, which is printed once.
fn add(agent: &PhoneAgent, name: &str, number: &str) -> String {
    let told = agent.told(&["people", "add", name, number, "--pin"]);
    let (_, rest) = told
        .split_once(&format!("PIN for {name}: "))
        .expect("the PIN is printed");
    rest.lines().next().unwrap_or_default().to_owned()
}

/// Keys in one after the other, once the page says that the voice listens.
async fn press_when_asked(browser: &Browser, phone: &Arc<Baresip>, keys: &[&str]) {
    shows_in_the_end(browser, "Enter your PIN now, then #").await;
    for keys in keys {
        let (phone, keys) = (Arc::clone(phone), (*keys).to_owned());
        let pressing = tokio::task::spawn_blocking(move || {
            phone.press(&keys);
            std::thread::sleep(Duration::from_secs(3));
        });
        pressing.await.expect("keys can be pressed");
    }
}

/// Lets the server call through an agent, which it asks for `mode`.
async fn set_agent(company: &Company, agent: &PhoneAgent, mode: &str) {
    let mut value = agent.settings(mode);
    value["limits"] = json!({ "in_ten_minutes": 50, "in_a_day": 50 });
    company.set_calls(value).await;
}

/// Fills in the form as the set-up of the agent printed it, with this for the authority.
async fn connect(admin: &Browser, agent: &PhoneAgent, authority: &str) {
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
    admin.click("[name=mode] [value=pin]").await;
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
async fn enable_for_both(admin: &Browser) {
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
    connect(&admin, &agent, &wrong).await;
    enable_for_both(&admin).await;
    type_password(&vera, "vera").await;
    vera.shows("This way does not work at the moment.").await;
    admin.goto("/admin/phone").await;
    admin
        .shows("not vouched for by the authority that was imported")
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
        press_when_asked(browser, &phone, &[&format!("{pin}#")]).await;
        browser.shows("Sign out").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn what_people_do_on_the_phone_is_told_on_the_page() {
    let company = Company::new().await;
    let phone = Arc::new(Baresip::start_as(NUMBER));
    let mut agent = agent(phone.port);
    let pin = add(&agent, "vera", "1 9259249500");
    let told = agent.told(&["limits", "--in-ten-minutes", "50", "--in-a-day", "50"]);
    assert!(told.contains("50 in ten minutes, 50 in a day"), "{told}");
    set_agent(&company, &agent, "pin").await;
    company.switch_on(&["phone", "backup_code", "totp"]).await;
    let (vera, _) = company.person("vera", &["phone", "backup_code"]).await;
    let again = "form[action='/sign-in/call'] button";

    type_password(&vera, "vera").await;
    press_when_asked(&vera, &phone, &["1111#", "#", "2222#"]).await;
    shows_in_the_end(&vera, "That wasn't right.").await;

    for (behaviour, told) in [
        (Behaviour::Reject(486), "The line is busy."),
        (Behaviour::Reject(603), "The call was declined."),
        (Behaviour::Reject(404), "We can't call this number."),
        (Behaviour::HangUp, "The call ended before it was confirmed."),
    ] {
        let other = Sipp::play(behaviour);
        agent.set_trunk(other.port);
        vera.submit(&[], again).await;
        shows_in_the_end(&vera, told).await;
    }

    // The agent is gone, and comes back.
    agent.kill();
    vera.submit(&[], again).await;
    vera.shows("This way does not work at the moment.").await;
    agent.run();
    agent.set_trunk(phone.port);

    // The wrong one once more, and then the right one.
    type_password(&vera, "vera").await;
    press_when_asked(&vera, &phone, &["9999#", &format!("{pin}#")]).await;
    vera.shows("Sign out").await;
    vera.submit(&[], "form[action='/sign-out'] button").await;

    // A report of fraud ends the sign-in here and blocks the person there.
    type_password(&vera, "vera").await;
    press_when_asked(&vera, &phone, &["0#", "1"]).await;
    shows_in_the_end(&vera, "Sign in").await;
    let listed = agent.told(&["people", "list"]);
    assert!(listed.contains("BLOCKED: reported on the phone"), "{listed}");
    assert!(
        agent
            .told(&["people", "unblock", "vera"])
            .contains("vera unblocked.")
    );
    vera.quit().await;
}
