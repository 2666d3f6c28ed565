use std::sync::Arc;
use std::time::Duration;

use portcullis_auth::{BackupCodes, EmailCode, Phone, Radius, TemporaryPass, Totp, WebAuthn};
use portcullis_crypto::PasswordHasher;
use portcullis_model::{Caller, Door};
use portcullis_ops::{Gate, Site, Tools};
use portcullis_store::{Snapshot, Store, Tx};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::database::{Database, bytes_literal, id_literal};
use crate::phones::Switchboard;
use crate::{Dialect, Mailbox, MemorySlot, MockClock, Person, SeededChance, dialect};

/// Where people would find it.
pub(crate) const SITE: &str = "https://pw.example.org";

/// A whole installation for one test: an own database, a clock that stands still, chance that repeats.
pub struct World {
    pub gate: Gate,
    pub store: Store,
    /// What `Store::open` takes.
    pub url: String,
    pub clock: Arc<MockClock>,
    pub chance: Arc<SeededChance>,
    pub slot: MemorySlot,
    /// Where the letters go once `send_letters` has run.
    pub mailbox: Arc<Mailbox>,
    /// Who answers the phones once `place_calls` has run.
    pub switchboard: Arc<Switchboard>,
    pub(crate) first_administrator: OnceCell<Person>,
    // Declared last: the database goes after everything that uses it.
    database: Database,
}

impl World {
    /// A new installation in which nobody has set anything up.
    pub async fn new() -> Self {
        Self::on(Database::create().await).await
    }

    async fn on(database: Database) -> Self {
        let (clock, chance) = (Arc::new(MockClock::default()), Arc::new(SeededChance::new(1)));
        let (url, slot) = (database.url(), MemorySlot::default());
        let store = Store::open(&url).await.expect("the database of the test opens");
        let mailbox = Arc::new(Mailbox::default());
        let switchboard = Arc::new(Switchboard::default());
        let tools = tools(&clock, &chance, &mailbox, &switchboard);
        let gate = Gate::open(store.clone(), &slot, tools)
            .await
            .expect("a new vault can be made");
        Self {
            gate,
            store,
            url,
            clock,
            chance,
            slot,
            mailbox,
            switchboard,
            first_administrator: OnceCell::new(),
            database,
        }
    }

    /// Another process over the same database: an own pool, own keys in memory, the same clock.
    ///
    /// It is also what a restart leaves: a gate that remembers nothing but what is in the database.
    pub async fn second_node(&self) -> Gate {
        let store = Store::open(&self.url)
            .await
            .expect("the database of the test opens");
        Gate::open(store, &self.slot, self.tools())
            .await
            .expect("the slot opens the vault")
    }

    /// What a gate needs, with this world's clock and chance.
    pub fn tools(&self) -> Tools {
        tools(&self.clock, &self.chance, &self.mailbox, &self.switchboard)
    }

    /// Somebody at a browser who has not signed in.
    pub fn anonymous(&self) -> Caller {
        Caller::anonymous(Door::Web, "192.0.2.7".to_owned(), self.gate.request_id())
    }

    /// The server's own command line.
    pub fn console(&self) -> Caller {
        Caller::console(self.gate.request_id())
    }

    pub fn job(&self) -> Caller {
        Caller::job("test", self.gate.request_id())
    }

    /// Sends what is due, as the mail job does.
    pub async fn send_letters(&self) -> u32 {
        portcullis_ops::mail::send_due(&self.gate)
            .await
            .expect("the outbox can be emptied")
    }

    /// Places what waits, as the job of a node does.
    pub async fn place_calls(&self, gate: &Gate) -> u32 {
        portcullis_ops::calls::place_due(gate)
            .await
            .expect("calls can be taken")
    }

    /// A snapshot to look at rows with the functions of the store.
    pub async fn snapshot(&self) -> Snapshot {
        self.store
            .begin_read()
            .await
            .expect("the database of the test can be read")
    }

    /// A transaction of another process, to change rows behind the product's back.
    pub async fn transaction(&self) -> Tx {
        let other = Store::open(&self.url)
            .await
            .expect("the database of the test opens");
        other
            .begin_write()
            .await
            .expect("the database of the test can be written")
    }

    /// A transaction of another process that keeps everybody from appending to the trail while it lives.
    pub async fn hold_trail(&self) -> Tx {
        let tx = self.transaction().await;
        portcullis_store::audit::head(&tx)
            .await
            .expect("the end of the trail can be read");
        tx
    }

    /// Runs a script that both databases understand.
    pub async fn sql(&self, script: &str) {
        self.database
            .run(script)
            .await
            .unwrap_or_else(|error| panic!("{error}: {script}"));
    }

    /// Runs the script of the database at hand.
    pub async fn sql_in(&self, sqlite: &str, postgres: &str) {
        match dialect() {
            Dialect::Postgres => self.sql(postgres).await,
            Dialect::Sqlite => self.sql(sqlite).await,
        }
    }

    /// The first column of a query's answer, which must be text: `CAST(… AS TEXT)`.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        self.database
            .texts(query)
            .await
            .unwrap_or_else(|error| panic!("{error}: {query}"))
    }

    /// The answer of a query that counts.
    pub async fn count(&self, what: &str) -> i64 {
        let texts = self
            .texts(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {what}"))
            .await;
        texts[0].parse().expect("a count is a number")
    }

    /// An id as it is written in a script.
    pub fn id(&self, id: Uuid) -> String {
        id_literal(id)
    }

    /// Bytes as they are written in a script.
    pub fn bytes(&self, bytes: &[u8]) -> String {
        bytes_literal(bytes)
    }

    /// Waits until `condition` holds; for what happens on a task that nobody waits for.
    pub async fn until(&self, what: &str, mut condition: impl AsyncFnMut() -> bool) {
        let patience = Duration::from_secs(20);
        let holds = async {
            while !condition().await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(
            tokio::time::timeout(patience, holds).await.is_ok(),
            "not within {patience:?}: {what}"
        );
    }
}

fn tools(
    clock: &Arc<MockClock>,
    chance: &Arc<SeededChance>,
    mailbox: &Arc<Mailbox>,
    switchboard: &Arc<Switchboard>,
) -> Tools {
    let phone = Arc::new(Phone::over(switchboard.clone(), chance.clone()));
    Tools {
        clock: clock.clone(),
        chance: chance.clone(),
        factors: vec![
            Arc::new(Totp::new("Portcullis")),
            Arc::new(BackupCodes),
            Arc::new(EmailCode),
            phone.clone(),
            Arc::new(TemporaryPass),
            Arc::new(Radius::default()),
            Arc::new(WebAuthn::new(SITE, "Portcullis").expect("the site has a name")),
        ],
        // The least that Argon2 takes: people sign in thousands of times in the tests.
        hasher: PasswordHasher::with_cost(8, 1),
        mailer: mailbox.clone(),
        telephone: phone,
        site: Site {
            name: "Portcullis".to_owned(),
            url: SITE.to_owned(),
        },
    }
}
