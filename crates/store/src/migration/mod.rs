//! The tables, step by step. A step is SQL text that both databases take as it is, or that one of them takes; one that was released
//! is never changed: what follows is a new step that adds, and one in a later release that takes away.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

/// The step after which what is stored has to be counted.
pub(crate) const STATISTICS: &str = "0005_statistics";

/// Every step, the oldest first.
const STEPS: &[Step] = &[
    both("0001_start", include_str!("0001_start.sql")),
    both("0002_webhooks", include_str!("0002_webhooks.sql")),
    both("0003_analytics", include_str!("0003_analytics.sql")),
    both("0004_exports", include_str!("0004_exports.sql")),
    both(STATISTICS, include_str!("0005_statistics.sql")),
    both("0006_held_webhooks", include_str!("0006_held_webhooks.sql")),
    both("0007_sessions", include_str!("0007_sessions.sql")),
    both("0008_intake", include_str!("0008_intake.sql")),
    both(
        "0009_intake_notices",
        include_str!("0009_intake_notices.sql"),
    ),
    of(
        DbBackend::Sqlite,
        "0010_facts",
        include_str!("0010_facts.sql"),
    ),
    of(
        DbBackend::Postgres,
        "0011_postgresql",
        include_str!("0011_postgresql.sql"),
    ),
];

const fn both(name: &'static str, sql: &'static str) -> Step {
    Step {
        name,
        sql,
        alone: None,
    }
}

const fn of(database: DbBackend, name: &'static str, sql: &'static str) -> Step {
    Step {
        name,
        sql,
        alone: Some(database),
    }
}

pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS
            .iter()
            .map(|step| Box::new(*step) as Box<dyn MigrationTrait>)
            .collect()
    }
}

#[derive(Clone, Copy)]
struct Step {
    /// Is stored.
    name: &'static str,
    sql: &'static str,
    /// The one database that takes it; `None` is both.
    alone: Option<DbBackend>,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let here = manager.get_database_backend();
        if self.alone.is_some_and(|database| database != here) {
            return Ok(());
        }
        manager
            .get_connection()
            .execute_unprepared(self.sql)
            .await
            .map(|_| ())
    }
}

/// A short text that changes with the steps.
#[cfg(feature = "testing")]
pub(crate) fn fingerprint() -> String {
    use sha2::{Digest, Sha256};

    let mut hash = Sha256::new();
    for step in STEPS {
        hash.update(step.name);
        hash.update(step.sql);
    }
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
