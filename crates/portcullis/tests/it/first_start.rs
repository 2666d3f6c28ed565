//! What the first start makes, and which starts are refused.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use portcullis_testkit::server::{Console, Installation, Server};
use portcullis_testkit::{Dialect, dialect};

use crate::site::BINARY;

fn mode(path: &Path) -> u32 {
    fs::metadata(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .permissions()
        .mode()
        & 0o777
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// An installation that was served once.
async fn used() -> Installation {
    let mut server = Server::start(BINARY).await;
    assert_eq!(server.stop().await, Some(0));
    let Server { installation, .. } = server;
    Arc::into_inner(installation).expect("no other node uses it")
}

/// Asserts that the server does not start, and says this.
async fn refuses(installation: &Installation, words: &[&str]) {
    let output = installation.run(&["server"]).await;
    let text = text(&output);

    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(output.stdout.is_empty(), "nothing is greeted: {text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in: {text}");
    }
}

#[tokio::test]
async fn the_greeting_is_one_line_with_the_address_and_the_code() {
    let mut server = Server::start(BINARY).await;
    let port = server
        .address()
        .authority()
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    let code = server.setup_code().unwrap().to_owned();
    server.stop().await;

    let output = server.output();
    let [line] = &output[..] else { panic!("{output:?}") };
    assert_eq!(
        line,
        &format!("Portcullis is at https://localhost:{port}/setup — set-up code {code}")
    );
    assert!(16 <= code.len(), "{code}");
    assert!(
        !server.installation.log().contains(&code),
        "the code must not be in the log"
    );
}

#[tokio::test]
async fn everything_it_makes_belongs_to_its_owner_alone_whatever_the_umask() {
    let lenient = ["sh", "-c", "umask 0; exec \"$@\"", "sh"];
    let server = Server::serve(Installation::new(BINARY).await.through(&lenient)).await;
    let installation = &server.installation;

    assert!(!installation.key().starts_with(installation.data()));
    assert_eq!(mode(&installation.key()), 0o600);
    assert_eq!(mode(installation.key().parent().unwrap()), 0o700);
    assert_eq!(mode(&installation.data()), 0o700);
    assert_eq!(mode(&installation.data().join("tls")), 0o700);
    assert_eq!(mode(&installation.data().join("tls/key.pem")), 0o600);
    if dialect() == Dialect::Sqlite {
        for ending in ["", "-wal", "-shm"] {
            let path = format!("{}{ending}", installation.sqlite().display());
            assert_eq!(mode(Path::new(&path)), 0o600, "{path}");
        }
    }
}

#[tokio::test]
async fn a_start_before_set_up_prints_a_new_code_and_the_old_one_dies() {
    let mut server = Server::start(BINARY).await;
    let old = server.setup_code().unwrap().to_owned();
    server.restart().await;
    let new = server.setup_code().unwrap().to_owned();
    let console = Console::new(&server);

    assert_ne!(old, new);
    assert_eq!(console.post("/setup", &[("code", &old)]).await.status, 422);
    assert_eq!(console.post("/setup", &[("code", &new)]).await.status, 200);
}

#[tokio::test]
async fn a8_after_set_up_no_code_is_printed_and_the_first_one_opens_nothing() {
    let mut server = Server::start(BINARY).await;
    let code = server.setup_code().unwrap().to_owned();
    let (console, _) = Console::set_up_first(&server).await;
    server.restart().await;

    assert_eq!(server.setup_code(), None);
    assert_eq!(
        Console::new(&server)
            .post("/setup", &[("code", &code)])
            .await
            .status,
        422
    );
    assert!(console.is_signed_in().await, "a session survives the restart");
}

#[tokio::test]
async fn a8_a_new_installation_knows_no_default_name_or_password() {
    let server = Server::start(BINARY).await;
    let guesses = [
        ("admin", "admin"),
        ("admin", ""),
        ("portcullis", "portcullis"),
        ("root", "root"),
    ];

    for (username, password) in guesses {
        let answer = Console::new(&server).begin_sign_in(username, password).await;
        assert_eq!(answer.status, 422, "{username}/{password}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a8_two_people_with_the_set_up_code_become_one_administrator() {
    let server = Server::start(BINARY).await;
    let code = server.setup_code().unwrap().to_owned();
    let walks: Vec<_> = (0..4)
        .map(|number| {
            let (console, code) = (Console::new(&server), code.clone());
            tokio::spawn(async move { walk(&console, &code, &format!("person{number}")).await })
        })
        .collect();

    let mut finished = 0;
    for walk in walks {
        finished += usize::from(walk.await.unwrap());
    }

    assert_eq!(finished, 1);
    let people = server
        .installation
        .texts("SELECT username FROM users WHERE state = 'active'")
        .await;
    assert_eq!(people.len(), 1, "{people:?}");
}

/// Goes as far as it goes; tells whether backup codes were shown, which is the end of set-up.
async fn walk(console: &Console, code: &str, username: &str) -> bool {
    let password = "lamp copper orbit thistle";
    let form = [
        ("code", code),
        ("username", username),
        ("display_name", username),
        ("email", "a@example.org"),
        ("password", password),
        ("repeat", password),
    ];
    let claimed = console.post("/setup/person", &form).await;
    assert!(claimed.status < 500, "{}", claimed.text);
    let enrolment = console.get("/setup/authenticator").await;
    assert!(enrolment.status < 500, "{}", enrolment.text);
    let Some(key) = enrolment.element("totp-key") else {
        return false;
    };
    let code = crate::site::code_now(&key.replace(' ', ""));
    let confirmed = console
        .post("/setup/authenticator", &[("code", &code), ("name", "Phone")])
        .await;
    assert!(confirmed.status < 500, "{}", confirmed.text);
    !confirmed.items("codes").is_empty()
}

#[tokio::test]
async fn a_key_that_others_can_read_is_refused() {
    let installation = used().await;
    fs::set_permissions(installation.key(), fs::Permissions::from_mode(0o640)).unwrap();

    refuses(&installation, &["mode 0640", "chmod 600"]).await;
}

#[tokio::test]
async fn a_key_in_the_data_folder_is_refused() {
    let installation = Installation::new(BINARY).await;
    let beside = installation.data().join("keys/master.key");
    let installation = installation.with("keys.file", beside.display());

    refuses(&installation, &["lies in the data folder", "keys.file"]).await;
    assert!(!installation.data().exists(), "nothing was made");
}

#[tokio::test]
async fn a_key_that_reaches_the_data_folder_through_a_link_is_refused() {
    let installation = Installation::new(BINARY).await;
    fs::create_dir(installation.data()).unwrap();
    symlink(installation.data(), installation.folder().join("elsewhere")).unwrap();
    let beside = installation.folder().join("elsewhere/master.key");
    let installation = installation.with("keys.file", beside.display());

    refuses(&installation, &["lies in the data folder"]).await;
}

#[tokio::test]
async fn a_key_that_is_a_link_is_refused() {
    let installation = used().await;
    let real = installation.folder().join("real.key");
    fs::rename(installation.key(), &real).unwrap();
    symlink(&real, installation.key()).unwrap();

    refuses(&installation, &["symbolic link"]).await;
}

#[tokio::test]
async fn a_database_whose_key_is_missing_is_refused_and_no_other_key_is_made() {
    let installation = used().await;
    fs::remove_file(installation.key()).unwrap();

    refuses(&installation, &["master key", "missing"]).await;
    assert!(
        !installation.key().exists(),
        "a new key would only be in the way of the real one"
    );
}

#[tokio::test]
async fn the_key_of_another_installation_is_refused() {
    let (installation, other) = (used().await, used().await);
    fs::copy(other.key(), installation.key()).unwrap();

    refuses(&installation, &["does not open this database"]).await;
}

#[tokio::test]
async fn two_installations_share_no_secret_and_no_name() {
    let (first, second) = (used().await, used().await);
    let columns = [
        ("install", "id"),
        ("key_slots", "id"),
        ("key_slots", "wrapped_root"),
        ("keks", "wrapped"),
        ("invitations", "code_digest"),
    ];

    for (table, column) in columns {
        let [ours, theirs] = [
            blobs(&first, table, column).await,
            blobs(&second, table, column).await,
        ];
        assert!(!ours.is_empty(), "{table}.{column}");
        // A time is in the first half of an id; chance is in the second.
        assert!(
            ours.iter()
                .all(|blob| theirs.iter().all(|other| !share(blob, other, 8))),
            "{table}.{column}"
        );
    }
    for path in [Installation::key as fn(&Installation) -> _, tls_key] {
        let [ours, theirs] =
            [&first, &second].map(|installation| fs::read_to_string(path(installation)).unwrap());
        let line = |text: &str| {
            text.lines()
                .nth(if text.starts_with("---") { 2 } else { 1 })
                .unwrap()
                .to_owned()
        };
        assert!(!share(&line(&ours), &line(&theirs), 12), "{ours}{theirs}");
    }
}

fn tls_key(installation: &Installation) -> std::path::PathBuf {
    installation.data().join("tls/key.pem")
}

async fn blobs(installation: &Installation, table: &str, column: &str) -> Vec<String> {
    let query = match dialect() {
        Dialect::Postgres => format!("SELECT replace(CAST({column} AS TEXT), '-', '') FROM {table}"),
        Dialect::Sqlite => format!("SELECT lower(hex({column})) FROM {table}"),
    };
    installation
        .texts(&query)
        .await
        .into_iter()
        .map(|text| text.trim_start_matches("\\x").to_owned())
        .collect()
}

/// Tells whether any run of `length` characters occurs in both; the first 16 of an id are its time.
fn share(a: &str, b: &str, length: usize) -> bool {
    let skip = if a.len() == 32 { 16 } else { 0 };
    let (a, b) = (&a.as_bytes()[skip..], &b.as_bytes()[skip..]);
    a.windows(length)
        .any(|run| b.windows(length).any(|other| run == other))
}
