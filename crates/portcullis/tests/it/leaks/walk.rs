//! Everything that people and programs do with secrets, right and wrong.

use portcullis_testkit::server::{Api, Console, client};
use serde_json::{Value, json};

use super::canaries::Canaries;
use crate::site::Site;

pub(super) async fn walk(site: &Site, canaries: &mut Canaries) {
    let resource = site.api.add_resource("db-prod-01").await;
    by_program(site, &resource, canaries).await;
    by_browser(site, &resource, canaries).await;
    own_passwords(site, canaries).await;
    failing_sign_ins(site, canaries).await;
    failing_programs(site, &resource, canaries).await;
    searches(site, canaries).await;
}

/// What the server itself drew and told somebody once.
pub(super) fn add_own_secrets(site: &Site, canaries: &mut Canaries) {
    canaries.add(site.api.token(), "a personal token");
    for cookie in site.console.cookies().split("; ") {
        let value = cookie.split_once('=').map_or(cookie, |(_, value)| value);
        canaries.add(value, "a session");
    }
    if let Some(code) = site.server.setup_code() {
        canaries.add(code, "the set-up code");
    }
}

async fn by_program(site: &Site, resource: &str, canaries: &mut Canaries) {
    for number in 0..6 {
        let first = canaries.draw("added by a program");
        let account = site
            .api
            .add_account(resource, &format!("program{number}"), &first)
            .await;
        assert_eq!(site.api.reveal(&account, "INC-1").await, first);
        let second = canaries.draw("set by a program");
        let path = format!("/api/v2/accounts/{account}/password");
        let _ = site
            .api
            .put(&path, &json!({ "password": second, "reason": "INC-2" }))
            .await
            .expect(200);
        assert_eq!(site.api.reveal(&account, "INC-3").await, second);
        let old = json!({ "reason": "INC-4", "version": 1 });
        let old = site
            .api
            .post(&format!("/api/v2/accounts/{account}/reveal"), &old)
            .await
            .expect(200);
        assert_eq!(old.text("password"), first);
        if number == 0 {
            let restore = format!("/api/v2/accounts/{account}/versions/1/restore");
            let _ = site
                .api
                .post(&restore, &json!({ "reason": "INC-5" }))
                .await
                .expect(200);
        }
        if number == 1 {
            let generated = site
                .api
                .put(&path, &json!({ "reason": "INC-6" }))
                .await
                .expect(200);
            assert_eq!(generated.body["version"], 3);
            canaries.add(
                &site.api.reveal(&account, "INC-7").await,
                "generated for an account",
            );
        }
    }
    for _ in 0..4 {
        let drawn = site
            .api
            .post("/api/v2/passwords", &json!({ "policy": "Strong" }))
            .await
            .expect(200);
        canaries.add(&drawn.text("password"), "generated and not stored");
    }
}

async fn by_browser(site: &Site, resource: &str, canaries: &mut Canaries) {
    for number in 0..4 {
        let first = canaries.draw("added by a browser");
        let account = site
            .console
            .add_account(resource, &format!("browser{number}"), &first)
            .await;
        let second = canaries.draw("set by a browser");
        let form = [("mode", "type"), ("password", &second[..]), ("reason", "INC-1")];
        let _ = site
            .console
            .post(&format!("/accounts/{account}/password"), &form)
            .await
            .expect(303);
        let reason = [("reason", "INC-2")];
        let shown = site
            .console
            .post(&format!("/accounts/{account}/reveal"), &reason)
            .await
            .expect(200);
        assert!(shown.text.contains(&second));
        let copied = site
            .console
            .post(&format!("/accounts/{account}/copy"), &reason)
            .await
            .expect(200);
        assert!(copied.text.contains(&second));
        let old = format!("/accounts/{account}/versions/1/reveal");
        assert!(
            site.console
                .post(&old, &reason)
                .await
                .expect(200)
                .text
                .contains(&first)
        );
        let _ = site
            .console
            .get(&format!("/accounts/{account}?tab=history"))
            .await
            .expect(200);
        let _ = site
            .console
            .post(&format!("/accounts/{account}/delete"), &[])
            .await
            .expect(303);
    }
    let refused = canaries.draw("typed into a form that was refused");
    let form = [
        ("resource", resource),
        ("name", ""),
        ("mode", "type"),
        ("password", &refused[..]),
    ];
    let _ = site.console.post("/passwords/new", &form).await.expect(422);
}

