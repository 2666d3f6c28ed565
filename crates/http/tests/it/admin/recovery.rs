use portcullis_model::Role;
use portcullis_testkit::World;

use crate::browser::Browser;

/// The person's page with the six words, and the words.
async fn asked(world: &World, username: &str, password: &str) -> (Browser, String) {
    let mut browser = Browser::new(world);
    browser.post("/sign-in", &[("username", username)]).await;
    let code = browser.post("/sign-in/password", &[("password", password)]).await;
    browser.get(code.location()).await.shows("Ask an administrator");
    browser.post("/sign-in/recovery", &[("next", "/passwords")]).await;
    let page = browser.get("/sign-in/recovery").await;
    let (_, rest) = page.text.split_once("id=\"words\"><strong>").unwrap();
    let words = rest.split('<').next().unwrap().to_owned();
    (browser, words)
}

#[tokio::test]
async fn the_six_words_of_the_waiting_page_open_the_way_to_a_pass() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let (mut person, words) = asked(&world, "alice", alice.password.expose()).await;
    let administrator = world.sign_in(&world.administrator().await).await.unwrap();
    let mut browser = Browser::of(&world, &administrator);
    browser
        .get("/")
        .await
        .shows("Somebody asks for help with the second step.");
    let list = browser.get("/users/recovery").await;
    list.shows("alice");
    let (_, rest) = list.text.split_once("href=\"/users/recovery/").unwrap();
    let path = format!("/users/recovery/{}", rest.split('"').next().unwrap());
    let page = browser.get(&path).await;
    let approve = |words: &str| {
        [
            ("words", words.to_owned()),
            ("called", "yes".to_owned()),
            ("read", "yes".to_owned()),
            ("minutes", "30".to_owned()),
            ("reason", "lost phone".to_owned()),
        ]
    };
    let send = async |browser: &mut Browser, words: &str| {
        let fields = approve(words);
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        browser.post(&format!("{path}/approve"), &fields).await
    };

    let unchecked = browser
        .post(
            &format!("{path}/approve"),
            &[("words", &words), ("minutes", "30"), ("reason", "x")],
        )
        .await;
    let wrong = send(&mut browser, "one two three four five six").await;
    let granted = send(&mut browser, &words).await;

    page.shows("never signed in from there");
    page.shows("They read the six words on their screen to me");
    assert!(!page.text.contains(&words));
    assert_eq!(unchecked.status, 422);
    unchecked.shows("Go through the list first");
    assert_eq!(wrong.status, 422);
    wrong.shows("are not those of this request. 2 tries are left.");
    granted.shows("Temporary pass for");
    let (_, rest) = granted.text.split_once("id=\"pass\">").unwrap();
    let pass = rest.split('<').next().unwrap().to_owned();
    person
        .get("/sign-in/code")
        .await
        .location()
        .strip_prefix("/sign-in/recovery")
        .unwrap();
    let waiting = person.get("/sign-in/recovery").await;
    waiting.shows("An administrator has approved.");
    assert!(!waiting.text.contains(&pass));
    person
        .post("/sign-in/recovery/continue", &[("next", "/passwords")])
        .await;
    let signed_in = person
        .post("/sign-in/code", &[("code", &pass), ("next", "/passwords")])
        .await;
    assert_eq!(signed_in.location(), "/passwords");
    browser.get("/users/recovery").await.shows("pass given");
}

#[tokio::test]
async fn another_browser_with_the_same_password_sees_neither_the_words_nor_the_approval() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let (_, words) = asked(&world, "alice", alice.password.expose()).await;
    let (mut thief, others) = asked(&world, "alice", alice.password.expose()).await;

    assert_ne!(words, others);
    let page = thief.post("/sign-in/recovery/continue", &[("next", "")]).await;
    page.shows("No administrator has approved this yet.");
    let mut stranger = Browser::new(&world);
    let page = stranger.get("/sign-in/recovery").await;
    assert!(page.location().starts_with("/sign-in?notice=expired"));
}
