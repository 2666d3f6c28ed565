//! Signing in with a passkey and nothing else, with Chromium's own authenticator.

use serde_json::{Value, json};

use crate::browser::{Browser, SetUp, code_now};
use crate::company::{Company, type_password};

const REFUSED: &str = "That passkey can't sign you in here.";

/// An authenticator built into the machine, which touches itself whenever asked.
async fn add_authenticator(browser: &Browser) -> Value {
    browser.command("WebAuthn.enable", json!({})).await;
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    let added = browser.command("WebAuthn.addVirtualAuthenticator", options).await;
    added["authenticatorId"].clone()
}

/// Whether the authenticator answers what it is asked from now on; what it did not answer before stays unanswered.
async fn touch(browser: &Browser, authenticator: &Value, enabled: bool) {
    let params = json!({ "authenticatorId": authenticator, "enabled": enabled });
    browser
        .command("WebAuthn.setAutomaticPresenceSimulation", params)
        .await;
}

/// Makes the browser one that offers nothing from the name field, so that only the button asks.
async fn without_offers(browser: &Browser) -> Value {
    let source = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";
    browser.command("Page.enable", json!({})).await;
    let added = browser
        .command(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await;
    added["identifier"].clone()
}

/// Registers the browser's own passkey on the way in, because the policy asks for a key.
async fn set_up_passkey(browser: &Browser, username: &str, own: &SetUp) {
    type_password(browser, username).await;
    browser.shows("Enter the code from your app").await;
    browser
        .submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    browser
        .submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    browser.submit(&[("name", "Laptop")], "main button.primary").await;
    browser.shows("Sign out").await;
}

async fn sign_out(browser: &Browser) {
    browser.goto("/").await;
    browser.submit(&[], "form[action='/sign-out'] button").await;
    browser.shows("You are signed out.").await;
}

const BUTTON: &str = "form[action='/sign-in/passkey'] button";

#[tokio::test]
async fn a_passkey_alone_signs_in_by_the_button_and_from_the_name_field() {
    let company = Company::new().await;
    company.passkeys_alone(true).await;
    let (wanda, own) = company.person("wanda", &["web_authn"]).await;
    let passkey = add_authenticator(&wanda).await;
    let quiet = without_offers(&wanda).await;
    set_up_passkey(&wanda, "wanda", &own).await;
    wanda.goto("/me/security").await;
    wanda.shows("can sign in alone").await;

    sign_out(&wanda).await;
    wanda.submit(&[], BUTTON).await;
    wanda.shows("Password age").await;

    // From the name field. While the offer waits, a name can be typed.
    sign_out(&wanda).await;
    let quiet = json!({ "identifier": quiet });
    wanda
        .command("Page.removeScriptToEvaluateOnNewDocument", quiet)
        .await;
    touch(&wanda, &passkey, false).await;
    wanda.goto("/sign-in").await;
    let field = "document.querySelector('[name=username]').autocomplete";
    assert_eq!(wanda.evaluate(field).await, json!("username webauthn"));
    wanda
        .submit(&[("username", "wanda")], "main button.primary")
        .await;
    wanda.shows("Enter your password").await;
    touch(&wanda, &passkey, true).await;
    wanda.goto("/sign-in").await;
    wanda.shows("Password age").await;

    // Not once it was taken away from the account, though the browser still has it.
    without_offers(&wanda).await;
    company.reset("wanda", "web_authn").await;
    wanda.goto("/sign-in").await;
    wanda.submit(&[], BUTTON).await;
    wanda.shows(REFUSED).await;
    wanda.quit().await;
}

#[tokio::test]
async fn without_the_switch_or_without_verification_a_passkey_alone_is_not_enough() {
    let company = Company::new().await;
    company.passkeys_alone(true).await;
    let (victor, own) = company.person("victor", &["web_authn"]).await;
    let passkey = add_authenticator(&victor).await;
    without_offers(&victor).await;
    set_up_passkey(&victor, "victor", &own).await;
    sign_out(&victor).await;

    // The finger is not recognized any more.
    let unverified = json!({ "authenticatorId": passkey, "isUserVerified": false });
    victor.command("WebAuthn.setUserVerified", unverified).await;
    victor.click(BUTTON).await;
    victor.shows("Cancelled or timed out. Try again.").await;
    let verified = json!({ "authenticatorId": passkey, "isUserVerified": true });
    victor.command("WebAuthn.setUserVerified", verified).await;

    // A page that was open when an administrator took the switch away.
    victor.goto("/sign-in").await;
    victor.find(BUTTON).await;
    company.passkeys_alone(false).await;
    victor.click(BUTTON).await;
    victor.shows("The key could not be used.").await;
    victor.goto("/sign-in").await;
    let buttons = format!("document.querySelectorAll({}).length", json!(BUTTON));
    assert_eq!(victor.evaluate(&buttons).await, json!(0));
    let field = "document.querySelector('[name=username]').autocomplete";
    assert_eq!(victor.evaluate(field).await, json!("username"));
    let options = "fetch('/sign-in/passkey/options', { method: 'POST' }).then((answer) => answer.status)";
    assert_eq!(victor.evaluate(options).await, json!(403));
    victor.quit().await;
}