async fn own_passwords(site: &Site, canaries: &mut Canaries) {
    for username in ["alice", "bob"] {
        let code = site.console.add_person(username, "password_user").await;
        canaries.add(&code, "a set-up code");
        let first = canaries.draw("a person's first password");
        let (console, _person) = Console::set_up(&site.server, &code, username, &first).await;
        let second = canaries.draw("a person's second password");
        let other = canaries.draw("a repetition that was not one");
        let change = |new: &str, repeat: &str| {
            vec![
                ("current", first.clone()),
                ("new", new.to_owned()),
                ("repeat", repeat.to_owned()),
            ]
        };
        for (form, status) in [(change(&second, &other), 422), (change(&second, &second), 303)] {
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, &value[..])).collect();
            let _ = console.post("/me/security/password", &form).await.expect(status);
        }
        console.sign_out().await;
        let answer = console.begin_sign_in(username, &second).await;
        assert_eq!(answer.status, 303);
    }
}

async fn failing_sign_ins(site: &Site, canaries: &mut Canaries) {
    for username in ["admin", "alice", "nobody"] {
        let wrong = canaries.draw("a wrong password");
        let answer = Console::new(&site.server).begin_sign_in(username, &wrong).await;
        assert_eq!(answer.status, 422);
    }
    let console = Console::new(&site.server);
    let _ = console
        .begin_sign_in(&site.person.username, &site.person.password)
        .await
        .expect(303);
    let wrong = canaries.draw("a wrong code");
    let _ = console
        .post("/sign-in/code", &[("code", &wrong)])
        .await
        .expect(422);
    let wrong = canaries.draw("a wrong set-up code");
    let _ = console.post("/setup", &[("code", &wrong)]).await.expect(422);
}

async fn failing_programs(site: &Site, resource: &str, canaries: &mut Canaries) {
    let http1 = client(&site.server.installation).http1_only().build().unwrap();
    let http2 = site.server.client();
    for http in [http1, http2] {
        let post = |body: String| {
            let request = http
                .post(site.server.url("/api/v2/accounts"))
                .bearer_auth(site.api.token());
            request
                .header("content-type", "application/json")
                .body(body)
                .send()
        };
        let cut = format!(
            "{{\"resource\":\"{resource}\",\"password\":\"{}",
            canaries.draw("in JSON that was cut off")
        );
        assert_eq!(post(cut).await.unwrap().status(), 400);
        let wrong = json!({ "resource": resource, "name": [canaries.draw("of the wrong type")] }).to_string();
        assert_eq!(post(wrong).await.unwrap().status(), 422);
        let unknown =
            json!({ "resource": resource, "name": "x", "pasword": canaries.draw("in an unknown field") });
        assert_eq!(post(unknown.to_string()).await.unwrap().status(), 422);
        let name = canaries.draw("the name of an unknown field");
        assert_eq!(post(format!("{{\"{name}\":1}}")).await.unwrap().status(), 422);
        let token = format!("portcullis_pat_{}", canaries.draw("a token that does not exist"));
        assert_eq!(Api::new(&site.server, &token).get("/api/v2/me").await.status, 401);
        let cookie = format!(
            "__Host-portcullis_session={}",
            canaries.draw("a session that does not exist")
        );
        let answer = http
            .get(site.server.url("/passwords"))
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        let path = format!("/accounts/{}", canaries.draw("a path that does not exist"));
        let answer = http
            .get(site.server.url(&path))
            .header("x-note", canaries.draw("in a header"))
            .send()
            .await;
        assert!(answer.unwrap().status().is_redirection());
    }
}

async fn searches(site: &Site, canaries: &mut Canaries) {
    for path in ["/api/v2/accounts?query=", "/api/v2/resources?query="] {
        let found = site
            .api
            .get(&format!("{path}{}", canaries.draw("searched for by a program")))
            .await;
        assert_eq!(found.expect(200).body["items"], Value::Array(Vec::new()));
    }
    for path in ["/passwords?q=", "/search?q=", "/palette?q="] {
        let _ = site
            .console
            .get(&format!("{path}{}", canaries.draw("searched for by a person")))
            .await
            .expect(200);
    }
}
