use std::collections::BTreeSet;

use portcullis_model::{AccountRight, PageSize, UserId};
use portcullis_store::grants::Target;
use portcullis_store::{accounts, home, users};

use crate::shelf::{NOW, Shelf, filter, insert_account, insert_resource, user};

/// 60 accounts on 6 resources of one owner. What is before `#` is what sorts, so every third shares its place.
async fn filled() -> (Shelf, UserId) {
    let shelf = Shelf::new().await;
    let owner = shelf.person(1).await;
    let tx = shelf.write().await;
    for resource in 0..6 {
        let id = insert_resource(&tx, 100 + resource, owner, &format!("resource-{resource}")).await;
        for account in 0..10 {
            let number = resource * 10 + account;
            insert_account(
                &tx,
                1000 + number,
                id,
                owner,
                &format!("account-{}#{number}", number / 3),
            )
            .await;
        }
    }
    tx.commit().await.unwrap();
    (shelf, owner)
}

fn resource(number: u128) -> Target {
    Target::Resource(portcullis_model::ResourceId(uuid::Uuid::from_u128(100 + number)))
}

fn account(number: u128) -> Target {
    Target::Account(portcullis_model::AccountId(uuid::Uuid::from_u128(1000 + number)))
}

fn assert_each_once(names: &[String], expected: usize) {
    assert_eq!(names.len(), expected, "{names:?}");
    assert_eq!(
        names.iter().collect::<BTreeSet<_>>().len(),
        expected,
        "one comes twice: {names:?}"
    );
    let keys: Vec<_> = names.iter().map(|name| name.split('#').next().unwrap()).collect();
    assert!(keys.is_sorted(), "{names:?}");
}

#[tokio::test]
async fn the_owner_meets_every_account_once_whatever_the_size_of_the_page() {
    let (shelf, owner) = filled().await;

    for size in [1, 2, 3, 7, 59, 60, 61] {
        assert_each_once(&shelf.accounts(owner, "", size).await, 60);
        assert_each_once(&shelf.accounts(owner, "ac", size).await, 60);
    }
}

#[tokio::test]
async fn a_search_meets_every_match_once_whatever_the_size_of_the_page() {
    let (shelf, owner) = filled().await;

    for size in [1, 7, 60] {
        let names = shelf.accounts(owner, "account", size).await;
        assert_eq!(names.len(), 60);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 60);
    }
}

#[tokio::test]
async fn whoever_was_given_accounts_meets_those_and_no_others() {
    let (shelf, _) = filled().await;
    let grantee = shelf.person(2).await;
    for number in [0, 1, 2, 30, 59] {
        shelf
            .grant(5000 + number, grantee, account(number), AccountRight::View)
            .await;
    }

    for size in [1, 2, 3, 100] {
        assert_each_once(&shelf.accounts(grantee, "", size).await, 5);
    }
    assert_eq!(shelf.accounts(grantee, "account", 2).await.len(), 5);
    assert!(
        shelf.resources(grantee, "", 10).await.is_empty(),
        "the resources themselves were not shared"
    );
}

#[tokio::test]
async fn whoever_was_given_resources_meets_each_account_of_them_once() {
    let (shelf, _) = filled().await;
    let grantee = shelf.person(2).await;
    shelf.grant(5000, grantee, resource(1), AccountRight::View).await;
    shelf
        .grant(5001, grantee, resource(4), AccountRight::Modify)
        .await;
    // Both ways to the same account, and one more outside.
    shelf.grant(5002, grantee, account(11), AccountRight::Full).await;
    shelf.grant(5003, grantee, account(0), AccountRight::View).await;

    for size in [1, 2, 3, 21] {
        assert_each_once(&shelf.accounts(grantee, "", size).await, 21);
    }
    assert_eq!(
        shelf.resources(grantee, "", 1).await,
        ["resource-1", "resource-4"]
    );
    let snapshot = shelf.store.begin_read().await.unwrap();
    let page = accounts::list(&snapshot, grantee, &filter("", None, 100), NOW)
        .await
        .unwrap();
    let right = |name: &str| {
        page.items
            .iter()
            .find(|account| account.name.ends_with(name))
            .unwrap()
            .right
    };
    assert_eq!(
        [right("#11"), right("#12"), right("#40")],
        [AccountRight::Full, AccountRight::View, AccountRight::Modify]
    );
    assert_eq!(home::counts(&snapshot, grantee).await.unwrap(), (21, 2));
}

