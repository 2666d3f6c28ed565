//! The preview of a change at the root of a company of 10,000 people in 500 groups.

use std::time::Instant;

use anyhow::{Result, ensure};
use portcullis_model::{
    Clock, EmailChoice, FactorKind, Group, GroupId, PersonSetting, PolicyChange, Requirement, Role, Theme,
    UserId, UserState,
};
use portcullis_store::people_groups;
use portcullis_store::users::{self, User};
use portcullis_testkit::World;
use uuid::Uuid;

use crate::latency::Latencies;

const PEOPLE: u128 = 10_000;
const GROUPS: u128 = 500;
const SAMPLES: usize = 20;

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let world = World::new().await;
        world.administrator().await;
        let root = fill(&world).await?;
        let change = PolicyChange {
            groups: vec![(root, Some(Requirement::of([FactorKind::Totp])))],
            ..PolicyChange::default()
        };
        let mut latencies = Latencies::default();
        for _ in 0..SAMPLES {
            let started = Instant::now();
            let previewed = world.preview(change.clone()).await?;
            latencies.add(started);
            ensure!(
                previewed.rows.len() == usize::try_from(PEOPLE)?,
                "everybody is touched"
            );
        }
        println!("preview of a change for 10,000 people in 500 groups (goal: under a second)");
        println!("  p50 {:>8.1} ms", latencies.percentile(50));
        println!("  p99 {:>8.1} ms", latencies.percentile(99));
        Ok(())
    })
}

/// A tree three deep, with people in every group, every tenth of whom has a setting of their own.
async fn fill(world: &World) -> Result<GroupId> {
    let tx = world.transaction().await;
    let id = |number: u128| GroupId(Uuid::from_u128(1_000_000 + number));
    for number in 0..GROUPS {
        let parent = match number {
            0 => None,
            1..=20 => Some(id(0)),
            _ => Some(id(1 + number % 20)),
        };
        let group = Group {
            id: id(number),
            parent,
            name: format!("group-{number}"),
            requirement: (number % 50 == 49).then(|| Requirement::of([FactorKind::WebAuthn])),
            created_at: world.clock.now(),
        };
        people_groups::insert(&tx, &group).await?;
    }
    for number in 0..PEOPLE {
        let user = User {
            id: UserId(Uuid::from_u128(2_000_000 + number)),
            username: format!("person-{number:05}"),
            display_name: format!("Person {number}"),
            email: format!("person-{number}@example.org"),
            role: Role::PasswordUser,
            state: UserState::Active,
            password_hash: None,
            epoch: 0,
            theme: Theme::System,
            created_at: world.clock.now(),
            last_sign_in_at: None,
            email2: String::new(),
            email_choice: EmailChoice::First,
            group: Some(id(number % GROUPS)),
            setting: PersonSetting::default(),
            skips: 0,
        };
        users::insert(&tx, &user).await?;
        if number % 10 == 0 {
            let setting = PersonSetting {
                uses_group_settings: false,
                requirement: Some(Requirement::of([FactorKind::Totp, FactorKind::BackupCode])),
            };
            users::set_setting(&tx, user.id, &setting).await?;
        }
    }
    tx.commit().await?;
    Ok(id(0))
}
