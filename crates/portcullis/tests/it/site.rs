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
        let token = console.token("test", &["read", "reveal", "write", "administer"]).await;
        let api = Api::new(&server, &token);
        Self { server, console, person, api }
    }
}
