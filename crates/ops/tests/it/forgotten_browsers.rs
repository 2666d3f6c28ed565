//! What ends a remembered browser besides its time and the policy.

use std::time::Duration;

use portcullis_model::{EmailChoice, FactorKind, Remember, Role, Secret};
use portcullis_ops::browsers::{Forget, ForgetAll, ForgetAllOf, ListMine, ListOf};
use portcullis_ops::factors::{RegenerateBackupCodes, Reset};
use portcullis_ops::users::{ChangeMyPassword, Lock, SetMyEmails, Unlock};
use portcullis_testkit::{Person, World};

use crate::browsers::{come_back, is_asked, let_remember, sign_in_and_remember};

/// Something that ends what was remembered.
#[derive(Clone, Copy, Debug)]
enum End {
    Addresses,
    BackupCodes,
    Forget,
    ForgetAll,
    ForgetAllOf,
    Lock,
    Password,
    Reset,
}

#[tokio::test]
async fn whatever_changes_the_person_ends_what_was_remembered() {
    for end in [
        End::Addresses,
        End::BackupCodes,
        End::Forget,
        End::ForgetAll,
        End::ForgetAllOf,
        End::Lock,
        End::Password,
        End::Reset,
    ] {
        let world = World::new().await;
        let mut alice = world.user("alice", Role::PasswordUser).await;
        let_remember(&world, Remember::AMonth).await;
        let browser = sign_in_and_remember(&world, &alice).await;
        let browser = come_back(&world, &alice, &browser).await.browser_token;
        world.clock.advance(Duration::from_secs(30));

        make(&world, &mut alice, end).await;

        assert!(is_asked(&world, &alice, &browser).await, "{end:?}");
    }
}

async fn make(world: &World, alice: &mut Person, end: End) {
    let gate = &world.gate;
    let mine = &alice.caller;
    match end {
        End::Addresses => {
            let signed_in = world.sign_in(alice).await.unwrap();
            for email in ["other@example.org", "alice@example.org"] {
                let change = SetMyEmails {
                    email: email.to_owned(),
                    email2: String::new(),
                    choice: EmailChoice::First,
                };
                gate.write(&signed_in.caller, change).await.unwrap();
            }
        }
        End::BackupCodes => {
            let code = alice.code(world);
            gate.remote(mine, RegenerateBackupCodes { code }).await.unwrap();
        }
        End::Forget => {
            let listed = gate.read(mine, ListMine).await.unwrap();
            gate.write(mine, Forget { id: listed[0].id }).await.unwrap();
        }
        End::ForgetAll => assert_eq!(gate.write(mine, ForgetAll).await.unwrap(), 1),
        End::ForgetAllOf => {
            let administrator = world.administrator().await;
            let id = alice.id;
            let listed = gate.read(&administrator.caller, ListOf { id }).await.unwrap();
            assert_eq!(listed.len(), 1);
            gate.write(&administrator.caller, ForgetAllOf { id })
                .await
                .unwrap();
        }
        End::Lock => {
            let administrator = world.administrator().await.caller;
            let (id, reason) = (alice.id, String::new());
            gate.write(&administrator, Lock { id, reason }).await.unwrap();
            gate.write(&administrator, Unlock { id }).await.unwrap();
        }
        End::Password => {
            let new = Secret::new("river candle mosaic thunder");
            let change = ChangeMyPassword {
                current: alice.password.clone(),
                new: new.clone(),
            };
            gate.remote(mine, change).await.unwrap();
            alice.password = new;
        }
        End::Reset => {
            let administrator = world.fresh_administrator().await;
            let reset = Reset {
                id: alice.id,
                method: FactorKind::BackupCode,
                reason: "lost".to_owned(),
            };
            gate.write(&administrator, reset).await.unwrap();
        }
    }
}
