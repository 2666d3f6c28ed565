use std::time::Duration;

use portcullis_model::{AccountRight, PageSize, Role, Scope, Secret, Subject, SubjectKind, Theme, UserId};
use portcullis_ops::sign_in::{FactorStep, PasswordStep};
use portcullis_ops::{
    OpError, Operation, Permit, Read, Right, Services, Write, accounts, resources, trash, users,
};
use portcullis_store::{Snapshot, Tx};
use portcullis_testkit::World;
use tokio::time::timeout;

/// Long enough for a reveal to be through if nothing held it back.
const A_WHILE: Duration = Duration::from_millis(300);

fn reveal(id: portcullis_model::AccountId, reason: &str) -> accounts::RevealPassword {
    accounts::RevealPassword {
        id,
        version: None,
        reason: reason.to_owned(),
    }
}

async fn break_trail(world: &World) {
    world
        .sql_in(
            "CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END",
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'disk full'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
}

async fn mend_trail(world: &World) {
    world
        .sql_in("DROP TRIGGER refuse", "DROP TRIGGER refuse ON audit")
        .await;
}

#[tokio::test]
async fn a_password_leaves_only_when_its_entry_is_on_disk() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let before = world.last_entry().await;
    let held = world.hold_trail().await;
    let (gate, caller) = (world.gate.clone(), owner.caller.clone());
    let mut revealing = tokio::spawn(async move { gate.read(&caller, reveal(account, "")).await });

    let early = timeout(A_WHILE, &mut revealing).await;
    drop(held);
    let revealed = revealing.await.unwrap();

    assert!(early.is_err(), "the password was there before its entry");
    assert_eq!(revealed.unwrap().expose(), "first secret");
    assert_eq!(
        world.trail_after(before).await,
        ["account.reveal_password succeed"]
    );
}

#[tokio::test]
async fn nothing_is_revealed_or_changed_while_the_trail_cannot_be_written() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let administrator = world.administrator().await;
    let named = world.begin(&world.gate, &alice.username).await;
    let half = world.pass_password(&world.gate, &alice).await;
    let sessions = world.count("sessions").await;
    let change_role = || users::ChangeRole {
        id: alice.id,
        role: Role::PasswordAuditor,
    };

    break_trail(&world).await;
    let revealed = world.reveal(&owner, account).await;
    let set = world.set_password(&owner, account, "other secret").await;
    let first_half = world.prove_password(&world.gate, &named, &alice.password).await;
    let second_half = world.prove_factor(&world.gate, &half, &alice.code(&world)).await;
    let changed = world.gate.write(&administrator.caller, change_role()).await;
    let roles = world
        .texts("SELECT role FROM users WHERE username = 'alice'")
        .await;

    assert!(matches!(revealed, Err(OpError::Unavailable(_))));
    assert!(matches!(set, Err(OpError::Unavailable(_))));
    assert!(matches!(first_half, Err(OpError::Unavailable(_))));
    assert!(matches!(second_half, Err(OpError::Unavailable(_))));
    assert!(matches!(changed, Err(OpError::Unavailable(_))));
    assert_eq!(roles, ["password_user"]);
    assert_eq!(world.count("sessions").await, sessions);

    mend_trail(&world).await;

    assert_eq!(world.reveal(&owner, account).await.unwrap(), "first secret");
    let first_half = world
        .prove_password(&world.gate, &named, &alice.password)
        .await
        .unwrap();
    assert!(matches!(first_half, PasswordStep::Passed { .. }));
    let second_half = world
        .prove_factor(&world.gate, &half, &alice.code(&world))
        .await
        .unwrap();
    assert!(matches!(second_half, FactorStep::Passed { .. }));
    assert!(
        world
            .gate
            .write(&administrator.caller, change_role())
            .await
            .is_ok()
    );
    assert!(world.verify(None).await.problems.is_empty());
}

