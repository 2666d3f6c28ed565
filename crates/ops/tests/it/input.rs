use portcullis_model::{AccountId, ResourceDraft, ResourceId, Role, Secret};
use portcullis_ops::{OpError, accounts, resources};
use portcullis_testkit::{Person, World};

type Spoil = Box<dyn Fn(&mut ResourceDraft)>;

/// The fields that are said to be wrong.
fn wrong_fields<T>(result: Result<T, OpError>) -> Vec<&'static str> {
    match result {
        Err(OpError::Invalid(fields)) => fields.into_iter().map(|field| field.field).collect(),
        Err(error) => panic!("{error:?}"),
        Ok(_) => Vec::new(),
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_resource_is_said_at_its_field() {
    let world = World::new().await;
    let owner = world.user("olga", Role::PasswordAdministrator).await;
    let pair = |name: &str| (name.to_owned(), "value".to_owned());
    let cases: Vec<(&[&str], Spoil)> = vec![
        (&[], Box::new(|draft| draft.name = "x".repeat(200))),
        (&["name"], Box::new(|draft| draft.name = "x".repeat(201))),
        (&["name"], Box::new(|draft| draft.name = "  ".to_owned())),
        (&["name"], Box::new(|draft| draft.name = "a\nb".to_owned())),
        (&["kind"], Box::new(|draft| draft.kind = String::new())),
        (
            &["url"],
            Box::new(|draft| draft.url = "javascript:alert(1)".to_owned()),
        ),
        (
            &[],
            Box::new(|draft| draft.url = "https://db.example.org".to_owned()),
        ),
        (&["policy"], Box::new(|draft| draft.policy = "Weak".to_owned())),
        (&[], Box::new(|draft| draft.notes = "x\n".repeat(5000))),
        (&["notes"], Box::new(|draft| draft.notes = "x".repeat(10_001))),
        (&["notes"], Box::new(|draft| draft.notes = "a\0b".to_owned())),
        (
            &[],
            Box::new(move |draft| draft.attributes = (0..50).map(|n| pair(&n.to_string())).collect()),
        ),
        (
            &["attributes"],
            Box::new(move |draft| draft.attributes = (0..51).map(|n| pair(&n.to_string())).collect()),
        ),
        (
            &["attributes"],
            Box::new(move |draft| draft.attributes = vec![pair("rack"), pair("rack")]),
        ),
        (
            &["address", "department", "location"],
            Box::new(|draft| {
                for field in [&mut draft.address, &mut draft.department, &mut draft.location] {
                    *field = "\u{202e}".to_owned();
                }
            }),
        ),
    ];

    for (expected, spoil) in cases {
        let mut draft = ResourceDraft {
            name: "db".to_owned(),
            kind: "Linux".to_owned(),
            ..ResourceDraft::default()
        };
        spoil(&mut draft);
        let added = world
            .gate
            .write(&owner.caller, resources::Add { draft: draft.clone() })
            .await;
        assert_eq!(wrong_fields(added), expected, "{draft:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_account_or_its_password_is_said_at_its_field() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first").await;
    let found = world
        .gate
        .read(&owner.caller, accounts::Find { id: account })
        .await;
    let resource = found.unwrap().account.resource;
    let cases = [
        ("root", "x".repeat(4096), vec![]),
        ("root", "ü".repeat(4096), vec![]),
        ("root", "x".repeat(4097), vec!["password"]),
        ("root", String::new(), vec!["password"]),
        ("root", "a\0b".to_owned(), vec!["password"]),
        ("root", " spaces and\nlines stay ".to_owned(), vec![]),
        ("", "secret".to_owned(), vec!["name"]),
    ];

    for (name, password, expected) in cases {
        let added = add(&world, &owner, resource, name, &password).await;
        if let Ok(id) = &added {
            assert_eq!(
                world.reveal(&owner, *id).await.unwrap(),
                password,
                "not a byte is changed"
            );
        }
        assert_eq!(wrong_fields(added), expected);
    }
    assert_eq!(
        wrong_fields(world.set_password(&owner, account, "").await),
        ["password"]
    );
    assert_eq!(world.reveal(&owner, account).await.unwrap(), "first");
}

async fn add(
    world: &World,
    owner: &Person,
    resource: ResourceId,
    name: &str,
    password: &str,
) -> Result<AccountId, OpError> {
    let add = accounts::Add {
        resource,
        name: name.to_owned(),
        notes: String::new(),
        attributes: Vec::new(),
        password: Some(Secret::new(password)),
    };
    world.gate.write(&owner.caller, add).await
}
