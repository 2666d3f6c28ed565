//! Guessing gets no further by changing nodes, nor by killing one.

use std::time::{Duration, Instant};

use portcullis_testkit::server::{Console, Page, Server};

use crate::site::Site;

/// How many wrong codes a login takes, with three retries.
const TRIES: u32 = 4;

/// How many wrong codes of a person are looked at before there is a wait.
const FREE: u32 = 5;

const VOLLEY: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_has_as_many_tries_as_ever_when_nodes_alternate_and_one_is_killed() {
    let site = Site::new().await;
    let mut other = site.server.beside().await;
    let here = begun(&site, &site.server).await;
    let there = here.at(&other);
    let wrong = wrong_code(&site);

    let first = here.post("/sign-in/code", &wrong).await.expect(422);
    let second = there.post("/sign-in/code", &wrong).await.expect(422);
    other.kill();
    let third = here.post("/sign-in/code", &wrong).await.expect(422);
    other.restart().await;
    let fourth = there.post("/sign-in/code", &wrong).await.expect(303);
    let right = site.person.next_code().await;
    let late = here
        .post("/sign-in/code", &[("code", right.as_str())])
        .await
        .expect(303);

    for (page, left) in [(&first, 3), (&second, 2), (&third, 1)] {
        assert!(
            page.text.contains(&format!("You have {left} tries left.")),
            "{}",
            page.text
        );
    }
    assert!(
        fourth.location().starts_with("/sign-in?"),
        "{}",
        fourth.location()
    );
    assert!(late.location().starts_with("/sign-in?"), "{}", late.location());
    assert!(!here.is_signed_in().await && !there.is_signed_in().await);
    assert_eq!(counted(&site).await, TRIES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_has_one_budget_over_all_logins_and_nodes_even_if_a_node_is_killed_meanwhile() {
    let site = Site::new().await;
    let mut other = site.server.beside().await;
    let mut guessers = Vec::new();
    for turn in 0..VOLLEY {
        let node = if turn % 2 == 0 { &site.server } else { &other };
        guessers.push(begun(&site, node).await);
    }
    let wrong = wrong_code(&site);

    // monotonic: only the difference is used.
    let begin = Instant::now();
    let sent: Vec<_> = guessers
        .into_iter()
        .map(|guesser| {
            let wrong = wrong.map(|(name, code)| (name, code.to_owned()));
            tokio::spawn(async move {
                let form = wrong.each_ref().map(|(name, code)| (*name, code.as_str()));
                guesser.try_post("/sign-in/code", &form).await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(15)).await;
    other.kill();
    let mut answered: Vec<Page> = Vec::new();
    for page in sent {
        answered.extend(page.await.unwrap().ok());
    }
    other.restart().await;
    for node in [&other, &site.server] {
        let guesser = begun(&site, node).await;
        answered.push(guesser.post("/sign-in/code", &wrong).await);
    }
    let took = begin.elapsed();

    let looked_at = answered.iter().filter(|page| page.status == 422).count();
    let counted = counted(&site).await;
    let allowed = allowed_within(took);
    println!(
        "{} of {} guesses answered in {took:?}, {looked_at} looked at, {counted} counted, {allowed} allowed",
        answered.len(),
        VOLLEY + 2
    );
    assert!(
        answered
            .iter()
            .all(|page| page.status == 422 || page.status == 429)
    );
    assert!(VOLLEY / 2 <= answered.len(), "one node lived");
    assert!(
        looked_at <= usize::try_from(counted).unwrap(),
        "some guess was free"
    );
    assert!(counted <= allowed, "the wait was not kept");
    assert!(FREE <= counted, "nothing was guessed");
}

/// A browser of its own, after a right password.
async fn begun(site: &Site, node: &Server) -> Console {
    let console = Console::new(node);
    let _ = console
        .begin_sign_in(&site.person.username, &site.person.password)
        .await
        .expect(303);
    console
}

/// A code that the app shows neither now nor before or after.
fn wrong_code(site: &Site) -> [(&'static str, &'static str); 1] {
    let codes = site.person.codes_around_now();
    let wrong = ["000000", "111111", "222222", "333333"]
        .into_iter()
        .find(|code| !codes.iter().any(|shown| shown == code));
    [("code", wrong.expect("the app shows three codes"))]
}

/// The wrong codes that the database knows of.
async fn counted(site: &Site) -> u32 {
    let query = "SELECT CAST(failures AS TEXT) FROM guesses WHERE who = 'admin' AND factor = 'totp'";
    let rows = site.server.installation.texts(query).await;
    rows.first().map_or(0, |row| row.parse().unwrap())
}

/// How many guesses may be counted in that time: the free ones, and then one after 1, 2, 4 … seconds.
fn allowed_within(took: Duration) -> u32 {
    let mut allowed = FREE;
    let (mut wait, mut next) = (1, 1);
    while next <= took.as_secs() {
        allowed += 1;
        wait *= 2;
        next += wait;
    }
    allowed
}