#[tokio::test]
async fn a_refusal_that_cannot_be_recorded_tells_nothing_either() {
    let world = World::new().await;
    let (_, account) = world.owner_with_account("first secret").await;
    let stranger = world.user("sam", Role::PasswordUser).await;
    break_trail(&world).await;

    let revealed = world.reveal(&stranger, account).await;

    assert!(matches!(revealed, Err(OpError::Unavailable(_))));
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_cut_a_write_in_two() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let before = world.last_entry().await;
    let held = world.hold_trail().await;

    let hung_up = timeout(A_WHILE, world.set_password(&owner, account, "other secret")).await;
    drop(held);

    assert!(hung_up.is_err());
    world
        .until("the write goes on", async || {
            !world.trail_after(before).await.is_empty()
        })
        .await;
    assert_eq!(world.trail_after(before).await, ["account.set_password succeed"]);
    assert_eq!(world.reveal(&owner, account).await.unwrap(), "other secret");
}

#[tokio::test]
async fn a_reveal_is_on_record_even_if_the_caller_hangs_up() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let before = world.last_entry().await;
    let held = world.hold_trail().await;

    let hung_up = timeout(A_WHILE, world.reveal(&owner, account)).await;
    drop(held);

    assert!(hung_up.is_err());
    world
        .until("the entry is written", async || {
            !world.trail_after(before).await.is_empty()
        })
        .await;
    assert_eq!(
        world.trail_after(before).await,
        ["account.reveal_password succeed"]
    );
}

#[tokio::test]
async fn a_panic_is_an_audited_failure_and_undoes_what_was_begun() {
    let world = World::new().await;
    let alice = world.user("alice", Role::PasswordUser).await;
    let before = world.last_entry().await;

    let read = world.gate.read(&alice.caller, PanickingRead).await;
    let written = world.gate.write(&alice.caller, PanickingWrite(alice.id)).await;

    assert!(matches!(read, Err(OpError::Unavailable(_))));
    assert!(matches!(written, Err(OpError::Unavailable(_))));
    assert_eq!(
        world.trail_after(before).await,
        ["test.read fail", "test.write fail"]
    );
    assert_eq!(
        world
            .texts("SELECT theme FROM users WHERE username = 'alice'")
            .await,
        ["system"]
    );
    let set_theme = users::SetTheme { theme: Theme::Light };
    assert!(
        world.gate.write(&alice.caller, set_theme).await.is_ok(),
        "the gate lives on"
    );
}

struct PanickingRead;

impl Operation for PanickingRead {
    type Output = ();

    const NAME: &'static str = "test.read";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Read;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Read for PanickingRead {
    async fn run(self, _: &Permit<'_, Self>, _: &Services, _: &Snapshot) -> Result<(), OpError> {
        panic!("on purpose")
    }
}

struct PanickingWrite(UserId);

impl Operation for PanickingWrite {
    type Output = ();

    const NAME: &'static str = "test.write";
    const RIGHT: Right = Right::SignedIn;
    const SCOPE: Scope = Scope::Write;

    fn subject(&self) -> Subject {
        Subject::kind(SubjectKind::Product)
    }
}

impl Write for PanickingWrite {
    async fn run(self, _: &Permit<'_, Self>, _: &Services, tx: &Tx) -> Result<(), OpError> {
        portcullis_store::users::set_theme(tx, self.0, Theme::Dark).await?;
        panic!("on purpose")
    }
}