#[tokio::test]
async fn a_stranger_sees_nothing() {
    let (shelf, _) = filled().await;
    let stranger = shelf.person(2).await;

    assert!(shelf.accounts(stranger, "", 100).await.is_empty());
    assert!(shelf.accounts(stranger, "account", 100).await.is_empty());
    assert!(shelf.accounts(stranger, "ac", 100).await.is_empty());
    assert!(shelf.resources(stranger, "", 100).await.is_empty());
    assert!(shelf.resources(stranger, "resource", 100).await.is_empty());
    let snapshot = shelf.store.begin_read().await.unwrap();
    assert_eq!(home::counts(&snapshot, stranger).await.unwrap(), (0, 0));
    let id = portcullis_model::AccountId(uuid::Uuid::from_u128(1000));
    assert!(
        accounts::view_of(&snapshot, stranger, id, NOW)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_list_can_be_of_one_resource_or_of_one_type() {
    let (shelf, owner) = filled().await;
    let snapshot = shelf.store.begin_read().await.unwrap();
    let Target::Resource(third) = resource(3) else {
        unreachable!()
    };
    for query in ["", "account"] {
        let mut filter = filter(query, None, 100);
        filter.resource = Some(third);
        assert_eq!(
            accounts::list(&snapshot, owner, &filter, NOW)
                .await
                .unwrap()
                .items
                .len(),
            10
        );
        filter.kind = Some("Linux".to_owned());
        assert_eq!(
            accounts::list(&snapshot, owner, &filter, NOW)
                .await
                .unwrap()
                .items
                .len(),
            10
        );
        filter.kind = Some("Router".to_owned());
        assert!(
            accounts::list(&snapshot, owner, &filter, NOW)
                .await
                .unwrap()
                .items
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_cursor_that_makes_no_sense_is_a_page_and_no_error() {
    let (shelf, owner) = filled().await;
    let snapshot = shelf.store.begin_read().await.unwrap();
    for cursor in [
        "",
        "~",
        "x~y",
        "99999999999999999999",
        "-1",
        "00000000-0000-0000-0000-000000000000~\u{1f}",
    ] {
        for query in ["", "account"] {
            let listed =
                accounts::list(&snapshot, owner, &filter(query, Some(cursor.to_owned()), 10), NOW).await;
            assert!(listed.is_ok(), "{cursor:?}");
        }
    }
}

#[tokio::test]
async fn people_are_listed_by_name_each_once() {
    let shelf = Shelf::new().await;
    let tx = shelf.write().await;
    for (number, name) in (1..).zip(["ada", "ben", "b_n", "b%n", "cyd", "dan", "eve"]) {
        users::insert(&tx, &user(number, name)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let snapshot = shelf.store.begin_read().await.unwrap();
    let mut names: Vec<String> = Vec::new();
    loop {
        let after = names.last().cloned().unwrap_or_default();
        let page = users::list(&snapshot, "", &after, PageSize::clamp(2))
            .await
            .unwrap();
        let Some(first) = page.into_iter().next() else {
            break;
        };
        names.push(first.username);
    }

    assert_eq!(names, ["ada", "b%n", "b_n", "ben", "cyd", "dan", "eve"]);
    for (query, found) in [("b_n", "b_n"), ("B%N", "b%n")] {
        let page = users::list(&snapshot, query, "", PageSize::DEFAULT)
            .await
            .unwrap();
        assert_eq!(
            page.iter().map(|person| &*person.username).collect::<Vec<_>>(),
            [found]
        );
    }
}
