//! Somebody has lost their phone: six words, an administrator who makes sure, a temporary pass. And a change of the
//! policy that first only reports.

use serde_json::json;

use crate::browser::Browser;
use crate::company::{Company, type_password};
use crate::looks::Eye;

#[tokio::test]
async fn whoever_lost_the_phone_reads_six_words_to_an_administrator_and_gets_in_with_a_pass_once() {
    let company = Company::new().await;
    let (vera, _) = company.newcomer("vera").await;
    let boss = company.administrator().await;
    let mut eye = Eye::new();
    eye.watch(&boss).await;

    type_password(&vera, "vera").await;
    vera.submit(&[], "form[action='/sign-in/recovery'] button").await;
    vera.shows("Waiting for an administrator.").await;
    let words = vera
        .find("#words")
        .await
        .text()
        .await
        .expect("the words are shown");
    assert_eq!(words.split_whitespace().count(), 6, "{words}");

    boss.goto("/users/recovery").await;
    boss.follow("a[aria-label='Look at the request of vera']").await;
    boss.shows("typed right for this request").await;
    let request = boss.path().await;
    eye.look(&boss, &request).await;
    approve(&boss, "apple brick cloud dance eagle flame").await;
    boss.shows("are not those of this request. 2 tries are left.")
        .await;
    approve(&boss, &words).await;
    boss.shows("Temporary pass for vera").await;
    let pass = boss.find("#pass").await.text().await.expect("the pass is shown");
    boss.goto(&request).await;
    boss.shows("It is over: pass given").await;
    assert!(!boss.text().await.contains(&pass), "a pass is shown once");
    eye.look(&boss, "/users/recovery").await;

    vera.shows("An administrator has approved.").await;
    vera.submit(&[], "form[action='/sign-in/recovery/continue'] button")
        .await;
    vera.shows("Enter your temporary pass").await;
    vera.submit(&[("code", "0000-0000")], "main button.primary").await;
    vera.shows("That pass isn't valid, or its time is over.").await;
    vera.submit(&[("code", &pass)], "main button.primary").await;
    vera.shows("Sign out").await;

    vera.submit(&[], "form[action='/sign-out'] button").await;
    type_password(&vera, "vera").await;
    assert!(
        !vera.text().await.contains("temporary pass"),
        "a pass is good for one sign-in"
    );
    vera.quit().await;
    boss.quit().await;
    eye.close();
}

async fn approve(boss: &Browser, words: &str) {
    boss.tick("input[name=called]", true).await;
    boss.tick("input[name=read]", true).await;
    boss.fill("words", words).await;
    boss.fill("reason", "INC-12, lost phone").await;
    boss.submit(&[], "form[action$='/approve'] button").await;
}

#[tokio::test]
async fn a_change_reports_whom_it_would_block_and_is_applied_from_its_report() {
    let company = Company::new().await;
    let (vera, mut set_up) = company.newcomer("vera").await;
    let boss = company.administrator().await;
    let mut eye = Eye::new();
    eye.watch(&boss).await;

    boss.goto("/admin/mfa").await;
    boss.tick("input[name=methods][value=backup_code]", false).await;
    boss.submit(&[], "form[action='/admin/mfa/preview'] button.primary")
        .await;
    boss.click("details:has(button[value=report]) summary").await;
    boss.submit(&[], "button[value=report]").await;
    boss.shows("Nothing is changed.").await;
    let report = boss.path().await;

    vera.begin_sign_in("vera").await;
    vera.use_backup_codes().await;
    let code = set_up.backup_codes.pop().expect("a backup code is left");
    vera.submit(&[("code", &code)], "main button.primary").await;
    vera.shows("Sign out").await;
    boss.goto(&report).await;
    boss.shows("1 would be asked for something else").await;
    eye.look(&boss, &report).await;
    boss.submit(&[], "form[action$='/undo'] button").await;
    boss.shows("Taken back. What was before holds again.").await;
    let policy = company.api.get("/api/v2/mfa/policy").await.expect(200);
    assert!(
        policy.body["site"]["methods"]
            .as_array()
            .expect("methods are a list")
            .contains(&json!("backup_code"))
    );
    vera.quit().await;
    boss.quit().await;
    eye.close();
}
