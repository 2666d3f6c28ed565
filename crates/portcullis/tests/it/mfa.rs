//! The policy of the second step and the way back in, from the command line.

use std::fs;
use std::process::Output;

use portcullis_testkit::SmtpServer;
use portcullis_testkit::server::{Console, Installation};
use serde_json::json;

use crate::site::Site;

fn both(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs a command that must end with this code; gives what it printed.
#[track_caller]
fn run<'a>(
    installation: &'a Installation,
    arguments: &'a [&str],
    code: i32,
) -> impl Future<Output = String> + 'a {
    let place = std::panic::Location::caller();
    async move {
        let output = installation.run(arguments).await;
        let text = both(&output);
        assert_eq!(output.status.code(), Some(code), "{place}: {arguments:?}: {text}");
        text
    }
}

#[track_caller]
fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in: {text}");
    }
}

/// The word behind `mark`.
fn word_after<'a>(text: &'a str, mark: &str) -> &'a str {
    let (_, rest) = text
        .split_once(mark)
        .unwrap_or_else(|| panic!("`{mark}` is missing in: {text}"));
    rest.split_whitespace().next().unwrap()
}

/// A site with a person `dayo` in the group `Finance`; their password is `lamp copper orbit thistle`.
async fn with_dayo() -> Site {
    let site = Site::new().await;
    let code = site.console.add_person("dayo", "password_user").await;
    Console::set_up(&site.server, &code, "dayo", "lamp copper orbit thistle").await;
    let people = site.api.get("/api/v2/users?query=dayo").await.expect(200);
    let id = people.body["items"][0]["id"].as_str().unwrap().to_owned();
    let group = site
        .api
        .post("/api/v2/groups", &json!({ "name": "Finance" }))
        .await
        .expect(201)
        .text("id");
    let _ = site
        .api
        .put(&format!("/api/v2/users/{id}/group"), &json!({ "group": group }))
        .await
        .expect(204);
    site
}

#[tokio::test]
async fn a_rule_for_a_group_is_previewed_made_explained_and_taken_back() {
    let site = with_dayo().await;
    let installation = &site.server.installation;
    let rule = [
        "--group",
        "Finance",
        "--methods",
        "totp",
        "--skips",
        "3",
        "--retries",
        "5",
    ];

    let preview = run(installation, &[&["mfa", "preview"], &rule[..]].concat(), 0).await;
    says(
        &preview,
        &[
            "Finance: Authenticator App",
            "0 kept out, 0 weaker, 1 changed otherwise",
            "dayo",
        ],
    );
    says(
        &run(installation, &["mfa", "show", "--user", "dayo"], 0).await,
        &["Every method that is switched on may be used."],
    );
    let set = run(installation, &[&["mfa", "set"], &rule[..]].concat(), 0).await;
    says(&set, &["Applied as version 1", "portcullis mfa undo"]);
    let why = run(installation, &["mfa", "show", "--user", "DAYO"], 0).await;
    says(
        &why,
        &[
            "Must prove:  Authenticator App\n",
            "Inherits from Finance.",
            "Retries:     5",
        ],
    );
    let policy = run(installation, &["mfa", "show"], 0).await;
    says(
        &policy,
        &[
            "Version:     1",
            "applied",
            "console",
            "Finance: Authenticator App",
        ],
    );

    says(
        &run(installation, &["mfa", "undo"], 0).await,
        &["Taken back, version 1: Finance: Authenticator App"],
    );
    says(
        &run(installation, &["mfa", "show", "--user", "dayo"], 0).await,
        &["Every method that is switched on may be used."],
    );
    says(
        &run(installation, &["mfa", "undo"], 3).await,
        &["no change that can be taken back"],
    );
    let entry = site
        .api
        .get("/api/v2/audit?operation=policy.apply")
        .await
        .expect(200);
    assert_eq!(entry.body["items"][0]["actor"], "console");
}

#[tokio::test]
async fn a_rule_for_one_person_takes_them_out_of_their_group_until_it_is_cleared() {
    let site = with_dayo().await;
    let installation = &site.server.installation;

    let own = [
        "mfa",
        "set",
        "--user",
        "dayo",
        "--methods",
        "web_authn,totp",
        "--grace-days",
        "7",
    ];
    run(installation, &own, 0).await;
    says(
        &run(installation, &["mfa", "show", "--user", "dayo"], 0).await,
        &[
            "Set for this person",
            "Must prove:  Security Key or Authenticator App",
        ],
    );
    run(installation, &["mfa", "set", "--user", "dayo", "--clear"], 0).await;

    says(
        &run(installation, &["mfa", "show", "--user", "dayo"], 0).await,
        &["Every method that is switched on may be used."],
    );
}

