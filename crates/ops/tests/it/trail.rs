use portcullis_crypto::sha256;
use portcullis_model::Role;
use portcullis_ops::{Checkpoint, OpError, audit};
use portcullis_store::audit::AuditRow;
use portcullis_testkit::World;

/// A world in which people have done this and that; its trail has more than ten entries.
async fn busy_world() -> World {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let stranger = world.user("sam", Role::PasswordUser).await;
    world.reveal(&owner, account).await.unwrap();
    world
        .set_password(&owner, account, "second secret")
        .await
        .unwrap();
    world.reveal(&stranger, account).await.unwrap_err();
    world.sign_in(&owner).await.unwrap();
    world
}

async fn problems(world: &World) -> Vec<String> {
    world.verify(None).await.problems
}

#[tokio::test]
async fn an_honest_trail_verifies() {
    let world = busy_world().await;

    let verified = world.verify(None).await;

    assert_eq!(verified.problems, [""; 0]);
    assert_eq!(
        verified.entries + 1,
        world.last_entry().await,
        "verifying leaves an entry too"
    );
    assert!(10 < verified.entries);
}

#[tokio::test]
async fn an_edited_entry_is_found_whatever_was_edited() {
    let edits = [
        "message = 'nothing happened'",
        "outcome = 'succeed'",
        "actor = 'mallory'",
        "at = at + 1",
        "reason = 'x'",
        "address = ''",
        "subject_id = NULL",
        "session_id = NULL",
        "digest = hash",
    ];
    let world = busy_world().await;
    let entry = world.last_entry().await - 1;
    let row = world.entries_after(entry - 1).await.remove(0);
    for edit in edits {
        world
            .sql(&format!("UPDATE audit SET {edit} WHERE seq = {entry}"))
            .await;
        if world.entries_after(entry - 1).await[0] != row {
            let found = problems(&world).await;
            assert!(
                found
                    .first()
                    .is_some_and(|problem| problem.contains(&format!("entry {entry}:"))),
                "{edit}"
            );
        }
        restore(&world, &row).await;
        assert_eq!(problems(&world).await, [""; 0], "after {edit} was undone");
    }
}

/// Puts a row back as it was.
async fn restore(world: &World, row: &AuditRow<'_>) {
    let id = |id: Option<uuid::Uuid>| id.map_or_else(|| "NULL".to_owned(), |id| world.id(id));
    let digest = row
        .digest
        .as_ref()
        .map_or_else(|| "NULL".to_owned(), |bytes| world.bytes(bytes));
    world
        .sql(&format!(
            "UPDATE audit SET message = '{}', outcome = '{}', actor = '{}', at = {}, reason = '{}', address = '{}', \
             subject_id = {}, session_id = {}, digest = {digest} WHERE seq = {}",
            row.message,
            row.outcome,
            row.actor,
            row.at.micros(),
            row.reason,
            row.address,
            id(row.subject_id),
            id(row.session),
            row.seq
        ))
        .await;
}

#[tokio::test]
async fn a_removed_entry_is_found() {
    let world = busy_world().await;

    world.sql("DELETE FROM audit WHERE seq = 5").await;

    assert!(
        problems(&world)
            .await
            .iter()
            .any(|problem| problem.contains("1 entries before it are missing"))
    );
}

#[tokio::test]
async fn a_removed_entry_is_found_even_if_the_others_close_up() {
    let world = busy_world().await;

    world
        .sql("DELETE FROM audit WHERE seq = 5; UPDATE audit SET seq = -seq WHERE 5 < seq")
        .await;
    world.sql("UPDATE audit SET seq = -seq - 1 WHERE seq < 0").await;

    assert!(
        problems(&world)
            .await
            .iter()
            .any(|problem| problem.contains("entry 5:"))
    );
}

#[tokio::test]
async fn an_inserted_entry_is_found() {
    let world = busy_world().await;
    let rest = "at, operation, actor_kind, actor_id, actor, door, address, request, session_id, subject_kind, \
                subject_id, subject, outcome, reason, message, digest, hash, mac_version, mac";

    world
        .sql("UPDATE audit SET seq = -(seq + 1) WHERE 5 <= seq; UPDATE audit SET seq = -seq WHERE seq < 0")
        .await;
    world
        .sql(&format!(
            "INSERT INTO audit (seq, {rest}) SELECT 5, {rest} FROM audit WHERE seq = 6"
        ))
        .await;

    assert!(!problems(&world).await.is_empty());
}

#[tokio::test]
async fn two_entries_that_changed_places_are_found() {
    let world = busy_world().await;

    world
        .sql("UPDATE audit SET seq = -1 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6")
        .await;
    world.sql("UPDATE audit SET seq = 6 WHERE seq = -1").await;

    assert!(
        problems(&world)
            .await
            .iter()
            .any(|problem| problem.contains("entry 5:"))
    );
}

