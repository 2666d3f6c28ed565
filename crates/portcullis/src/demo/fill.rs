//! Believable people, resources and history, made through the same operations that people use.

use std::time::Duration;

use anyhow::bail;
use portcullis_auth::app_code;
use portcullis_model::{AccountId, AccountRight, Caller, Door, ResourceDraft, Role, Secret, UserId};
use portcullis_ops::identify::{Session, SignedIn};
use portcullis_ops::setup::{Claim, Claimed, Confirm, Confirmation, Offer, Pending};
use portcullis_ops::{Gate, accounts, identify, resources, users};

use crate::demo::PastClock;

/// Who the newcomer signs in as.
pub(crate) struct Administrator {
    pub(crate) username: String,
    pub(crate) password: Secret,
    pub(crate) key: Secret,
    pub(crate) backup_code: Secret,
}

struct Person {
    id: UserId,
    caller: Caller,
    key: Secret,
    backup_codes: Vec<Secret>,
}

const PASSWORD: &str = "lamp copper orbit thistle";

const PEOPLE: [(&str, &str, Role); 5] = [
    ("m.chen", "Mei Chen", Role::Administrator),
    ("a.reyes", "Ana Reyes", Role::PasswordAdministrator),
    ("r.lind", "Rasmus Lind", Role::PasswordUser),
    ("s.bose", "Sunita Bose", Role::PasswordUser),
    ("t.ito", "Takeshi Ito", Role::PasswordAuditor),
];

/// Name, type, address, department, location, accounts, and how many days ago their passwords were set.
type Machine = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    u64,
);

const RESOURCES: [Machine; 14] = [
    (
        "db-prod-01",
        "PostgreSQL",
        "10.20.0.11",
        "Platform",
        "Frankfurt",
        &["postgres", "app_billing", "replicator"],
        12,
    ),
    (
        "db-prod-02",
        "PostgreSQL",
        "10.20.0.12",
        "Platform",
        "Frankfurt",
        &["postgres", "app_orders"],
        143,
    ),
    (
        "db-stage-01",
        "MySQL",
        "10.30.0.11",
        "Platform",
        "Frankfurt",
        &["root", "app"],
        33,
    ),
    (
        "web-prod-01",
        "Linux",
        "10.20.1.21",
        "Platform",
        "Frankfurt",
        &["root", "deploy"],
        5,
    ),
    (
        "web-prod-02",
        "Linux",
        "10.20.1.22",
        "Platform",
        "Frankfurt",
        &["root", "deploy"],
        5,
    ),
    (
        "bastion-01",
        "Linux",
        "203.0.113.20",
        "Security",
        "Frankfurt",
        &["root", "break-glass"],
        61,
    ),
    (
        "nas-02",
        "Linux",
        "10.20.2.40",
        "Backup",
        "Vienna",
        &["admin", "svc-backup"],
        61,
    ),
    (
        "dc-01",
        "Windows",
        "10.20.0.5",
        "Directory",
        "Vienna",
        &["Administrator", "svc-sync"],
        88,
    ),
    (
        "dc-02",
        "Windows",
        "10.20.0.6",
        "Directory",
        "Vienna",
        &["Administrator"],
        88,
    ),
    (
        "core-sw-01",
        "Cisco IOS",
        "10.20.3.2",
        "Network",
        "Vienna",
        &["enable", "netops"],
        201,
    ),
    (
        "fw-edge-01",
        "Firewall",
        "10.20.3.1",
        "Network",
        "Vienna",
        &["admin"],
        27,
    ),
    (
        "erp-prod",
        "Web application",
        "erp.corp.example",
        "Finance",
        "Vienna",
        &["sysadmin", "payroll-interface"],
        9,
    ),
    (
        "registrar",
        "Web site",
        "registrar.example",
        "Security",
        "",
        &["dns-admin"],
        410,
    ),
    (
        "mail-gw-01",
        "Linux",
        "10.20.4.10",
        "Messaging",
        "Frankfurt",
        &["root"],
        48,
    ),
];

pub(crate) async fn fill(gate: &Gate, clock: &PastClock) -> anyhow::Result<Administrator> {
    clock.be_behind(days(420));
    let Some(code) = gate.write(&Caller::console(gate.request_id()), Offer).await? else {
        bail!("the demo vault is not empty");
    };
    let administrator = set_up(gate, code, "d.okafor", "Dayo Okafor").await?;
    let mut people = Vec::new();
    for (username, display_name, role) in PEOPLE {
        let email = format!("{username}@corp.example");
        let add = users::Add {
            username: username.into(),
            display_name: display_name.into(),
            email,
            role,
            group: None,
        };
        let invitation = gate.write(&administrator.caller, add).await?;
        people.push(set_up(gate, invitation.setup_code, username, display_name).await?);
    }
    let mut accounts = Vec::new();
    for resource in RESOURCES {
        clock.be_behind(days(resource.6));
        accounts.extend(add_resource(gate, &administrator, resource).await?);
    }
    share(gate, &administrator, &people, &accounts).await?;
    use_them(gate, clock, &administrator, &people, &accounts).await?;
    Ok(Administrator {
        username: "d.okafor".to_owned(),
        password: Secret::new(PASSWORD),
        key: administrator.key,
        backup_code: administrator
            .backup_codes
            .into_iter()
            .next()
            .unwrap_or_else(|| Secret::new("")),
    })
}

