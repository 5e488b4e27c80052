//! How the database is reached.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend};

use crate::{Store, StoreError};

/// Connections to PostgreSQL that have been idle for longer are tried before they are used, as the server may have been
/// restarted meanwhile. To try them all would be a round trip more for every question; under load none is idle for so long.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How long readers of SQLite's log are waited for before it is emptied, as nobody can write meanwhile.
const EMPTYING: Duration = Duration::from_millis(500);

/// Connections to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOptions {
    /// Connections at most: on PostgreSQL for everything, on SQLite for reading (writing has one).
    pub max_connections: u32,
    /// How long to wait for a connection, and on SQLite for a lock that another process holds.
    pub wait: Duration,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_connections: 16,
            wait: Duration::from_secs(10),
        }
    }
}

impl Store {
    /// Empties SQLite's write-ahead log, which would hold what was deleted for a while. Where somebody reads from it for
    /// longer than a moment, it is left to the next time; where that is an export of this process, to its end.
    pub(crate) async fn empty_log(&self) {
        if self.backend() != DbBackend::Sqlite {
            return;
        }
        if self.snapshots().put_off() {
            return;
        }
        let (patience, wait) = (EMPTYING.as_millis(), self.options().wait.as_millis());
        let sql = format!(
            "PRAGMA busy_timeout = {patience}; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = {wait}"
        );
        // The call is deleted in any case.
        let _ = self.writer().execute_unprepared(&sql).await;
    }

    /// The address of an SQLite file, whatever characters its path has.
    #[must_use]
    pub fn sqlite_url(path: &Path) -> String {
        let mut url = "sqlite:".to_owned();
        for c in path.to_string_lossy().chars() {
            match c {
                '%' => url.push_str("%25"),
                '?' => url.push_str("%3F"),
                '#' => url.push_str("%23"),
                c => url.push(c),
            }
        }
        url
    }
}

/// Connections for reading and for writing.
pub(crate) async fn connect(
    url: &str,
    options: &PoolOptions,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "sqlite" => sqlite(url, options).await,
        "postgres" | "postgresql" => {
            // Read here first: the error of a bad address must not repeat it, as it may hold a password.
            PgConnectOptions::from_str(url).map_err(|error| StoreError::Url(error.to_string()))?;
            let pool = Database::connect(postgres(url, options)).await?;
            Ok((pool.clone(), pool))
        }
        _ => Err(StoreError::Url(
            "must begin with sqlite: or postgres://".to_owned(),
        )),
    }
}

fn postgres(url: &str, options: &PoolOptions) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(options.max_connections.max(1))
        .acquire_timeout(options.wait)
        .test_before_acquire_if_idle_for(TRUSTED_IDLE)
        .set_application_name("aftercall")
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    connect
}

async fn sqlite(
    url: &str,
    options: &PoolOptions,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    SqliteConnectOptions::from_str(url).map_err(|error| StoreError::Url(error.to_string()))?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::Url(
            "a database in memory would lose every call when the program ends".to_owned(),
        ));
    }
    let wait = options.wait;
    let mut write = sqlite_pool(url, 1, wait);
    write.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An answer of 2xx promises that the call is kept, through a power cut too.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // What is deleted is overwritten with zeros, and does not stay readable in the file.
            .pragma("secure_delete", "ON")
            .busy_timeout(wait)
    });
    let mut read = sqlite_pool(url, options.max_connections.max(1), wait);
    read.map_sqlx_sqlite_opts(move |sqlite| sqlite.pragma("query_only", "ON").busy_timeout(wait));
    // The writer comes first: it makes the file.
    let writer = Database::connect(write).await?;
    Ok((Database::connect(read).await?, writer))
}

fn sqlite_pool(url: &str, connections: u32, wait: Duration) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(wait)
        // A connection to a file does not age.
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    connect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_any_character_is_an_address() {
        for path in ["/tmp/a b/c?d#e%20.db", "data/aftercall.db", "./ü.db"] {
            let url = Store::sqlite_url(Path::new(path));
            let options = SqliteConnectOptions::from_str(&url).unwrap();
            assert_eq!(options.get_filename(), Path::new(path), "{url}");
        }
    }
}