#[tokio::test]
async fn a_cut_off_end_is_found_with_a_checkpoint_only() {
    let world = busy_world().await;
    let administrator = world.administrator().await;
    let checkpoint = world
        .gate
        .read(&administrator.caller, audit::FindCheckpoint)
        .await
        .unwrap();
    assert_eq!(world.verify(Some(checkpoint)).await.problems, [""; 0]);

    world
        .sql(&format!("DELETE FROM audit WHERE {} < seq", checkpoint.seq - 3))
        .await;

    // Verifying leaves an entry in place of one that was cut off, so the one with the checkpoint comes first.
    let found = world.verify(Some(checkpoint)).await.problems;
    assert!(found[0].contains("the end was cut off"), "{found:?}");
    assert_eq!(problems(&world).await, [""; 0]);
}

#[tokio::test]
async fn an_end_that_was_cut_off_and_grew_again_is_found_with_a_checkpoint() {
    let world = busy_world().await;
    let administrator = world.administrator().await;
    let checkpoint = world
        .gate
        .read(&administrator.caller, audit::FindCheckpoint)
        .await
        .unwrap();

    world
        .sql(&format!("DELETE FROM audit WHERE {} < seq", checkpoint.seq - 3))
        .await;
    for _ in 0..5 {
        world.verify(None).await;
    }

    let found = world.verify(Some(checkpoint)).await.problems;
    assert!(
        found[0].contains("not the one that the checkpoint names"),
        "{found:?}"
    );
}

#[tokio::test]
async fn an_entry_rewritten_with_its_hash_was_not_written_here() {
    let world = busy_world().await;
    let last = world.last_entry().await;
    let mut rows = world.entries_after(last - 2).await;
    let mut row = rows.pop().unwrap();
    assert_eq!(
        row.hash,
        link(&rows[0].hash, &row),
        "this is how the chain is made"
    );

    row.message = "nothing happened".into();
    let hash = world.bytes(&link(&rows[0].hash, &row));
    world
        .sql(&format!(
            "UPDATE audit SET message = '{}', hash = {hash} WHERE seq = {last}",
            row.message
        ))
        .await;

    let found = problems(&world).await;
    assert_eq!(
        found,
        [format!("entry {last}: it was not written by this installation")]
    );
}

/// The hash of a row as the manual describes it, written a second time on purpose.
fn link(before: &[u8], row: &AuditRow<'_>) -> Vec<u8> {
    let mut bytes = before.to_vec();
    let binary = [
        Some(row.seq.to_be_bytes().to_vec()),
        Some(row.at.micros().to_be_bytes().to_vec()),
        row.actor_id.map(|id| id.as_bytes().to_vec()),
        row.session.map(|id| id.as_bytes().to_vec()),
        row.subject_id.map(|id| id.as_bytes().to_vec()),
        row.digest.clone(),
    ];
    let texts = [
        &row.operation,
        &row.actor_kind,
        &row.actor,
        &row.door,
        &row.address,
        &row.request,
        &row.subject_kind,
        &row.subject,
        &row.outcome,
        &row.reason,
        &row.message,
    ];
    for field in binary
        .into_iter()
        .chain(texts.map(|text| Some(text.as_bytes().to_vec())))
    {
        let length = field
            .as_ref()
            .map_or(u32::MAX, |field| u32::try_from(field.len()).unwrap());
        bytes.extend(length.to_be_bytes());
        bytes.extend(field.unwrap_or_default());
    }
    sha256(&[&bytes]).to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_chain_stays_whole_while_two_nodes_write_at_once() {
    let world = World::new().await;
    let (owner, account) = world.owner_with_account("first secret").await;
    let nodes = [world.gate.clone(), world.second_node().await];
    let before = world.last_entry().await;

    let tasks: Vec<_> = (0..60)
        .map(|number| {
            let (gate, caller) = (nodes[number % 2].clone(), owner.caller.clone());
            tokio::spawn(async move {
                if number % 3 == 0 {
                    let set = portcullis_ops::accounts::SetPassword {
                        id: account,
                        password: None,
                        reason: String::new(),
                    };
                    gate.write(&caller, set).await.map(|_| ())
                } else {
                    let copy = portcullis_ops::accounts::CopyPassword {
                        id: account,
                        reason: String::new(),
                    };
                    gate.read(&caller, copy).await.map(|_| ())
                }
            })
        })
        .collect();
    for task in tasks {
        let result = task.await.unwrap();
        assert!(matches!(result, Ok(()) | Err(OpError::Conflict(_))), "{result:?}");
    }

    assert_eq!(problems(&world).await, [""; 0]);
    assert_eq!(world.last_entry().await, before + 61);
}

#[tokio::test]
async fn a_checkpoint_of_another_trail_fits_nowhere() {
    let world = busy_world().await;
    let checkpoint = Checkpoint {
        seq: 3,
        hash: [7; 32],
    };

    let found = world.verify(Some(checkpoint)).await.problems;

    assert_eq!(found, ["entry 3: it is not the one that the checkpoint names"]);
}
