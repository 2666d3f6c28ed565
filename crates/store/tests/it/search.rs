use std::collections::BTreeSet;

use portcullis_model::UserId;

use crate::shelf::{Shelf, insert_account};

const NAMES: [&str; 14] = [
    "root",
    "Root-Backup",
    "db_admin",
    "dbxadmin",
    "10%off",
    "10 off",
    "say \"please\"",
    "a OR b",
    "star*fish",
    "back\\slash",
    "Zürich",
    "ÅNGSTRÖM",
    "日本語サーバ",
    "x'; TRUNCATE accounts; --",
];

async fn filled() -> (Shelf, UserId) {
    let shelf = Shelf::new().await;
    let owner = shelf.person(1).await;
    let resource = shelf.resource(100, owner, "host").await;
    let tx = shelf.write().await;
    for (number, name) in (1000..).zip(NAMES) {
        insert_account(&tx, number, resource, owner, name).await;
    }
    tx.commit().await.unwrap();
    (shelf, owner)
}

#[tokio::test]
async fn words_are_found_by_three_letters_and_by_two() {
    let (shelf, owner) = filled().await;
    let cases: [(&str, &[&str]); 24] = [
        ("root", &["root", "Root-Backup"]),
        ("ROOT", &["root", "Root-Backup"]),
        ("oot", &["root", "Root-Backup"]),
        ("ro", &["root", "Root-Backup"]),
        ("oo ba", &["Root-Backup"]),
        ("root back", &["Root-Backup"]),
        ("root ba", &["Root-Backup"]),
        ("  back   root ", &["Root-Backup"]),
        ("nothing", &[]),
        ("zq", &[]),
        // None of these characters means anything but itself.
        ("db_admin", &["db_admin"]),
        ("b_", &["db_admin"]),
        ("10%", &["10%off"]),
        ("0%", &["10%off"]),
        ("%", &["10%off"]),
        ("\"please\"", &["say \"please\""]),
        ("\"", &["say \"please\""]),
        ("star*", &["star*fish"]),
        ("roo*", &[]),
        ("NOT root", &[]),
        ("k\\s", &["back\\slash"]),
        ("zür", &["Zürich"]),
        ("ångström", &["ÅNGSTRÖM"]),
        ("サーバ", &["日本語サーバ"]),
    ];

    for (query, expected) in cases {
        let found = shelf.accounts(owner, query, 3).await;
        let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
        assert_eq!(found, expected.iter().copied().collect(), "{query:?}");
    }
}

#[tokio::test]
async fn no_query_is_a_command() {
    let (shelf, owner) = filled().await;
    let queries = [
        "root OR star*fish",
        "root AND",
        "NEAR(root, 2)",
        "search: root",
        "^root",
        "-root",
        "(root",
        "\"root",
        "root\"",
        "'; DROP TABLE accounts; --",
        "\u{0}",
        "\u{0}\u{0}\u{0}",
        "a\u{0}b\u{0}c",
        "\\",
        "?1 $1 :a",
        "\u{202e}abc",
    ];
    for query in queries {
        shelf.accounts(owner, query, 5).await;
        shelf.resources(owner, query, 5).await;
    }

    assert_eq!(shelf.accounts(owner, "", 100).await.len(), NAMES.len());
}

#[tokio::test]
async fn a_long_query_is_cut_and_answered() {
    let (shelf, owner) = filled().await;

    let found = shelf.accounts(owner, &"root ".repeat(10_000), 10).await;

    assert_eq!(found.len(), 2);
    assert!(shelf.accounts(owner, &"x".repeat(100_000), 10).await.is_empty());
}

#[tokio::test]
async fn what_is_renamed_is_found_under_its_new_name_only() {
    let (shelf, owner) = filled().await;
    let id = portcullis_model::AccountId(uuid::Uuid::from_u128(1000));
    let words = portcullis_store::accounts::Words {
        sort: "captain".to_owned(),
        search: "captain".to_owned(),
    };
    let tx = shelf.write().await;
    portcullis_store::accounts::set_details(&tx, id, "captain", "", "[]", &words)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(shelf.accounts(owner, "captain", 10).await, ["captain"]);
    assert_eq!(shelf.accounts(owner, "root", 10).await, ["Root-Backup"]);
}
