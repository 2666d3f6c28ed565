use super::callers::Caller;
use super::request::{self, Values};
use super::route::{Door, Route, Thing};
use super::routes;
use super::rows::rows;
use super::stage::Stage;
use portcullis_model::{AccountRight, Role, Scope};
use portcullis_testkit::Person;

use crate::browser::send;

/// Every kind of thing that somebody else has, by what it is called in the report.
const KINDS: [(&str, Thing); 10] = [
    ("account", Thing::Account),
    ("deleted account", Thing::DeletedAccount),
    ("resource", Thing::Resource),
    ("deleted resource", Thing::DeletedResource),
    ("person", Thing::Person),
    ("group", Thing::Group),
    ("change of the policy", Thing::PolicyChange),
    ("session", Thing::OwnSession),
    ("token", Thing::OwnToken),
    ("nothing at all", Thing::None),
];

/// Somebody with a vault of their own, at a browser and with a program; and what they own.
struct Neighbour {
    browser: Caller,
    program: Caller,
    account: String,
    resource: String,
}

impl Neighbour {
    async fn of(stage: &mut Stage, role: Role) -> Self {
        let person = stage.world.user("neighbour", role).await;
        let (resource, account) = stage.account_of(&person).await;
        Self {
            browser: Caller::browser("neighbour", &person, None),
            program: Caller::program(&stage.world, &person, None, &Scope::FOR_TOKENS).await,
            account: account.to_string(),
            resource: resource.to_string(),
        }
    }

    fn at(&self, door: Door) -> &Caller {
        match door {
            Door::Token => &self.program,
            Door::Open | Door::Session => &self.browser,
        }
    }
}

/// Ids of the owner, one of each kind.
async fn ids_of_owner(stage: &mut Stage) -> Vec<(&'static str, Thing, String)> {
    let owner = stage.owner.clone();
    let mut ids = Vec::new();
    for (name, kind) in KINDS {
        let id = match kind {
            Thing::None => "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70".to_owned(),
            kind => stage.thing(kind, &owner).await,
        };
        ids.push((name, kind, id));
    }
    ids
}

/// What the request found, if it is not that there is nothing.
async fn ask(stage: &Stage, route: &Route, values: &Values, caller: &Caller, what: &str) -> Option<String> {
    let answer = send(&stage.router, request::good(route, values, caller)).await;
    if answer.status == 404 {
        return None;
    }
    Some(format!(
        "{} {} with {what}: {}",
        route.method, route.path, answer.status
    ))
}

#[tokio::test]
async fn the_id_of_what_is_not_mine_finds_nothing_and_changes_nothing() {
    let mut stage = Stage::new().await;
    let neighbour = Neighbour::of(&mut stage, Role::PrivilegedAdministrator).await;
    let ids = ids_of_owner(&mut stage).await;
    let before = rows(&stage.world).await;
    let (mut asked, mut problems) = (0, Vec::new());

    for route in routes::all().filter(|route| route.has_slot()) {
        let caller = neighbour.at(route.door);
        for (name, kind, id) in &ids {
            if route.is_of_all(*kind) {
                continue;
            }
            let nothing = Route {
                on: Thing::None,
                ..*route
            };
            let values = Values::of(&mut stage, &nothing, caller).await.with_id(id);
            asked += 1;
            problems.extend(ask(&stage, route, &values, caller, name).await);
        }
    }

    assert!(300 < asked, "only {asked}");
    assert!(
        problems.is_empty(),
        "{} of {asked}:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert_eq!(rows(&stage.world).await, before);
}

#[tokio::test]
async fn what_belongs_to_another_account_is_not_reached_through_mine() {
    let mut stage = Stage::new().await;
    let neighbour = Neighbour::of(&mut stage, Role::PasswordAdministrator).await;
    // The owner's account has a third version and a guest whom the neighbour's does not have.
    let theirs = stage.thing(Thing::Account, &stage.owner.clone()).await;
    let owner: Person = stage.owner.clone();
    stage
        .world
        .set_password(&owner, theirs.parse().unwrap(), "vault-secret-third")
        .await
        .unwrap();
    let stranger = stage.target.clone();
    stage
        .world
        .share(&owner, theirs.parse().unwrap(), &stranger, AccountRight::View)
        .await;
    let before = rows(&stage.world).await;
    let mut problems = Vec::new();

    for route in routes::all() {
        let id = match route.on {
            Thing::Account => &neighbour.account,
            Thing::Resource => &neighbour.resource,
            _ => continue,
        };
        let taken = route.performs.iter().any(|name| name.ends_with(".unshare"));
        let (slot, value) = match route.path {
            path if path.contains("{number}") => ("{number}", "3".to_owned()),
            _ if taken => ("{user}", stranger.id.to_string()),
            _ => continue,
        };
        let caller = neighbour.at(route.door);
        let nothing = Route {
            on: Thing::None,
            ..*route
        };
        let values = Values::of(&mut stage, &nothing, caller).await;
        let values = values.with_id(id).with(slot, &value);
        problems.extend(ask(&stage, route, &values, caller, slot).await);
    }

    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(rows(&stage.world).await, before);
}

#[tokio::test]
async fn a_grant_for_nobody_is_refused() {
    let mut stage = Stage::new().await;
    let neighbour = Neighbour::of(&mut stage, Role::PasswordAdministrator).await;
    let before = rows(&stage.world).await;

    for route in routes::api().filter(|route| route.path.ends_with("/grants/{user}")) {
        let id = if route.on == Thing::Account {
            &neighbour.account
        } else {
            &neighbour.resource
        };
        for user in [&neighbour.account, &neighbour.resource] {
            let nothing = Route {
                on: Thing::None,
                ..*route
            };
            let values = Values::of(&mut stage, &nothing, &neighbour.program).await;
            let values = values.with_id(id).with("{user}", user);
            let answer = send(&stage.router, request::good(route, &values, &neighbour.program)).await;
            assert!(
                matches!(answer.status.as_u16(), 404 | 422),
                "{}: {}",
                route.path,
                answer.status
            );
        }
    }

    assert_eq!(rows(&stage.world).await, before);
}
