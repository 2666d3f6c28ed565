//! Signing in with a passkey and nothing else, with Chromium's own authenticator.

use serde_json::{Value, json};

use crate::browser::{Browser, code_now};
use crate::factors::{Company, type_password};

const REFUSED: &str = "That passkey can't sign you in here.";

/// An authenticator built into the machine, which touches itself whenever asked.
async fn add_authenticator(browser: &Browser, verifies: bool) -> Value {
    browser.command("WebAuthn.enable", json!({})).await;
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": verifies,
        "isUserVerified": verifies, "automaticPresenceSimulation": true,
    } });
    let added = browser.command("WebAuthn.addVirtualAuthenticator", options).await;
    added["authenticatorId"].clone()
}

/// Whether the authenticator answers by itself; as long as it does not, the page waits.
async fn touch(browser: &Browser, authenticator: &Value, enabled: bool) {
    let params = json!({ "authenticatorId": authenticator, "enabled": enabled });
    browser
        .command("WebAuthn.setAutomaticPresenceSimulation", params)
        .await;
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
    let passkey = add_authenticator(&wanda, true).await;
    type_password(&wanda, "wanda").await;
    wanda.shows("Enter the code from your app").await;
    wanda
        .submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    wanda
        .submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    wanda.submit(&[("name", "Laptop")], "main button.primary").await;
    wanda.shows("Sign out").await;
    wanda.goto("/me/security").await;
    wanda.shows("can sign in alone").await;

    // By the button. The name can be typed all the while.
    touch(&wanda, &passkey, false).await;
    sign_out(&wanda).await;
    wanda.fill("username", "wan").await;
    wanda.click(BUTTON).await;
    touch(&wanda, &passkey, true).await;
    wanda.shows("First steps").await;

    // From the name field, without a click anywhere.
    touch(&wanda, &passkey, false).await;
    sign_out(&wanda).await;
    let field = "document.querySelector('[name=username]').autocomplete";
    assert_eq!(wanda.evaluate(field).await, json!("username webauthn"));
    touch(&wanda, &passkey, true).await;
    wanda.goto("/sign-in").await;
    wanda.shows("First steps").await;

    // Not once it was removed from the account, though the browser still has it.
    touch(&wanda, &passkey, false).await;
    company.reset_keys_of("wanda").await;
    wanda.goto("/sign-in").await;
    wanda.click(BUTTON).await;
    touch(&wanda, &passkey, true).await;
    wanda.shows(REFUSED).await;
    wanda.quit().await;
}

#[tokio::test]
async fn without_the_switch_or_without_verification_a_passkey_alone_is_not_enough() {
    let company = Company::new().await;
    company.passkeys_alone(true).await;
    let (victor, own) = company.person("victor", &["web_authn"]).await;
    let passkey = add_authenticator(&victor, true).await;
    type_password(&victor, "victor").await;
    victor
        .submit(&[("code", &code_now(&own.app))], "main button.primary")
        .await;
    victor
        .submit(&[], "main form[action='/sign-in/set-up'] button")
        .await;
    victor.submit(&[("name", "Laptop")], "main button.primary").await;
    victor.shows("Sign out").await;
    touch(&victor, &passkey, false).await;
    sign_out(&victor).await;

    // The finger is not recognized any more.
    let verified = json!({ "authenticatorId": passkey, "isUserVerified": false });
    victor.command("WebAuthn.setUserVerified", verified).await;
    victor.click(BUTTON).await;
    touch(&victor, &passkey, true).await;
    victor.shows("Cancelled or timed out. Try again.").await;
    let verified = json!({ "authenticatorId": passkey, "isUserVerified": true });
    touch(&victor, &passkey, false).await;
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
