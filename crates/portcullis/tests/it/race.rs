//! One code, many takers.

use portcullis_testkit::server::{Console, Page};

use crate::site::Site;

const TAKERS: usize = 50;

/// Sends the same code from every browser at once; gives the answers.
async fn send_at_once(consoles: &[Console], code: &str) -> Vec<Page> {
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(consoles.len()));
    let sent: Vec<_> = consoles
        .iter()
        .map(|console| {
            let (console, code, start) = (console.clone(), code.to_owned(), start.clone());
            tokio::spawn(async move {
                start.wait().await;
                console.post("/sign-in/code", &[("code", &code)]).await
            })
        })
        .collect();
    let mut pages = Vec::new();
    for page in sent {
        pages.push(page.await.unwrap());
    }
    pages
}

fn opens_a_session(page: &Page) -> bool {
    let cookies = page
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .filter(|cookie| !cookie.contains("Max-Age=0"))
        .any(|cookie| cookie.starts_with("__Host-portcullis_session="))
}

async fn sessions(site: &Site) -> usize {
    site.server
        .installation
        .texts("SELECT factor FROM sessions")
        .await
        .len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_sent_fifty_times_on_one_login_opens_one_session() {
    let site = Site::new().await;
    let before = sessions(&site).await;
    let console = Console::new(&site.server);
    let _ = console
        .begin_sign_in(&site.person.username, &site.person.password)
        .await
        .expect(303);
    let consoles = vec![console; TAKERS];

    let pages = send_at_once(&consoles, &site.person.next_code().await).await;

    assert_one_session(&site, before, &pages).await;
    println!("one login, {TAKERS} times: {:?}", statuses(&pages));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_sent_on_fifty_logins_at_once_opens_one_session() {
    let site = Site::new().await;
    let before = sessions(&site).await;
    let mut consoles = Vec::new();
    for _ in 0..TAKERS {
        let console = Console::new(&site.server);
        let _ = console
            .begin_sign_in(&site.person.username, &site.person.password)
            .await
            .expect(303);
        consoles.push(console);
    }
    // The code that was used to enrol is dead as well.
    let pages = send_at_once(&consoles, &site.person.next_code().await).await;

    assert_one_session(&site, before, &pages).await;
    println!("{TAKERS} logins: {:?}", statuses(&pages));
}

/// How often each status came.
async fn assert_one_session(site: &Site, before: usize, pages: &[Page]) {
    let statuses = statuses(pages);
    assert!(pages.iter().all(|page| page.status < 500), "{statuses:?}");
    let opened = pages.iter().filter(|page| opens_a_session(page)).count();
    assert_eq!(opened, 1, "{statuses:?}");
    assert_eq!(sessions(site).await, before + 1);
}

fn statuses(pages: &[Page]) -> std::collections::BTreeMap<u16, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for page in pages {
        *counts.entry(page.status).or_default() += 1;
    }
    counts
}
