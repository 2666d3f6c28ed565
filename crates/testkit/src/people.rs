use std::time::Duration;

use portcullis_model::{BrowserId, Caller, Clock, Role, Secret, UserId};
use portcullis_ops::identify::Session;
use portcullis_ops::setup::{Claim, Confirm, Confirmation, Offer, Pending};
use portcullis_ops::sign_in::{Begin, FactorStep, PasswordStep, ProveFactor, ProvePassword};
use portcullis_ops::{Gate, OpError, identify, users};

use crate::{Authenticator, World};

/// A person who has set themselves up and is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub password: Secret,
    pub app: Authenticator,
    pub backup_codes: Vec<Secret>,
    pub session_token: Secret,
    /// What their browser is known by.
    pub browser: Secret,
    /// As after a real sign-in.
    pub caller: Caller,
}

impl Person {
    /// The code that their app shows now.
    pub fn code(&self, world: &World) -> Secret {
        self.code_at(world, 0)
    }

    /// The code that their app shows `steps` later.
    pub fn code_at(&self, world: &World, steps: i64) -> Secret {
        self.app.code(world.clock.now(), steps)
    }

    /// A code that is not the one of any step near.
    pub fn wrong_code(&self, world: &World) -> Secret {
        let near: Vec<Secret> = (-3..=3).map(|steps| self.code_at(world, steps)).collect();
        let mut all = (0..1_000_000).map(|number| Secret::new(format!("{number:06}")));
        all.find(|code| !near.contains(code))
            .expect("seven codes are not all codes")
    }
}

impl World {
    /// The first administrator, who is set up when first asked for.
    pub async fn administrator(&self) -> Person {
        let set_up = async {
            let code = self
                .gate
                .write(&self.console(), Offer)
                .await
                .expect("the console may offer set-up");
            self.set_up(code.expect("nobody has finished set-up"), "admin")
                .await
        };
        Box::pin(self.first_administrator.get_or_init(|| set_up))
            .await
            .clone()
    }

    /// A person whom the first administrator invited and who has set themselves up.
    ///
    /// The clock moves by one step of the authenticator app, so that its next code is fresh.
    pub async fn user(&self, username: &str, role: Role) -> Person {
        let invitation = Box::pin(self.invite(username, role)).await;
        self.set_up(invitation.setup_code, username).await
    }

    /// Somebody who has a set-up code and has not used it yet.
    pub async fn invite(&self, username: &str, role: Role) -> users::Invitation {
        let administrator = Box::pin(self.administrator()).await;
        let add = users::Add {
            username: username.to_owned(),
            display_name: display_name(username),
            email: format!("{username}@example.org"),
            role,
            group: None,
        };
        self.gate
            .write(&administrator.caller, add)
            .await
            .expect("the administrator may add people")
    }

    /// Walks through set-up with `code`; the clock moves by one step at the end.
    pub async fn set_up(&self, code: Secret, username: &str) -> Person {
        let claim = self.claim(code, username);
        let claimed = self
            .gate
            .remote(&self.anonymous(), claim)
            .await
            .expect("the set-up code works");
        self.confirm(claimed.login_token, username).await
    }

    /// What `username` enters on the first page of set-up.
    pub fn claim(&self, code: Secret, username: &str) -> Claim {
        Claim {
            code,
            username: username.to_owned(),
            display_name: display_name(username),
            email: format!("{username}@example.org"),
            password: password_of(username),
            agent: "Firefox".to_owned(),
        }
    }

    /// The app that scans what the second page of set-up shows.
    pub async fn scan(&self, login_token: &Secret) -> Authenticator {
        let pending = Pending {
            token: login_token.clone(),
        };
        let shown = self
            .gate
            .read(&self.anonymous(), pending)
            .await
            .expect("the enrolment waits");
        Authenticator::new(shown.key).showing(shown.app)
    }

    /// Enters the first code of the app; the clock moves by one step at the end.
    pub async fn confirm(&self, login_token: Secret, username: &str) -> Person {
        let app = self.scan(&login_token).await;
        let confirm = Confirm {
            token: login_token,
            code: app.code(self.clock.now(), 0),
            name: "Phone".to_owned(),
        };
        let confirmation = self
            .gate
            .remote(&self.anonymous(), confirm)
            .await
            .expect("set-up can be confirmed");
        let Confirmation::Confirmed {
            session_token,
            browser_token,
            backup_codes,
        } = confirmation
        else {
            panic!("the first code of {username} was not accepted")
        };
        let caller = self
            .caller(&session_token)
            .await
            .expect("a fresh session is alive");
        self.clock.advance(Duration::from_secs(30));
        Person {
            id: caller.user().expect("a session belongs to a person"),
            username: username.to_owned(),
            password: password_of(username),
            app,
            backup_codes,
            session_token,
            browser: browser_token,
            caller,
        }
    }