async fn set_up(gate: &Gate, code: Secret, username: &str, display_name: &str) -> anyhow::Result<Person> {
    let anyone = Caller::anonymous(Door::Web, "10.20.8.14".to_owned(), gate.request_id());
    let claim = Claim {
        code,
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        email: format!("{username}@corp.example"),
        password: Secret::new(PASSWORD),
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/147.0".to_owned(),
    };
    let Claimed { login_token } = gate.remote(&anyone, claim).await?;
    let pending = gate
        .read(
            &anyone,
            Pending {
                token: login_token.clone(),
            },
        )
        .await?;
    let Some(code) = app_code(&pending.key, gate.now()) else {
        bail!("the demo's authenticator has no key")
    };
    let confirm = Confirm {
        token: login_token,
        code,
        name: "Phone".to_owned(),
    };
    let Confirmation::Confirmed {
        session_token,
        backup_codes,
        ..
    } = gate.remote(&anyone, confirm).await?
    else {
        bail!("the demo's authenticator was not accepted");
    };
    let session = identify::session(gate, &session_token, &anyone.address, &gate.request_id()).await?;
    let Session::Alive(SignedIn { caller, me, .. }) = session else {
        bail!("the demo's session was not accepted")
    };
    Ok(Person {
        id: me.id,
        caller,
        key: pending.key,
        backup_codes,
    })
}

async fn add_resource(
    gate: &Gate,
    owner: &Person,
    (name, kind, address, department, location, names, _): Machine,
) -> anyhow::Result<Vec<AccountId>> {
    let text = str::to_owned;
    let draft = ResourceDraft {
        name: text(name),
        kind: text(kind),
        address: text(address),
        url: if kind.starts_with("Web") {
            format!("https://{address}/")
        } else {
            String::new()
        },
        department: text(department),
        location: text(location),
        ..ResourceDraft::default()
    };
    let resource = gate.write(&owner.caller, resources::Add { draft }).await?;
    let mut accounts = Vec::new();
    for name in names {
        let add = accounts::Add {
            resource,
            name: text(name),
            notes: String::new(),
            attributes: Vec::new(),
            password: (*name == "enable").then(|| Secret::new("cisco-core-7")),
        };
        accounts.push(gate.write(&owner.caller, add).await?);
    }
    Ok(accounts)
}

async fn share(gate: &Gate, owner: &Person, people: &[Person], accounts: &[AccountId]) -> anyhow::Result<()> {
    let rights = [AccountRight::View, AccountRight::Modify, AccountRight::View];
    for (index, id) in accounts.iter().enumerate() {
        let person = &people[index % 4];
        let share = accounts::Share {
            id: *id,
            user: person.id,
            right: rights[index % rights.len()],
        };
        gate.write(&owner.caller, share).await?;
    }
    Ok(())
}

/// A few weeks of work: looks, copies, changes, and one refusal.
async fn use_them(
    gate: &Gate,
    clock: &PastClock,
    owner: &Person,
    people: &[Person],
    accounts: &[AccountId],
) -> anyhow::Result<()> {
    clock.be_behind(days(3));
    let change = accounts::SetPassword {
        id: accounts[0],
        password: None,
        reason: "Quarterly rotation".to_owned(),
    };
    gate.write(&owner.caller, change).await?;
    let reasons = [
        "CHG-1042 index rebuild",
        "INC-2210 disk full",
        "CHG-1050 patch window",
        "Restore test",
    ];
    for (step, reason) in reasons.iter().cycle().take(24).enumerate() {
        clock.be_behind(Duration::from_secs(60 * 60 * (100 - 4 * step as u64) / 2));
        let account = accounts[(step * 5) % accounts.len()];
        let person = if step % 3 == 0 {
            owner
        } else {
            &people[((step * 5) % accounts.len()) % 4]
        };
        let reason = (*reason).to_owned();
        // Some of these people may not, and the trail says so.
        let _ = if step % 4 == 1 {
            gate.read(&person.caller, accounts::CopyPassword { id: account, reason })
                .await
        } else {
            gate.read(
                &person.caller,
                accounts::RevealPassword {
                    id: account,
                    version: None,
                    reason,
                },
            )
            .await
        };
    }
    clock.be_behind(Duration::from_hours(3));
    let stranger = accounts::RevealPassword {
        id: accounts[0],
        version: None,
        reason: "Curious".to_owned(),
    };
    let _ = gate.read(&people[2].caller, stranger).await;
    Ok(())
}

fn days(count: u64) -> Duration {
    Duration::from_hours(count * 24)
}
