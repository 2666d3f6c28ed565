use std::time::Duration;

use portcullis_model::{Accent, Branding, LogoId, Part, Role};
use portcullis_ops::branding::{AddLogo, Find, Put, Restore, Show, ShowLogo};
use portcullis_ops::identify::{Session, session};
use portcullis_ops::{OpError, privacy};
use portcullis_testkit::{Person, World};

/// A PNG of one red pixel.
const PIXEL: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\
    \x08\x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\xf8\xcf\xc0\x00\
    \x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

fn text(value: &str) -> Part<String> {
    Part {
        on: true,
        value: value.to_owned(),
    }
}

async fn put(world: &World, by: &Person, value: Branding) -> Result<(), OpError> {
    let version = world.gate.read(&by.caller, Find).await.unwrap().version;
    world.gate.write(&by.caller, Put { value, version }).await
}

fn fields(result: Result<(), OpError>) -> Vec<String> {
    match result {
        Err(OpError::Invalid(errors)) => errors
            .into_iter()
            .map(|error| format!("{} {}", error.field, error.problem))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_change_shows_on_every_node_at_once_and_an_older_look_comes_back() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let other = world.second_node().await;
    let shown = async || {
        other
            .read(&world.anonymous(), Show { known: -1 })
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(shown().await.version, 0);

    let look = Branding {
        description: text("Example Ltd"),
        banner: text("Authorised use only."),
        ..Branding::default()
    };
    put(&world, &admin, look.clone()).await.unwrap();
    assert_eq!(shown().await.description.as_deref(), Some("Example Ltd"));
    let mut off = look;
    off.description.on = false;
    put(&world, &admin, off).await.unwrap();
    assert_eq!(shown().await.description, None);
    assert!(
        other
            .read(&world.anonymous(), Show { known: 2 })
            .await
            .unwrap()
            .is_none()
    );

    world
        .gate
        .write(&admin.caller, Restore { version: 1 })
        .await
        .unwrap();
    assert_eq!(shown().await.description.as_deref(), Some("Example Ltd"));
    world
        .gate
        .write(&admin.caller, Restore { version: 0 })
        .await
        .unwrap();
    assert_eq!((shown().await.version, shown().await.banner), (4, None));
}

#[tokio::test]
async fn who_looked_at_an_older_version_changes_nothing_and_nobody_but_administrators_does() {
    let world = World::new().await;
    let admin = world.administrator().await;
    put(&world, &admin, Branding::default()).await.unwrap();
    let stale = Put {
        value: Branding::default(),
        version: 0,
    };
    assert!(matches!(
        world.gate.write(&admin.caller, stale).await,
        Err(OpError::Conflict(_))
    ));

    for role in [
        Role::PasswordAdministrator,
        Role::PasswordAuditor,
        Role::PasswordUser,
    ] {
        let person = world.user(&role.word().replace('_', "-"), role).await;
        let denied = world.gate.write(&person.caller, Restore { version: 0 }).await;
        assert!(matches!(denied, Err(OpError::Denied)));
        let denied = world
            .gate
            .remote(&person.caller, AddLogo { file: PIXEL.to_vec() })
            .await;
        assert!(matches!(denied, Err(OpError::Denied)));
    }
    world.clock.advance(Duration::from_mins(16));
    let stale = world.gate.write(&admin.caller, Restore { version: 0 }).await;
    assert!(matches!(stale, Err(OpError::StepUp)));
}

#[tokio::test]
async fn an_accent_that_cannot_be_read_is_refused_with_the_nearest_that_can() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let accent = |light: &str, dark: &str| Branding {
        accent: Part {
            on: true,
            value: Some(Accent {
                light: light.parse().unwrap(),
                dark: dark.parse().unwrap(),
            }),
        },
        ..Branding::default()
    };

    let problems = fields(put(&world, &admin, accent("#ffcc00", "#222222")).await);

    assert_eq!(problems.len(), 2);
    assert!(
        problems[0].starts_with("accent_light has a contrast of 1."),
        "{}",
        problems[0]
    );
    let nearest = |problem: &str| {
        problem
            .rsplit_once("is ")
            .unwrap()
            .1
            .trim_end_matches('.')
            .to_owned()
    };
    let passes = accent(&nearest(&problems[0]), &nearest(&problems[1]));
    put(&world, &admin, passes).await.unwrap();
}

#[tokio::test]
async fn a_logo_is_served_by_its_digest_and_swept_if_nobody_names_it() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let logo = world
        .gate
        .remote(&admin.caller, AddLogo { file: PIXEL.to_vec() })
        .await
        .unwrap();
    let found = async |id| {
        world
            .gate
            .read(&world.anonymous(), ShowLogo { id })
            .await
            .unwrap()
    };
    assert_eq!(found(logo.id).await.unwrap().png, logo.png);
    assert!(found(LogoId([7; 32])).await.is_none());
    let unknown = Branding {
        logo: Part {
            on: true,
            value: Some(LogoId([7; 32])),
        },
        ..Branding::default()
    };
    assert!(fields(put(&world, &admin, unknown).await)[0].starts_with("logo is not there"));

    let sweep = async || {
        world.clock.advance(Duration::from_hours(25));
        world
            .gate
            .write(&world.job(), portcullis_ops::jobs::Sweep)
            .await
            .unwrap();
    };
    sweep().await;
    assert!(found(logo.id).await.is_none());
    let admin = world.sign_in(&admin).await.unwrap();
    world
        .gate
        .remote(&admin.caller, AddLogo { file: PIXEL.to_vec() })
        .await
        .unwrap();
    let named = Branding {
        logo: Part {
            on: true,
            value: Some(logo.id),
        },
        ..Branding::default()
    };
    put(&world, &admin, named).await.unwrap();
    sweep().await;
    assert!(found(logo.id).await.is_some());
}