#[tokio::test]
async fn lists_leave_no_entry_and_their_refusals_do() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let stranger = world.user("sam", Role::PasswordUser).await;
    let before = world.last_entry().await;
    let list = accounts::List {
        query: String::new(),
        kind: None,
        resource: None,
        after: None,
        size: PageSize::DEFAULT,
    };
    let list_resources = resources::List {
        query: String::new(),
        kind: None,
        after: None,
        size: PageSize::DEFAULT,
    };

    assert_eq!(world.gate.read(&owner.caller, list).await.unwrap().items.len(), 1);
    assert_eq!(
        world
            .gate
            .read(&owner.caller, list_resources)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    assert!(
        world
            .gate
            .read(&owner.caller, accounts::Find { id: account })
            .await
            .is_ok()
    );
    assert!(
        world
            .gate
            .read(&owner.caller, accounts::History { id: account })
            .await
            .is_ok()
    );
    assert!(world.gate.read(&owner.caller, trash::List).await.is_ok());
    assert_eq!(world.trail_after(before).await, [""; 0]);

    assert!(
        world
            .gate
            .read(&stranger.caller, accounts::Find { id: account })
            .await
            .is_err()
    );
    assert_eq!(world.trail_after(before).await, ["account.find deny"]);
}

#[tokio::test]
async fn hostile_texts_are_one_short_line_in_the_trail() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let before = world.last_entry().await;
    let hostile = format!(
        "ok\r\n2026 admin\u{1b}[2J\u{202e}\0{{\"a\":1}}%n{}",
        "x".repeat(1 << 20)
    );

    let revealed = world.gate.read(&owner.caller, reveal(account, &hostile)).await;
    let token = world.begin(&world.gate, &hostile).await;
    let step = world
        .prove_password(&world.gate, &token, &Secret::new(hostile.clone()))
        .await;

    assert!(revealed.is_ok());
    assert!(matches!(step, Ok(PasswordStep::Wrong)));
    let entries = world.entries_after(before).await;
    assert_eq!(entries.len(), 2);
    for text in [&entries[0].reason, &entries[1].subject] {
        assert!(
            !text.is_empty() && text.chars().count() < 1100,
            "{} characters",
            text.chars().count()
        );
        assert!(
            !text
                .chars()
                .any(|character| character.is_control() || character == '\u{202e}'),
            "{text}"
        );
    }
}

#[tokio::test]
async fn no_text_of_a_query_makes_the_database_fail() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let administrator = world.administrator().await;

    for query in [
        "\0",
        "a\0b",
        "abc\0def",
        "%",
        "\"",
        "OR 1=1 --",
        "(((",
        "*",
        "\u{202e}",
        "'; DROP TABLE users",
    ] {
        let list = accounts::List {
            query: query.to_owned(),
            kind: Some(query.to_owned()),
            resource: None,
            after: Some(query.to_owned()),
            size: PageSize::DEFAULT,
        };
        let people = users::List {
            query: query.to_owned(),
            after: Some(query.to_owned()),
            size: PageSize::DEFAULT,
        };
        let palette = portcullis_ops::palette::Search {
            query: query.to_owned(),
        };
        let mut filter = portcullis_ops::audit::AuditFilter::everything();
        filter.who = query.to_owned();
        filter.operation = query.to_owned();
        let entries = portcullis_ops::audit::List {
            filter,
            before: None,
            size: PageSize::DEFAULT,
        };

        assert!(
            world.gate.read(&owner.caller, list).await.is_ok(),
            "accounts: {query:?}"
        );
        assert!(
            world.gate.read(&owner.caller, palette).await.is_ok(),
            "palette: {query:?}"
        );
        assert!(
            world.gate.read(&administrator.caller, people).await.is_ok(),
            "people: {query:?}"
        );
        assert!(
            world.gate.read(&administrator.caller, entries).await.is_ok(),
            "entries: {query:?}"
        );
    }
    assert!(world.reveal(&owner, account).await.is_ok());
}

#[tokio::test]
async fn a_reason_of_blanks_is_none() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let viewer = world.user("vera", Role::PasswordUser).await;
    world.share(&owner, account, &viewer, AccountRight::View).await;
    let before = world.last_entry().await;

    world
        .gate
        .read(&viewer.caller, reveal(account, "  "))
        .await
        .unwrap();

    assert_eq!(world.entries_after(before).await[0].reason, "");
}
