//! Many programs at work, each keeping a record of what it was promised.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use portcullis_testkit::server::Api;
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::site::Site;

/// How many programs work at once.
const WORKERS: usize = 8;

/// One password that the server said it keeps.
pub(super) struct Write {
    pub(super) account: String,
    pub(super) version: u64,
    pub(super) password: String,
}

/// What the server acknowledged in one round.
#[derive(Default)]
pub(super) struct Acknowledged {
    pub(super) writes: Vec<Write>,
    /// The reason of each reveal whose password came.
    pub(super) reveals: Vec<String>,
    /// Passwords that were sent and never answered.
    pub(super) sent: Vec<String>,
    /// Requests that the kill cut off.
    pub(super) cut_off: usize,
}

/// The accounts that are worked on: one for each worker, so that its writes have an order.
pub(super) struct Load {
    api: Api,
    resource: String,
    own: Vec<String>,
    added: Vec<String>,
}

/// A round of work in progress.
pub(super) struct Running {
    workers: JoinSet<()>,
    log: Arc<Mutex<Acknowledged>>,
}

impl Load {
    pub(super) async fn new(site: &Site) -> Self {
        let resource = site.api.add_resource("db-prod-01").await;
        let mut own = Vec::new();
        for worker in 0..WORKERS {
            own.push(
                site.api
                    .add_account(&resource, &format!("worker{worker}"), "before the first round")
                    .await,
            );
        }
        Self {
            api: site.api.clone(),
            resource,
            own,
            added: Vec::new(),
        }
    }

    /// Every account that was ever acknowledged.
    pub(super) fn accounts(&self) -> Vec<String> {
        [self.own.clone(), self.added.clone()].concat()
    }

    /// Lets everybody work until the server dies.
    pub(super) fn start(&self, round: usize) -> Running {
        let log = Arc::<Mutex<Acknowledged>>::default();
        let mut workers = JoinSet::new();
        let step = Arc::new(AtomicUsize::new(0));
        for account in &self.own {
            let worker = Worker {
                api: self.api.clone(),
                resource: self.resource.clone(),
                account: account.clone(),
                log: Arc::clone(&log),
            };
            let step = Arc::clone(&step);
            workers.spawn(async move {
                loop {
                    let name = format!("round{round}-step{}", step.fetch_add(1, Ordering::SeqCst));
                    if worker.work(&name).await.is_none() {
                        return;
                    }
                }
            });
        }
        Running { workers, log }
    }

    /// Waits until everybody has noticed.
    pub(super) async fn stop(&mut self, running: Running) -> Acknowledged {
        running.workers.join_all().await;
        let log = Arc::into_inner(running.log)
            .expect("the workers are gone")
            .into_inner()
            .expect("nobody panicked");
        let old = self.accounts();
        let new = log
            .writes
            .iter()
            .map(|write| &write.account)
            .filter(|account| !old.contains(account));
        self.added.extend(new.cloned());
        log
    }
}

struct Worker {
    api: Api,
    resource: String,
    account: String,
    log: Arc<Mutex<Acknowledged>>,
}

impl Worker {
    /// Changes the own password, reveals it, and adds an account; nothing if the server is gone.
    async fn work(&self, name: &str) -> Option<()> {
        self.set(name).await?;
        self.reveal(name).await?;
        self.add(name).await
    }

    async fn set(&self, name: &str) -> Option<()> {
        let (path, password) = (
            format!("/api/v2/accounts/{}/password", self.account),
            format!("set-in-{name}"),
        );
        let body = json!({ "password": password });
        let version = self.ask(Method::PUT, &path, &body, Some(&password), 200).await?["version"].as_u64()?;
        self.log().writes.push(Write {
            account: self.account.clone(),
            version,
            password,
        });
        Some(())
    }

    async fn reveal(&self, name: &str) -> Option<()> {
        let reason = format!("seen-in-{name}");
        let path = format!("/api/v2/accounts/{}/reveal", self.account);
        let body = json!({ "reason": reason });
        let password = self.ask(Method::POST, &path, &body, None, 200).await?["password"].clone();
        assert_eq!(password, format!("set-in-{name}"), "a worker reads its own write");
        self.log().reveals.push(reason);
        Some(())
    }

    async fn add(&self, name: &str) -> Option<()> {
        let password = format!("added-in-{name}");
        let body = json!({ "resource": self.resource, "name": name, "password": password });
        let made = self
            .ask(Method::POST, "/api/v2/accounts", &body, Some(&password), 201)
            .await?;
        let account = made["id"].as_str()?.to_owned();
        self.log().writes.push(Write {
            account,
            version: 1,
            password,
        });
        Some(())
    }

    /// The answer; nothing if none came, which must be the kill's doing.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: &serde_json::Value,
        sent: Option<&str>,
        status: u16,
    ) -> Option<serde_json::Value> {
        match self.api.send(method, path, Some(body)).await {
            Ok(answer) if answer.body.is_null() => self.give_up(sent),
            Ok(answer) => Some(answer.expect(status).body),
            Err(_) => self.give_up(sent),
        }
    }

    fn give_up<T>(&self, sent: Option<&str>) -> Option<T> {
        let mut log = self.log();
        log.cut_off += 1;
        log.sent.extend(sent.map(str::to_owned));
        None
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Acknowledged> {
        self.log.lock().expect("no worker panicked")
    }
}
