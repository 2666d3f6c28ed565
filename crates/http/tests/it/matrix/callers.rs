use portcullis_model::{AccountRight, Clock, Role, Scope, Secret};
use portcullis_ops::{sign_in, tokens};
use portcullis_testkit::{Person, World};

use super::route::Door;
use super::stage::Stage;

/// Somebody at a door: who they are, and what they show.
pub(super) struct Caller {
    pub(super) name: String,
    pub(super) shows: Credential,
    /// The door that what they show opens, if any.
    pub(super) enters: Option<Door>,
    pub(super) person: Option<Person>,
    /// What they hold on every account and resource of the stage.
    pub(super) held: Option<AccountRight>,
    /// The scopes of their token; nothing at a browser, which has all.
    pub(super) scopes: Option<Vec<Scope>>,
}

#[derive(Clone)]
pub(super) enum Credential {
    Bearer(Secret),
    /// The cookie of a sign-in whose password is proven and whose code is not.
    Login(Secret),
    Nothing,
    Session(Secret),
}

impl Caller {
    /// Somebody whom no door opens for.
    pub(super) fn outside(name: &str, shows: Credential) -> Self {
        Self {
            name: name.to_owned(),
            shows,
            enters: None,
            person: None,
            held: None,
            scopes: None,
        }
    }

    pub(super) fn browser(name: &str, person: &Person, held: Option<AccountRight>) -> Self {
        Self {
            name: name.to_owned(),
            shows: Credential::Session(person.session_token.clone()),
            enters: Some(Door::Session),
            person: Some(person.clone()),
            held,
            scopes: None,
        }
    }

    pub(super) async fn program(
        world: &World,
        person: &Person,
        held: Option<AccountRight>,
        scopes: &[Scope],
    ) -> Self {
        let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
        Self {
            name: format!("{} with a token for {}", person.username, words.join("+")),
            shows: Credential::Bearer(token(world, person, scopes).await.token),
            enters: Some(Door::Token),
            scopes: Some(scopes.to_vec()),
            ..Self::browser("", person, held)
        }
    }

    /// Signs the person in again, whose session is used up.
    pub(super) async fn renew(&mut self, world: &World) {
        if let Some(person) = &self.person {
            let again = world.sign_in(person).await.unwrap();
            self.shows = Credential::Session(again.session_token.clone());
            self.person = Some(again);
        }
    }

    pub(super) fn role(&self) -> Option<Role> {
        self.person.as_ref()?.caller.role()
    }
}

pub(super) async fn token(world: &World, person: &Person, scopes: &[Scope]) -> tokens::NewToken {
    let add = tokens::Add {
        name: "matrix".to_owned(),
        scopes: scopes.to_vec(),
        days: 30,
    };
    // A token takes a fresh second step; the person proved theirs long ago.
    let fresh = portcullis_model::Caller {
        proven_at: Some(world.clock.now()),
        ..person.caller.clone()
    };
    world.gate.write(&fresh, add).await.unwrap()
}

/// A cookie that was good once.
async fn ended_session(stage: &Stage) -> Secret {
    let again = stage.world.sign_in(&stage.owner).await.unwrap();
    stage
        .world
        .gate
        .write(&again.caller, sign_in::SignOut)
        .await
        .unwrap();
    again.session_token
}

async fn revoked_token(stage: &Stage) -> Secret {
    let made = token(&stage.world, &stage.owner, &Scope::FOR_TOKENS).await;
    let revoke = tokens::Revoke { id: made.id };
    stage.world.gate.write(&stage.owner.caller, revoke).await.unwrap();
    made.token
}

pub(super) async fn at_browsers(stage: &Stage) -> Vec<Caller> {
    let token = token(&stage.world, &stage.owner, &Scope::FOR_TOKENS).await.token;
    let mut callers = vec![
        Caller::outside("nobody", Credential::Nothing),
        Caller::outside("a half login", Credential::Login(stage.half_login().await)),
        Caller::outside(
            "a forged cookie",
            Credential::Session(Secret::new("bm90IGEgc2Vzc2lvbg")),
        ),
        Caller::outside(
            "an ended session",
            Credential::Session(ended_session(stage).await),
        ),
        Caller::outside("the owner's token", Credential::Bearer(token)),
    ];
    for (name, person, held) in stage.people() {
        callers.push(Caller::browser(&name, person, held));
    }
    callers
}

pub(super) async fn programs(stage: &Stage) -> Vec<Caller> {
    let session = stage.owner.session_token.clone();
    let mut callers = vec![
        Caller::outside("nobody", Credential::Nothing),
        Caller::outside("a half login", Credential::Login(stage.half_login().await)),
        Caller::outside("the owner's cookie", Credential::Session(session.clone())),
        Caller::outside("the owner's cookie as a token", Credential::Bearer(session)),
        Caller::outside(
            "a forged token",
            Credential::Bearer(Secret::new("portcullis_pat_0000000000000000000000")),
        ),
        Caller::outside("a revoked token", Credential::Bearer(revoked_token(stage).await)),
    ];
    for (_, person, held) in stage.people() {
        for scope in Scope::FOR_TOKENS {
            callers.push(Caller::program(&stage.world, person, held, &[scope]).await);
        }
        callers.push(Caller::program(&stage.world, person, held, &Scope::FOR_TOKENS).await);
    }
    callers
}