#[tokio::test]
async fn nobody_is_kept_out_by_mistake_and_never_every_administrator() {
    let site = with_dayo().await;
    let installation = &site.server.installation;
    let everybody = ["mfa", "set", "--site", "--methods", "radius", "--yes"];
    let finance = ["mfa", "set", "--group", "Finance", "--methods", "email"];

    let preview = ["mfa", "preview", "--site", "--methods", "radius"];
    says(
        &run(installation, &preview, 0).await,
        &["No administrator could sign in any more"],
    );
    let locked = run(installation, &everybody, 1).await;
    says(
        &locked,
        &[
            "2 kept out",
            "would leave no administrator able to sign in, so it wasn't applied",
        ],
    );
    let careful = run(installation, &finance, 1).await;
    says(
        &careful,
        &["1 would be kept out, so nothing was changed", "--yes"],
    );
    says(&run(installation, &["mfa", "show"], 0).await, &["Version:     0"]);
    run(installation, &[&finance[..], &["--yes"]].concat(), 0).await;

    says(
        &run(installation, &["mfa", "show", "--user", "dayo"], 0).await,
        &["Kept out:    No method is left"],
    );
}

#[tokio::test]
async fn what_is_typed_wrongly_is_told_apart_from_what_is_not_there() {
    let site = Site::new().await;
    let installation = &site.server.installation;

    for (arguments, code, words) in [
        (
            &["mfa", "preview", "--group", "Nowhere", "--methods", "totp"][..],
            3,
            "there is no group `Nowhere`",
        ),
        (
            &["mfa", "show", "--user", "nobody"],
            3,
            "there is no person `nobody`",
        ),
        (&["mfa", "show", "--user", "no body"], 2, "`no body`"),
        (&["mfa", "set", "--user", "admin", "--methods", "sms"], 2, "sms"),
        (&["mfa", "set", "--methods", "totp"], 2, "--site"),
        (
            &["mfa", "set", "--site", "--group", "a"],
            2,
            "cannot be used with",
        ),
        (&["mfa", "set", "--group", "a"], 2, "--methods"),
        (&["mfa", "set", "--site"], 2, "nothing would change"),
        (
            &["mfa", "set", "--site", "--retries", "11"],
            2,
            "`retries` must be at most 10",
        ),
        (
            &["mfa", "undo", "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70"],
            3,
            "no change that can be taken back",
        ),
        (&["recover", "user", "admin"], 2, "--reason"),
        (&["recover", "user", "admin", "--reason", " "], 2, "say why"),
        (
            &["recover", "user", "admin", "--reason", "x", "--minutes", "61"],
            2,
            "61",
        ),
        (
            &["recover", "user", "nobody", "--reason", "x"],
            3,
            "there is no person `nobody`",
        ),
    ] {
        says(&run(installation, arguments, code).await, &[words]);
    }
    for command in ["mfa", "recover"] {
        let help = run(installation, &[command, "--help"], 0).await;
        assert!(help.starts_with("Examples:\n  portcullis "), "{help}");
    }
}

#[tokio::test]
async fn the_limits_of_the_amm_are_taken_over_as_its_manual_prints_them() {
    let site = Site::new().await;
    let installation = &site.server.installation;
    let file = installation.folder().join("web.xml");
    let path = file.to_str().unwrap();
    let printed = "<context-param> <param-name>inmotion.mfa.timeout.inseconds<param-name> <param-value>180<param-value> \
                   <context-param>\n<context-param> <param-name>inmotion.mfa.maximum.retrys<param-name> \
                   <param-value>5<param-value> <context-param>";

    fs::write(&file, printed).unwrap();
    let taken = run(installation, &["mfa", "import-amm", path], 0).await;
    says(
        &taken,
        &["A code ends after 180 s; 5 retries.", "Applied as version 1"],
    );
    says(
        &run(installation, &["mfa", "show"], 0).await,
        &[
            "after 180 s, by e-mail after 600 s",
            "Retries:     5",
            "from the AMM",
        ],
    );

    fs::write(&file, "<web-app><context-param/></web-app>").unwrap();
    says(
        &run(installation, &["mfa", "import-amm", path], 3).await,
        &["has no context-param"],
    );
    fs::write(&file, printed.replace("180", "5")).unwrap();
    says(
        &run(installation, &["mfa", "import-amm", path], 2).await,
        &["`code_seconds` must be between 30 and 3600"],
    );
    let bomb = "<!DOCTYPE x [<!ENTITY a \"&a;&a;\">]>".to_owned() + &printed.replace(">5<", ">&a;<");
    fs::write(&file, bomb).unwrap();
    says(
        &run(installation, &["mfa", "import-amm", path], 2).await,
        &["must be a whole number"],
    );
    says(
        &run(installation, &["mfa", "import-amm", "/nowhere/web.xml"], 1).await,
        &["cannot read"],
    );
}

