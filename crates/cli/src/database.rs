//! Opening the database of a server.

use std::path::Path;
use std::sync::Arc;

use aftercall_store::{PoolOptions, Store, SystemClock, SystemRandom};
use anyhow::Context as _;
use jiff::SignedDuration;
use tokio::runtime::Runtime;

use crate::config::Config;
use crate::exit::{Exit, Failure, OrExit as _};

/// Clocks that differ by more are warned of.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(5);

/// What runs a command that speaks with the database and then ends.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    runtime()?.block_on(work)
}

/// What runs the parts of a command that speak with the database: a connection lives as long as the runtime that made it.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")
        .or_exit(Exit::Input)
}

/// Connects; the data folder is made if it is missing.
pub(crate) async fn connect(config: &Config) -> Result<Store, Failure> {
    make_folder(config)
        .with_context(|| format!("cannot make the data folder {}", config.data_dir.display()))
        .or_exit(Exit::Input)?;
    let mut options = PoolOptions::default();
    if let Some(connections) = config.database.connections {
        options.max_connections = connections;
    }
    Store::connect(
        &config.database_url(),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
        options,
    )
    .await
    .context("cannot open the database")
    .or_exit(Exit::Input)
}

/// Connects and brings the database up to date.
pub(crate) async fn open(config: &Config) -> Result<Store, Failure> {
    let store = connect(config).await?;
    let applied = store
        .migrate()
        .await
        .context("cannot bring the database up to date")
        .or_exit(Exit::Input)?;
    if !applied.is_empty() {
        tracing::info!(
            migrations = applied.join(", "),
            "the database is brought up to date"
        );
    }
    Ok(store)
}

/// Warns of what would go wrong unseen: others on this machine who may look into the folder, a clock that is not the others'.
pub(crate) async fn warn_of_surroundings(config: &Config, store: &Store) {
    if let Some(file) = Store::sqlite_path(&config.database_url())
        && let Some(folder) = file.parent()
        && is_open_to_others(folder)
    {
        tracing::warn!(
            folder = %folder.display(),
            "the database's folder is open to every user of this machine: `chmod o= FOLDER` closes it"
        );
    }
    match store.clock_difference().await {
        Ok(Some(ahead)) if ahead.abs() > CLOCKS_DIFFER => {
            tracing::warn!(
                database_ahead_seconds = ahead.as_secs(),
                "the clocks of this machine and of the database differ: jobs may be taken from workers that are at them"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::debug!(%error, "the database was not asked for its time"),
    }
}

#[cfg(unix)]
fn is_open_to_others(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    folder
        .metadata()
        .is_ok_and(|folder| folder.permissions().mode() & 0o7 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// The folder has calls in it: nobody else may look.
fn make_folder(config: &Config) -> std::io::Result<()> {
    if config.data_dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&config.data_dir)
}