    /// The caller behind a session's token, if it is alive.
    pub async fn caller(&self, session_token: &Secret) -> Option<Caller> {
        self.caller_on(&self.gate, session_token).await
    }

    /// The same as another node sees it.
    pub async fn caller_on(&self, gate: &Gate, session_token: &Secret) -> Option<Caller> {
        let request = gate.request_id();
        let found = identify::session(gate, session_token, "192.0.2.7", &request).await;
        match found.expect("a session can be looked up") {
            Session::Alive(signed_in) => Some(signed_in.caller),
            Session::Idle(_) | Session::Reported | Session::Over => None,
        }
    }

    /// Begins a sign-in; gives the token of the unfinished login.
    pub async fn begin(&self, gate: &Gate, username: &str) -> Secret {
        self.begin_in(gate, username, None).await
    }

    /// The same in a browser that may be known.
    pub async fn begin_in(&self, gate: &Gate, username: &str, browser: Option<&Secret>) -> Secret {
        let begin = Begin {
            username: username.to_owned(),
            agent: "Firefox".to_owned(),
            browser: browser.cloned(),
        };
        gate.write(&self.anonymous(), begin)
            .await
            .expect("anybody may begin a sign-in")
    }

    /// A sign-in up to the code; gives the token of the login that waits for it.
    pub async fn pass_password(&self, gate: &Gate, person: &Person) -> Secret {
        let token = self.begin(gate, &person.username).await;
        match self
            .prove_password(gate, &token, &person.password)
            .await
            .expect("a password can be tried")
        {
            PasswordStep::Passed { login_token } => login_token,
            _ => panic!("the password of {} was not accepted", person.username),
        }
    }

    pub async fn prove_password(
        &self,
        gate: &Gate,
        token: &Secret,
        password: &Secret,
    ) -> Result<PasswordStep, OpError> {
        let (token, password) = (token.clone(), password.clone());
        gate.remote(&self.anonymous(), ProvePassword { token, password })
            .await
    }

    pub async fn prove_factor(
        &self,
        gate: &Gate,
        token: &Secret,
        code: &Secret,
    ) -> Result<FactorStep, OpError> {
        let operation = ProveFactor {
            token: token.clone(),
            code: code.clone(),
            remember: false,
        };
        gate.remote(&self.anonymous(), operation).await
    }

    /// A whole sign-in. The clock moves by one step before it, so that the code is fresh.
    pub async fn sign_in(&self, person: &Person) -> Result<Person, OpError> {
        self.sign_in_on(&self.gate, person).await
    }

    /// The browser that a person's session was opened in.
    pub async fn browser_of(&self, person: &Person) -> BrowserId {
        let session = person
            .caller
            .session
            .expect("somebody at a browser has a session");
        portcullis_store::sessions::browser_of(&self.snapshot().await, session)
            .await
            .expect("a session can be looked up")
            .expect("a session is opened in a browser")
    }

    /// A whole sign-in on another node.
    pub async fn sign_in_on(&self, gate: &Gate, person: &Person) -> Result<Person, OpError> {
        self.clock.advance(Duration::from_secs(30));
        let token = self.begin(gate, &person.username).await;
        let PasswordStep::Passed { login_token } =
            self.prove_password(gate, &token, &person.password).await?
        else {
            return Err(OpError::Denied);
        };
        match self.prove_factor(gate, &login_token, &person.code(self)).await? {
            FactorStep::Passed {
                session_token,
                browser_token,
                ..
            } => Ok(Person {
                browser: browser_token,
                caller: self
                    .caller_on(gate, &session_token)
                    .await
                    .expect("a fresh session is alive"),
                session_token,
                ..person.clone()
            }),
            _ => Err(OpError::Denied),
        }
    }
}

fn display_name(username: &str) -> String {
    format!("The {username}")
}

fn password_of(username: &str) -> Secret {
    Secret::new(format!("lamp copper orbit thistle {username}"))
}
