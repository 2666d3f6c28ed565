//! The story of the other source on e-mail: codes by e-mail for everybody, to one address or two, and backup codes.

use portcullis_testkit::SmtpServer;
use serde_json::json;

use crate::browser::Browser;
use crate::company::{Company, code_in, type_password};

#[tokio::test]
async fn codes_go_to_the_addresses_that_a_person_chose_and_backup_codes_help_without_them() {
    let company = Company::new().await;
    let mail = SmtpServer::start().await;
    let (erin, mut own) = company.newcomer("erin").await;
    let (vera, others) = company.newcomer("vera").await;
    assert!(
        own.backup_codes
            .iter()
            .all(|code| !others.backup_codes.contains(code))
    );
    vera.quit().await;
    let admin = company.administrator().await;

    configure_mail(&admin, &mail).await;
    enable(&admin).await;

    // The server was not restarted, and the next sign-in obeys.
    type_password(&erin, "erin").await;
    erin.shows("Enter the code from your e-mail").await;
    let code = code_in(&mail, "erin@example.org", 1).await;
    erin.submit(&[("code", &code)], "main button.primary").await;
    erin.shows("Sign out").await;
    choose_both(&erin).await;

    type_password(&erin, "erin").await;
    erin.shows("e•••n@example.org and p•••e@example.net").await;
    let at_work = code_in(&mail, "erin@example.org", 2).await;
    let at_home = code_in(&mail, "private@example.net", 1).await;
    assert_eq!(at_work, at_home, "one code, to both");
    erin.submit(&[("code", &at_home)], "main button.primary").await;
    erin.shows("Sign out").await;

    let code = own.backup_codes.pop().expect("a backup code is left");
    erin.submit(&[], "form[action='/sign-out'] button").await;
    use_backup_code(&erin, &code).await;
    erin.shows("Sign out").await;
    erin.goto("/me/security").await;
    erin.shows("9 left.").await;
    erin.shows("One used").await;
    erin.submit(&[], "form[action='/sign-out'] button").await;
    use_backup_code(&erin, &code).await;
    erin.shows("That backup code isn't valid or was already used.")
        .await;
    erin.quit().await;
    admin.quit().await;
}

async fn use_backup_code(erin: &Browser, code: &str) {
    type_password(erin, "erin").await;
    erin.use_backup_codes().await;
    erin.submit(&[("code", code)], "main button.primary").await;
}

/// "Email Delivery is configured": tried first, and the conversation is shown.
async fn configure_mail(admin: &Browser, mail: &SmtpServer) {
    admin.goto("/admin/mfa").await;
    admin.shows("No mail server is set yet").await;
    admin.goto("/admin/mail").await;
    let port = mail.ports.starttls.to_string();
    let fields = [
        ("host", "localhost"),
        ("port", &port),
        ("username", SmtpServer::USERNAME),
        ("password", SmtpServer::PASSWORD),
        ("from_address", "portcullis@example.org"),
        ("to", "someone@example.org"),
    ];
    let authority = json!(mail.ca_pem());
    admin
        .evaluate(&format!(
            "document.querySelector('[name=ca_pem]').value = {authority}"
        ))
        .await;
    admin.submit(&fields, "[formaction='/admin/mail/test']").await;
    admin
        .shows("The server took the test letter for someone@example.org.")
        .await;
    admin.shows("EHLO").await;
    assert!(!admin.text().await.contains(SmtpServer::PASSWORD));
    admin
        .submit(
            &[("password", SmtpServer::PASSWORD)],
            "main form[action='/admin/mail'] button.primary",
        )
        .await;
    admin.shows("Set").await;
}

/// "Enable it in the settings", for everybody.
async fn enable(admin: &Browser) {
    admin.goto("/admin/mfa").await;
    for method in ["email", "backup_code", "totp"] {
        admin
            .tick(&format!("[name=methods][value={method}]"), method != "totp")
            .await;
    }
    admin.submit(&[], "main form button.primary").await;
    admin.shows("become weaker").await;
    admin.submit(&[], "button[name=when][value=now]").await;
    admin.shows("Undo").await;
}

/// "Whether codes will be sent to Email1, Email2 or both", which everybody chooses.
async fn choose_both(erin: &Browser) {
    erin.goto("/me/security").await;
    erin.click("summary:has(h2)").await;
    erin.click("[name=email_choice] [value=both]").await;
    erin.submit(
        &[("email2", "private@example.net")],
        "form[action='/me/security/emails'] button.primary",
    )
    .await;
    erin.shows("private@example.net").await;
    erin.submit(&[], "form[action='/sign-out'] button").await;
}
