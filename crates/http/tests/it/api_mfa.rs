//! The policy of the second step, groups and connections, as programs meet them.

mod connections;
mod groups;
mod people;
mod policy;
mod refusals;

use axum::http::Method;
use portcullis_model::Scope;
use portcullis_testkit::{Person, World};
use serde_json::{Value, json};

use crate::api::Program;
use crate::browser::Answer;

const NOBODY: &str = "0193e1c4-7a52-7c3e-9d5b-2f6a8c1e4b70";

/// A vault with an administrator at a program.
struct Scene {
    world: World,
    administrator: Person,
    program: Program,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let administrator = world.administrator().await;
        let program = Program::of(&world, &administrator, &Scope::FOR_TOKENS).await;
        Self {
            world,
            administrator,
            program,
        }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.program.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// Sends a request that must be answered like this.
    #[track_caller]
    fn send(&self, method: Method, path: &str, body: Value, status: u16) -> impl Future<Output = Answer> {
        let place = std::panic::Location::caller();
        async move {
            let answer = self.program.send(method, path, body).await;
            assert_eq!(answer.status, status, "{place}: {path}: {}", answer.text);
            answer
        }
    }

    async fn add_group(&self, name: &str, parent: Option<&str>) -> String {
        let new = json!({ "name": name, "parent": parent });
        let made = self.send(Method::POST, "/groups", new, 201).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(made.location(), format!("/api/v2/groups/{id}"));
        id
    }

    async fn move_person(&self, person: &Person, group: &str) {
        let path = format!("/users/{}/group", person.id);
        self.send(Method::PUT, &path, json!({ "group": group }), 204)
            .await;
    }

    async fn explain(&self, person: &Person) -> Value {
        self.get(&format!("/users/{}/mfa", person.id)).await
    }

    /// Previews a change and applies it.
    async fn apply(&self, change: &Value) -> Value {
        let previewed = self
            .send(Method::POST, "/mfa/preview", change.clone(), 200)
            .await
            .json();
        let new = json!({ "change": change, "summary": "test", "version": previewed["version"] });
        self.send(Method::POST, "/mfa/changes", new, 201).await.json()
    }

    async fn undo(&self, applied: &Value, status: u16) {
        let path = format!("/mfa/changes/{}/undo", applied["id"].as_str().unwrap());
        self.send(Method::POST, &path, Value::Null, status).await;
    }
}
