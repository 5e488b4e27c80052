//! `aftercall key`: the keys of a server, straight in its database.

use aftercall_store::{Key, Role};
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::args::Report;
use crate::config::Config;
use crate::database::{block_on, open};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::serve::say;
use crate::server_args::{KeyCommand, RoleArg};
use crate::terminal;

/// Runs `aftercall key`.
pub(crate) fn run(command: &KeyCommand) -> Result<Exit, Failure> {
    match command {
        KeyCommand::Create { config, name, role } => {
            block_on(create(&config.load(&[])?, name, role.role()))?;
        }
        KeyCommand::List { config, format } => block_on(list(&config.load(&[])?, *format))?,
        KeyCommand::Revoke { config, id } => block_on(revoke(&config.load(&[])?, id))?,
    }
    Ok(Exit::Well)
}

async fn create(config: &Config, name: &str, role: Role) -> Result<(), Failure> {
    let made = open(config).await?.create_key(name, role).await;
    let made = made.or_exit(Exit::Input)?;
    terminal::note(format_args!(
        "key {} ({}), shown this once:",
        made.key.id,
        role.name()
    ));
    say(&made.secret);
    Ok(())
}

async fn list(config: &Config, format: Report) -> Result<(), Failure> {
    let keys = open(config).await?.list_keys().await.or_exit(Exit::Input)?;
    match format {
        Report::Text => say(&table(&keys)),
        Report::Json => {
            let listed: Vec<Listed<'_>> = keys.iter().map(Listed::of).collect();
            say(&serde_json::to_string_pretty(&listed).or_exit(Exit::Input)?);
        }
    }
    Ok(())
}

async fn revoke(config: &Config, id: &str) -> Result<(), Failure> {
    let key = open(config)
        .await?
        .revoke_key(id)
        .await
        .or_exit(Exit::Input)?;
    terminal::tell(format_args!(
        "key {} ({}) is revoked",
        key.id,
        terminal::printable(&key.name)
    ));
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: &'a str,
    name: &'a str,
    role: &'static str,
    prefix: &'a str,
    created_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl<'a> Listed<'a> {
    fn of(key: &'a Key) -> Self {
        Self {
            id: &key.id,
            name: &key.name,
            role: key.role.name(),
            prefix: &key.prefix,
            created_at: key.created_at.to_string(),
            last_used_at: key.last_used_at.map(|at| at.to_string()),
            revoked_at: key.revoked_at.map(|at| at.to_string()),
        }
    }
}

fn table(keys: &[Key]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["id", "role", "begins with", "last used", "state", "name"]);
    for key in keys {
        let used = key.last_used_at.map_or_else(|| "never".into(), minute);
        let state = if key.revoked_at.is_some() {
            "revoked"
        } else {
            "good"
        };
        table.add_row([
            key.id.clone(),
            key.role.name().into(),
            key.prefix.clone(),
            used,
            state.into(),
            terminal::printable(&key.name),
        ]);
    }
    terminal::trimmed(&table)
}

/// To the minute, in UTC.
fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

impl RoleArg {
    fn role(self) -> Role {
        match self {
            Self::Admin => Role::Admin,
            Self::Editor => Role::Editor,
            Self::Viewer => Role::Viewer,
            Self::Intake => Role::Intake,
        }
    }
}
