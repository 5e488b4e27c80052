//! The way to the database.

use std::panic::resume_unwind;
use std::sync::Arc;

use aftercall_core::Id;
use jiff::Timestamp;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

use crate::calls::Gather;
use crate::exports::Snapshots;
use crate::migration::{Migrator, STATISTICS};
use crate::outage::is_cut_off;
use crate::settings::connect;
use crate::{Clock, PoolOptions, Random, StoreError, secrets, sqlite_file, statistics, times};

/// Number of the lock that one process at a time holds while it migrates a PostgreSQL database: `aftrcall` in ASCII.
const MIGRATION_LOCK: i64 = 0x6166_7472_6361_6c6c;

/// Everything that is kept, in a database that may be shared with other processes. Cheap to clone.
///
/// SQLite: one connection writes, others read; a write transaction takes the lock when it begins. PostgreSQL: one pool,
/// and rows are locked where two writers could meet. What a function stores, it stores in one transaction.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    gather: Gather,
    snapshots: Snapshots,
    options: PoolOptions,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Store {
    /// Open the database at `url`: `sqlite:PATH` (made if it is not there; see [`Store::sqlite_url`]) or
    /// `postgres://USER:PASSWORD@HOST/DATABASE`. Tables are made by [`Store::migrate`]. A new file is its owner's alone.
    ///
    /// # Errors
    /// [`StoreError::Url`] for another address or a database in memory, [`StoreError::Database`] where it cannot be opened.
    pub async fn connect(
        url: &str,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        options: PoolOptions,
    ) -> Result<Self, StoreError> {
        sqlite_file::make_private(url);
        let (reader, writer) = connect(url, &options).await?;
        Ok(Self(Arc::new(Inner {
            gather: Gather::new(writer.get_database_backend()),
            snapshots: Snapshots::default(),
            reader,
            writer,
            options,
            clock,
            random,
        })))
    }

    /// Apply the migrations that the database lacks, all of them or none, while other processes that would do the same
    /// wait. Returns their names.
    ///
    /// # Errors
    /// [`StoreError::Database`], also where a newer release has changed the database already.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let txn = self.begin().await?;
        if txn.get_database_backend() == DbBackend::Postgres {
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            txn.execute_raw(Statement::from_string(DbBackend::Postgres, lock))
                .await?;
        }
        let pending = names(Migrator::get_pending_migrations_read_only(&txn).await?);
        if !pending.is_empty() {
            Migrator::up(&txn, None).await?;
            if pending.iter().any(|name| name == STATISTICS) {
                statistics::fill(&txn).await?;
            }
        }
        txn.commit().await?;
        Ok(pending)
    }

    /// Names of the migrations that the database lacks; nothing is changed.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        Ok(names(
            Migrator::get_pending_migrations_read_only(self.reader()).await?,
        ))
    }

    /// Ask the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError::Database`] or [`StoreError::Busy`] where there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.reader().ping().await?)
    }

    /// Close every connection; calls under way end first.
    ///
    /// # Errors
    /// [`StoreError::Database`] where a connection does not close in order.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.0.reader.close_by_ref().await?;
        Ok(self.0.writer.close_by_ref().await?)
    }

    /// The clock's present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// A new id.
    #[must_use]
    pub fn new_id(&self) -> Id {
        // Seconds fit until 2106; a clock that shows other times still gives ids, only in another order.
        let seconds = u32::try_from(self.now().as_second()).unwrap_or_default();
        Id::new(seconds, self.random().u64())
    }

    /// A new id as the database keeps it.
    pub(crate) fn id(&self) -> String {
        self.new_id().to_string()
    }

    /// The present instant as the database keeps it.
    pub(crate) fn now_us(&self) -> i64 {
        times::to_us(self.now())
    }

    /// Fills `out` with random bytes that are fit for secrets.
    pub fn random_bytes(&self, out: &mut [u8]) {
        self.random().bytes(out);
    }

    /// A secret: 64 hex digits, 256 random bits.
    #[must_use]
    pub fn new_token(&self) -> String {
        secrets::new_token(self.random())
    }

    /// A random number from 0 to 1.
    #[must_use]
    pub fn random_unit(&self) -> f64 {
        // 53 bits are what a float holds exactly.
        (self.random().u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    pub(crate) fn gather(&self) -> &Gather {
        &self.0.gather
    }

    pub(crate) fn snapshots(&self) -> &Snapshots {
        &self.0.snapshots
    }

    /// For reading. Inside a write transaction read through that one instead.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.0.reader
    }

    /// For statements that take no transaction.
    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.0.writer
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.0.reader.get_database_backend()
    }

    pub(crate) fn options(&self) -> &PoolOptions {
        &self.0.options
    }

    /// A transaction that only reads: all of it sees the same moment, and nobody who writes waits for it.
    pub(crate) async fn begin_reading(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = match self.backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // A reader of the write-ahead log sees the file as it was when it read first, until it ends.
            _ => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            },
        };
        Ok(begin(self.reader(), options).await?)
    }

    /// A write transaction; without a commit it leaves nothing behind.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        // One that reads before it writes would fail on SQLite if another process wrote in between: the lock is taken now.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        // A connection that was cut off while it was idle is told so only now. Nothing was asked yet, so the next one is
        // taken; each that fails is closed.
        let mut others = self.0.options.max_connections;
        loop {
            match begin(self.writer(), options).await {
                Err(error) if others > 0 && is_cut_off(&error) => others -= 1,
                begun => return Ok(begun?),
            }
        }
    }
}

/// Begins; on PostgreSQL in a task of its own, which goes on to its end where nobody waits any longer: sqlx 0.9.0 gives a
/// connection whose `BEGIN` was cut off back with that transaction open, and what others write on it then is not kept. That is
/// mended for its next release (transact-rs/sqlx#4394).
async fn begin(
    db: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        return db.begin_with_options(options).await;
    }
    let db = db.clone();
    let begun = tokio::spawn(async move { db.begin_with_options(options).await });
    begun
        .await
        .unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Err(DbErr::Conn(RuntimeErr::Internal(error.to_string()))),
        })
}

fn names(migrations: Vec<sea_orm_migration::Migration>) -> Vec<String> {
    migrations
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}
