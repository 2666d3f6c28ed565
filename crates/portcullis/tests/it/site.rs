use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_model::{Secret, Timestamp};
use portcullis_testkit::Authenticator;
use portcullis_testkit::server::{Api, Console, Installation, Person, Server};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_portcullis");

/// A server whose first administrator is signed in and has a token for everything.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) console: Console,
    pub(crate) person: Person,
    pub(crate) api: Api,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::on(Installation::new(BINARY).await).await
    }

    pub(crate) async fn on(installation: Installation) -> Self {
        let server = Server::serve(installation).await;
        let (console, person) = Console::set_up_first(&server).await;
        let token = console
            .token("test", &["read", "reveal", "write", "administer"])
            .await;
        let api = Api::new(&server, &token);
        Self {
            server,
            console,
            person,
            api,
        }
    }
}

/// Heavy tests and those that measure take turns: on few processors one would be the other's noise.
pub(crate) async fn alone() -> tokio::sync::MutexGuard<'static, ()> {
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    TURN.lock().await
}

/// What an authenticator app with this key shows.
pub(crate) fn code_now(key: &str) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970");
    let moment = Timestamp::from_micros(i64::try_from(now.as_micros()).expect("it is not the far future"));
    Authenticator::new(Secret::new(key))
        .code(moment, 0)
        .expose()
        .to_owned()
}