#[tokio::test]
async fn somebody_who_lost_their_second_step_is_let_in_once_and_every_administrator_hears_of_it() {
    let site = with_dayo().await;
    let installation = &site.server.installation;
    let smtp = SmtpServer::start().await;
    let mail = json!({ "revision": 0, "value": {
        "host": "localhost", "port": smtp.ports.starttls, "security": "starttls", "ca_pem": smtp.ca_pem(),
        "username": SmtpServer::USERNAME, "password": SmtpServer::PASSWORD,
        "from_address": "portcullis@example.org"
    } });
    let _ = site.api.put("/api/v2/settings/mail", &mail).await.expect(204);

    let told = run(
        installation,
        &["recover", "user", "dayo", "--reason", "INC-1, lost phone"],
        0,
    )
    .await;

    says(
        &told,
        &["every administrator is told by e-mail", "once, until", "/sign-in"],
    );
    let pass = word_after(&told, "Temporary pass for dayo: ").to_owned();
    let letter = smtp.wait_for_letter("admin@example.org").await;
    says(&letter.subject, &["A temporary pass was issued on the server"]);
    says(&letter.text, &["account dayo", "INC-1, lost phone"]);
    assert!(!letter.text.contains(&pass));
    smtp.wait_for_letter("dayo@example.org").await;
    for (turn, status) in [("first", 303), ("second", 422)] {
        let console = Console::new(&site.server);
        let _ = console
            .begin_sign_in("dayo", "lamp copper orbit thistle")
            .await
            .expect(303);
        console
            .post("/sign-in/method", &[("method", "temporary_pass")])
            .await;
        let answer = console.post("/sign-in/code", &[("code", &pass)]).await;
        assert_eq!(answer.status, status, "{turn}: {}", answer.text);
        assert_eq!(console.is_signed_in().await, turn == "first");
    }
    let trail = site
        .api
        .get("/api/v2/audit?operation=factor.issue_pass")
        .await
        .expect(200);
    let entry = &trail.body["items"][0];
    assert_eq!(
        (
            &entry["actor"],
            &entry["door"],
            &entry["reason"],
            &entry["subject"]
        ),
        (
            &json!("console"),
            &json!("console"),
            &json!("INC-1, lost phone"),
            &json!("dayo")
        )
    );
    assert!(!trail.body.to_string().contains(&pass));
}

#[tokio::test]
async fn somebody_without_a_password_gets_a_set_up_code_and_somebody_locked_gets_nothing() {
    let site = with_dayo().await;
    let installation = &site.server.installation;
    site.console.add_person("newcomer", "password_user").await;

    let invited = run(
        installation,
        &["recover", "user", "newcomer", "--reason", "INC-2"],
        0,
    )
    .await;
    says(&invited, &["No mail server is set, so nobody was told", "/setup"]);
    let code = word_after(&invited, "Set-up code for newcomer: ");
    Console::set_up(&site.server, code, "newcomer", "lamp copper orbit thistle").await;
    let forgot = [
        "recover",
        "user",
        "dayo",
        "--reason",
        "INC-3",
        "--forgot-password",
    ];
    let forgotten = run(installation, &forgot, 0).await;
    let code = word_after(&forgotten, "Set-up code for dayo: ");
    Console::set_up(&site.server, code, "dayo", "another quite long passphrase").await;

    let people = site.api.get("/api/v2/users?query=dayo").await.expect(200);
    let id = people.body["items"][0]["id"].as_str().unwrap().to_owned();
    let lock = format!("/api/v2/users/{id}/lock");
    let _ = site
        .api
        .post(&lock, &json!({ "reason": "left" }))
        .await
        .expect(204);
    let locked = run(installation, &["recover", "user", "dayo", "--reason", "INC-4"], 1).await;
    says(&locked, &["dayo is locked", "unlock"]);
}
