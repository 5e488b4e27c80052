//! The tables, step by step. A step is SQL text that both databases take as it is; one that was released is never changed:
//! what follows is a new step that adds, and one in a later release that takes away.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

/// The step after which what is stored has to be counted.
pub(crate) const STATISTICS: &str = "0005_statistics";

/// Every step, the oldest first: its name, which is stored, and its SQL.
const STEPS: &[(&str, &str)] = &[
    ("0001_start", include_str!("0001_start.sql")),
    ("0002_webhooks", include_str!("0002_webhooks.sql")),
    ("0003_analytics", include_str!("0003_analytics.sql")),
    ("0004_exports", include_str!("0004_exports.sql")),
    (STATISTICS, include_str!("0005_statistics.sql")),
    ("0006_held_webhooks", include_str!("0006_held_webhooks.sql")),
    ("0007_sessions", include_str!("0007_sessions.sql")),
    ("0008_intake", include_str!("0008_intake.sql")),
];

pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS
            .iter()
            .map(|(name, sql)| Box::new(Step { name, sql }) as Box<dyn MigrationTrait>)
            .collect()
    }
}

struct Step {
    name: &'static str,
    sql: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
    for (name, sql) in STEPS {
        hash.update(name);
        hash.update(sql);
    }
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