#[tokio::test]
async fn f3_a_file_that_is_no_picture_or_is_too_large_leaves_nothing_behind() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let files = [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
        PIXEL[..1].to_vec(),
        vec![0; 2 * 1024 * 1024 + 1],
    ];
    for file in files {
        let refused = world.gate.remote(&admin.caller, AddLogo { file }).await;
        assert!(matches!(refused, Err(OpError::Invalid(_))));
    }
    assert_eq!(world.count("logos").await, 0);
}

#[tokio::test]
async fn a_privacy_text_is_asked_once_per_person_and_again_when_it_changes() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let bob = world.user("bob", Role::PasswordUser).await;
    let due = async |person: &Person| match session(&world.gate, &person.session_token, "", "").await.unwrap()
    {
        Session::Alive(found) => found.privacy_due,
        _ => panic!("the session is alive"),
    };
    let with = |words: &str| Branding {
        privacy: text(words),
        ..Branding::default()
    };
    assert!(!due(&bob).await);

    put(&world, &admin, with("We keep logs.")).await.unwrap();
    assert!(due(&bob).await && due(&admin).await);
    let shown = world
        .gate
        .read(&bob.caller, privacy::Find)
        .await
        .unwrap()
        .unwrap();
    let accept = |digest: &str| privacy::Accept {
        digest: digest.to_owned(),
    };
    let wrong = world.gate.write(&bob.caller, accept("00")).await;
    assert!(matches!(wrong, Err(OpError::Conflict(_))));
    world
        .gate
        .write(&bob.caller, accept(&shown.digest))
        .await
        .unwrap();
    assert!(!due(&bob).await && due(&admin).await);
    assert_eq!(world.gate.read(&admin.caller, Find).await.unwrap().accepted, 1);

    // A change of something else does not ask again; a change of the text does.
    let more = Branding {
        description: text("Example Ltd"),
        ..with("We keep logs.")
    };
    put(&world, &admin, more).await.unwrap();
    assert!(!due(&bob).await);
    put(&world, &admin, with("We keep logs for a year."))
        .await
        .unwrap();
    assert!(due(&bob).await);
    let late = world.gate.write(&bob.caller, accept(&shown.digest)).await;
    assert!(matches!(late, Err(OpError::Conflict(_))));
    let mut off = with("We keep logs for a year.");
    off.privacy.on = false;
    put(&world, &admin, off).await.unwrap();
    assert!(!due(&bob).await && !due(&admin).await);
}

#[tokio::test]
async fn texts_have_an_end_and_no_control_characters() {
    let world = World::new().await;
    let admin = world.administrator().await;
    let look = Branding {
        description: text(&"x".repeat(301)),
        banner: text("a\u{1b}[2J"),
        privacy: text("  "),
        ..Branding::default()
    };

    let problems = fields(put(&world, &admin, look).await);

    assert_eq!(problems.len(), 3, "{problems:?}");
}
