//! Databases for tests, of this crate and of those above it: each test runs on SQLite and on PostgreSQL.

mod cluster;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::{ManualClock, PoolOptions, SeededRandom, Store};

/// What the clocks of tests show at first, in seconds since 1970: 2026-03-01T09:00:00Z.
const START: i64 = 1_772_355_600;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of its own on a temporary server.
    Postgres,
}

/// An empty database with every table, gone when this is dropped.
pub struct TestDb {
    /// The way to it, with [`TestDb::clock`] and numbers that are the same in every run.
    pub store: Store,
    /// The store's clock.
    pub clock: Arc<ManualClock>,
    /// Its address.
    pub url: String,
    seeds: AtomicU64,
    _place: Place,
}

/// What is taken away with a [`TestDb`].
enum Place {
    Folder { _folder: TempDir },
    Database { _database: cluster::Database },
}

impl TestDb {
    /// A new database.
    ///
    /// # Panics
    /// Where it cannot be made, saying why.
    pub async fn new(backend: Backend) -> Self {
        let (url, place) = match backend {
            Backend::Sqlite => {
                let folder = TempDir::new().expect("a temporary folder");
                let url = Store::sqlite_url(&folder.path().join("test.db"));
                (url, Place::Folder { _folder: folder })
            }
            Backend::Postgres => {
                let database = cluster::database().await;
                let url = database.url.clone();
                (
                    url,
                    Place::Database {
                        _database: database,
                    },
                )
            }
        };
        let clock = Arc::new(ManualClock::new(
            Timestamp::from_second(START).expect("in the calendar"),
        ));
        let store = open(&url, &clock, 1).await;
        store.migrate().await.expect("the tables are made");
        Self {
            store,
            clock,
            url,
            seeds: AtomicU64::new(2),
            _place: place,
        }
    }

    /// Another way to the same database, as another process would have: connections and random numbers of its own.
    ///
    /// # Panics
    /// Where the database does not answer.
    pub async fn another_store(&self) -> Store {
        let seed = self.seeds.fetch_add(1, Ordering::Relaxed);
        open(&self.url, &self.clock, seed).await
    }

    /// Changes what is stored, past all rules: for tests of what happens when it is broken.
    ///
    /// # Panics
    /// Where the statement is wrong.
    pub async fn execute(&self, statement: &str) {
        let txn = self.store.begin().await.expect("a transaction");
        let done = txn.execute_unprepared(statement).await;
        done.expect("the statement is right");
        txn.commit().await.expect("a commit");
    }

    /// The folder of an SQLite file.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self._place {
            Place::Folder { _folder } => Some(_folder.path()),
            Place::Database { .. } => None,
        }
    }
}

async fn open(url: &str, clock: &Arc<ManualClock>, seed: u64) -> Store {
    let options = PoolOptions {
        max_connections: 8,
        ..PoolOptions::default()
    };
    let random = Arc::new(SeededRandom::new(seed));
    Store::connect(url, clock.clone(), random, options)
        .await
        .expect("the database opens")
}

/// Run one test on one database.
///
/// # Panics
/// As the test does.
pub fn run<F: Future<Output = ()>>(backend: Backend, test: impl FnOnce(TestDb) -> F) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async { test(TestDb::new(backend).await).await });
}

/// Makes two tests of each `async fn name(db: TestDb)`: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        $(
            mod $test {
                #[test]
                fn sqlite() {
                    $crate::testing::run($crate::testing::Backend::Sqlite, super::$test);
                }

                #[test]
                fn postgres() {
                    $crate::testing::run($crate::testing::Backend::Postgres, super::$test);
                }
            }
        )+
    };
}
