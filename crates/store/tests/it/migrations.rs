use std::collections::BTreeSet;

use aftercall_store::testing::{Backend, TestDb, run};
use aftercall_store::{PoolOptions, Store, StoreError, SystemClock, SystemRandom, on_both};
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use std::sync::{Arc, Mutex};

use crate::support;

on_both!(once_is_enough, together, ids_are_new, answers);

async fn once_is_enough(db: TestDb) {
    assert_eq!(db.store.pending_migrations().await.unwrap(), [""; 0]);
    assert_eq!(db.store.migrate().await.unwrap(), [""; 0]);
}

/// Several processes that start at once on one database do not get into each other's way.
async fn together(db: TestDb) {
    let url = match db.folder() {
        Some(folder) => Store::sqlite_url(&folder.join("new.db")),
        None => {
            let admin = Database::connect(&db.url).await.unwrap();
            let sql = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
            admin.execute_unprepared(sql).await.unwrap();
            db.url.clone()
        }
    };
    let open = || {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        Store::connect(&url, clock, random, PoolOptions::default())
    };
    let (a, b, c) = (
        open().await.unwrap(),
        open().await.unwrap(),
        open().await.unwrap(),
    );
    let pending = a.pending_migrations().await.unwrap();
    assert!(!pending.is_empty());
    let (a, b, c) = tokio::join!(a.migrate(), b.migrate(), c.migrate());
    let mut applied = [a.unwrap(), b.unwrap(), c.unwrap()].concat();
    applied.sort();
    assert_eq!(applied, pending);
}

async fn ids_are_new(db: TestDb) {
    let other = db.another_store().await;
    let ids: BTreeSet<String> = (0..100)
        .flat_map(|_| [db.store.new_id(), other.new_id()])
        .map(|id| id.to_string())
        .collect();
    assert_eq!(ids.len(), 200);
    assert!(
        ids.iter()
            .all(|id| id.len() == 24 && id.starts_with("69a40010")),
        "{ids:?}"
    );
}

async fn answers(db: TestDb) {
    db.store.ping().await.unwrap();
    let one = db.store.organisation().await.unwrap();
    let other = db.another_store().await;
    assert_eq!(other.organisation().await.unwrap(), one);
    other.rename_organisation("Ours").await.unwrap();
    assert_eq!(db.store.organisation().await.unwrap().name, "Ours");
    db.store.close().await.unwrap();
    assert!(matches!(
        db.store.ping().await,
        Err(StoreError::Busy(_) | StoreError::Database(_))
    ));
}

/// A restart of the database is no fault of the server: what is stored finds a connection that lives, and what is read is
/// worth another try.
#[test]
fn connections_that_were_cut_off_are_made_anew() {
    run(Backend::Postgres, async |db| {
        let ask = || db.store.organisation();
        let write = || support::agent(&db.store, "a");
        let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
        assert!([a, b, c, d].iter().all(Result::is_ok));
        let admin = Database::connect(&db.url).await.unwrap();
        let cut = async || {
            let sql = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let sql = Statement::from_string(DbBackend::Postgres, sql);
            admin.query_all_raw(sql).await.unwrap().len()
        };
        assert!(cut().await > 1);
        for _ in 0..4 {
            write().await;
        }
        let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
        assert!([a, b, c, d].iter().all(Result::is_ok));
        let many = cut().await;
        assert!(many > 1);
        for _ in 0..many {
            let answer = ask().await;
            assert!(
                matches!(answer, Ok(_) | Err(StoreError::Busy(_))),
                "{answer:?}"
            );
        }
        ask().await.unwrap();
    });
}

#[tokio::test]
async fn addresses_that_are_not_served() {
    for url in [
        "",
        "mysql://u:secret@h/d",
        "sqlite::memory:",
        "sqlite:a.db?mode=memory",
        "postgres://u:secret@h:port/d",
    ] {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let error = Store::connect(url, clock, random, PoolOptions::default())
            .await
            .err()
            .unwrap();
        assert!(matches!(error, StoreError::Url(_)), "{url}: {error:?}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

/// Both databases get the same tables, with the same columns.
#[test]
fn columns_are_the_same() {
    let sqlite = columns(
        Backend::Sqlite,
        r#"SELECT m.name || '.' || p.name || ' ' || lower(p.type) || CASE p."notnull" WHEN 1 THEN '' ELSE ' null' END AS told
           FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name <> 'seaql_migrations'"#,
    );
    let postgres = columns(
        Backend::Postgres,
        "SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN '' ELSE ' null' END AS told
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'",
    );
    assert!(sqlite.len() > 100, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
}

fn columns(backend: Backend, sql: &'static str) -> BTreeSet<String> {
    let found = Arc::new(Mutex::new(BTreeSet::new()));
    let out = found.clone();
    run(backend, |db| async move {
        let kind = match backend {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        };
        // The whole of it: the database goes with what is left behind.
        let db = &db;
        let reader = Database::connect(&db.url).await.unwrap();
        let rows = reader
            .query_all_raw(Statement::from_string(kind, sql))
            .await
            .unwrap();
        let mut out = out.lock().unwrap();
        out.extend(
            rows.iter()
                .map(|row| row.try_get::<String>("", "told").unwrap()),
        );
    });
    let found = found.lock().unwrap();
    found.clone()
}
