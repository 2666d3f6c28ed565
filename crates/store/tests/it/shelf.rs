//! People, resources and accounts, written without the operations.

use portcullis_model::{
    AccountId, AccountRight, EmailChoice, PageSize, PersonSetting, ResourceDraft, ResourceId, Role, Theme,
    Timestamp, UserId, UserState, VaultFilter,
};
use portcullis_store::accounts::{self, Account, Words};
use portcullis_store::grants::{self, Target};
use portcullis_store::resources::{self, Resource};
use portcullis_store::users::{self, User};
use portcullis_store::{Store, Tx};
use portcullis_testkit::Database;
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_772_438_400_000_000);

/// A store with helpers to fill it; ids count up from 1.
pub(crate) struct Shelf {
    pub(crate) store: Store,
    pub(crate) database: Database,
}

impl Shelf {
    pub(crate) async fn new() -> Self {
        let database = Database::create().await;
        let store = Store::open(&database.url()).await.unwrap();
        Self { store, database }
    }

    pub(crate) async fn write(&self) -> Tx {
        self.store.begin_write().await.unwrap()
    }

    pub(crate) async fn person(&self, number: u128) -> UserId {
        let tx = self.write().await;
        users::insert(&tx, &user(number, &format!("user-{number}")))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        UserId(Uuid::from_u128(number))
    }

    pub(crate) async fn resource(&self, number: u128, owner: UserId, name: &str) -> ResourceId {
        let tx = self.write().await;
        let id = insert_resource(&tx, number, owner, name).await;
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn account(
        &self,
        number: u128,
        resource: ResourceId,
        owner: UserId,
        name: &str,
    ) -> AccountId {
        let tx = self.write().await;
        let id = insert_account(&tx, number, resource, owner, name).await;
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn grant(&self, number: u128, user: UserId, target: Target, right: AccountRight) {
        let tx = self.write().await;
        grants::put(&tx, Uuid::from_u128(number), user, target, right, "test", NOW)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// The names of the accounts that `viewer` finds, all pages after one another.
    pub(crate) async fn accounts(&self, viewer: UserId, query: &str, size: u64) -> Vec<String> {
        let mut names = Vec::new();
        let mut after = None;
        loop {
            let snapshot = self.store.begin_read().await.unwrap();
            let page = accounts::list(&snapshot, viewer, &filter(query, after, size), NOW)
                .await
                .unwrap();
            assert!(page.items.len() <= usize::try_from(size).unwrap());
            assert!(
                page.next.is_none() || !page.items.is_empty(),
                "a page that is not the last holds something"
            );
            names.extend(page.items.into_iter().map(|account| account.name));
            after = page.next;
            if after.is_none() {
                return names;
            }
        }
    }

    /// The same for resources.
    pub(crate) async fn resources(&self, viewer: UserId, query: &str, size: u64) -> Vec<String> {
        let mut names = Vec::new();
        let mut after = None;
        loop {
            let snapshot = self.store.begin_read().await.unwrap();
            let page = resources::list(&snapshot, viewer, &filter(query, after, size))
                .await
                .unwrap();
            names.extend(page.items.into_iter().map(|resource| resource.draft.name));
            after = page.next;
            if after.is_none() {
                return names;
            }
        }
    }
}

pub(crate) fn filter(query: &str, after: Option<String>, size: u64) -> VaultFilter {
    VaultFilter {
        query: query.to_owned(),
        kind: None,
        resource: None,
        after,
        size: PageSize::clamp(size),
    }
}

pub(crate) fn user(number: u128, username: &str) -> User {
    User {
        id: UserId(Uuid::from_u128(number)),
        username: username.to_owned(),
        display_name: username.to_owned(),
        email: String::new(),
        role: Role::PasswordUser,
        state: UserState::Active,
        password_hash: None,
        epoch: 0,
        theme: Theme::System,
        created_at: NOW,
        last_sign_in_at: None,
        email2: String::new(),
        email_choice: EmailChoice::First,
        group: None,
        setting: PersonSetting::default(),
        skips: 0,
    }
}

pub(crate) async fn insert_resource(tx: &Tx, number: u128, owner: UserId, name: &str) -> ResourceId {
    let id = ResourceId(Uuid::from_u128(number));
    let resource = Resource {
        id,
        owner,
        draft: ResourceDraft {
            name: name.to_owned(),
            kind: "Linux".to_owned(),
            ..ResourceDraft::default()
        },
        created_at: NOW,
        changed_at: NOW,
    };
    resources::insert(tx, &resource, &words(name, name))
        .await
        .unwrap();
    id
}

/// An account that is sorted under `name` alone, so that several can stand in the same place.
pub(crate) async fn insert_account(
    tx: &Tx,
    number: u128,
    resource: ResourceId,
    owner: UserId,
    name: &str,
) -> AccountId {
    let id = AccountId(Uuid::from_u128(number));
    let account = Account {
        id,
        resource,
        owner,
        name: name.to_owned(),
        notes: String::new(),
        attributes: "[]".to_owned(),
        version: 0,
        complies: true,
        password_changed_at: NOW,
        created_at: NOW,
        deleted_at: None,
    };
    let sort = name.split('#').next().unwrap_or(name);
    accounts::insert(tx, &account, &words(sort, name)).await.unwrap();
    id
}

fn words(sort: &str, search: &str) -> Words {
    Words {
        sort: sort.to_lowercase(),
        search: search.to_lowercase(),
    }
}
