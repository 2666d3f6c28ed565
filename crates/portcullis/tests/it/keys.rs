//! The rotation of keys while everybody goes on working.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::site::{Site, alone};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_rotated_while_people_reveal_and_nobody_notices() {
    let _quiet = alone().await;
    let site = Site::new().await;
    let resource = site.api.add_resource("db-prod-01").await;
    let mut accounts = Vec::new();
    for number in 0..20 {
        let password = format!("Secret-of-{number}-quite-long");
        accounts.push((
            site.api
                .add_account(&resource, &format!("account{number}"), &password)
                .await,
            password,
        ));
    }
    let accounts = Arc::new(accounts);
    let over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (api, accounts, over) = (site.api.clone(), Arc::clone(&accounts), Arc::clone(&over));
            tokio::spawn(async move {
                let mut count = 0;
                while !over.load(Ordering::SeqCst) || count < 20 {
                    let (account, password) = &accounts[count % accounts.len()];
                    assert_eq!(api.reveal(account, "during the rotation").await, *password);
                    count += 1;
                }
                count
            })
        })
        .collect();

    for version in 2..=4 {
        let output = site.server.installation.run(&["key", "rotate"]).await;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            text.contains(&format!("The vault key is at version {version}")),
            "{text}"
        );
    }
    let factors = site
        .server
        .installation
        .run(&["key", "rotate", "--purpose", "factors"])
        .await;
    over.store(true, Ordering::SeqCst);
    let mut reveals = 0;
    for reader in readers {
        reveals += reader.await.expect("no reveal fails");
    }

    assert_eq!(factors.status.code(), Some(0));
    assert!(80 <= reveals);
    let status = site.server.installation.run(&["key", "status"]).await;
    let text = String::from_utf8_lossy(&status.stdout);
    let vault = text
        .lines()
        .find(|line| line.starts_with("vault "))
        .unwrap_or_else(|| panic!("{text}"));
    let words: Vec<_> = vault.split_whitespace().collect();
    assert_eq!((words[1], words.last()), ("4", Some(&"current")), "{text}");
    assert_eq!(
        text.lines().filter(|line| line.starts_with("vault ")).count(),
        1,
        "old keys are gone: {text}"
    );
    // The sealed authenticator opens under its new key.
    site.console.sign_out().await;
    site.console.sign_in(&site.person).await;
    println!("{reveals} reveals during 4 rotations, none failed");
}
