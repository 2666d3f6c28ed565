use anyhow::bail;
use portcullis_ops::Gate;
use portcullis_ops::factors::IssuePass;
use portcullis_ops::mfa_policy::Explain;
use portcullis_ops::settings::{Connection, Find};
use portcullis_ops::users::{Invite, UserState, UserView};

use crate::cli::RecoverCommand;
use crate::commands::failure::told;
use crate::commands::{find, operator};
use crate::config::Config;
use crate::open::{Start, gate};

pub(super) async fn run(command: RecoverCommand, config: &Config) -> anyhow::Result<()> {
    let RecoverCommand::User {
        name,
        reason,
        minutes,
        forgot_password,
    } = command;
    let gate = gate(config, Start::MustExist).await?;
    let person = find::person(&gate, &name).await?;
    match person.state {
        UserState::Locked => bail!(
            "{} is locked; an administrator must unlock them under Users first",
            person.username
        ),
        UserState::Active if !forgot_password => {
            give_pass(&gate, &person, minutes, reason, &config.base_url).await?;
        }
        UserState::Active | UserState::Invited => {
            give_set_up_code(&gate, &person, reason, &config.base_url).await?;
        }
    }
    let mail = Find {
        connection: Connection::Mail,
    };
    if gate.read(&operator(&gate), mail).await.map_err(told)?.is_some() {
        println!("It is in the audit trail, and every administrator is told by e-mail.");
    } else {
        println!(
            "It is in the audit trail. No mail server is set, so nobody was told: tell the administrators."
        );
    }
    Ok(())
}

async fn give_pass(
    gate: &Gate,
    person: &UserView,
    minutes: u32,
    reason: String,
    site: &str,
) -> anyhow::Result<()> {
    let caller = operator(gate);
    let issue = IssuePass {
        id: person.id,
        minutes,
        reason,
    };
    let issued = gate.write(&caller, issue).await.map_err(told)?;
    println!("Temporary pass for {}: {}", person.username, issued.pass.expose());
    println!(
        "It stands in for the second step once, until {} UTC. The password is still asked for.",
        issued.ends_at.to_text()
    );
    println!("They sign in at {site}/sign-in.");
    let explain = Explain { id: person.id };
    let effective = gate.read(&caller, explain).await.map_err(told)?.effective;
    if let Some(blocked) = effective.blocked {
        println!(
            "The policy still keeps them out: {}. See `portcullis mfa show --user {}`.",
            blocked.text(),
            person.username
        );
    }
    Ok(())
}

async fn give_set_up_code(gate: &Gate, person: &UserView, reason: String, site: &str) -> anyhow::Result<()> {
    let invite = Invite {
        id: person.id,
        reason,
    };
    let invitation = gate.write(&operator(gate), invite).await.map_err(told)?;
    println!(
        "Set-up code for {}: {}",
        person.username,
        invitation.setup_code.expose()
    );
    println!(
        "With it they choose a new password and set up a second step, once, until {} UTC.",
        invitation.expires_at.to_text()
    );
    println!("They enter it at {site}/setup.");
    Ok(())
}
