//! A PostgreSQL server for tests, from the binaries that are installed.
//!
//! All test processes of a user share one server, which lies in the temporary folder: the first starts it, and a watchdog
//! stops it and takes it away a few seconds after the last one has ended. Whoever uses it holds a shared lock on `users`;
//! whoever starts something holds `starting`.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use sea_orm::{ConnectionTrait, Database as SeaDatabase};

use crate::migration;
use crate::{PoolOptions, Random, Store, SystemClock, SystemRandom};

/// Newer ones speak the same, older ones are not promised.
const OLDEST: u32 = 15;

/// Nothing of a test has to outlive a power cut.
const SETTINGS: &str = "-c listen_addresses= -c max_connections=300 -c shared_buffers=64MB -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off";

const WATCHDOG: &str = include_str!("watchdog.sh");

/// A database that is dropped with this.
pub(super) struct Database {
    /// Its address.
    pub(super) url: String,
    name: String,
    server: &'static Server,
}

/// The server, in use for as long as this process runs.
struct Server {
    folder: PathBuf,
    binaries: PathBuf,
    template: String,
    _in_use: File,
}

/// A new database with every table.
pub(super) async fn database() -> Database {
    static SERVER: OnceLock<Server> = OnceLock::new();
    // Starting waits for other processes and for the server.
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start))
        .await
        .expect("the test server starts");
    let name = format!("test_{:016x}", SystemRandom.u64());
    server
        .sql(&format!(
            "CREATE DATABASE {name} TEMPLATE {}",
            server.template
        ))
        .await;
    Database {
        url: server.url(&name),
        name,
        server,
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // One that stays goes with the server.
        let _ = quiet(&self.server.binaries.join("dropdb"))
            .args(["--force", "--if-exists", "--username=postgres", "--host"])
            .arg(&self.server.folder)
            .arg(&self.name)
            .status();
    }
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@localhost/{database}?host={}",
            self.folder.display()
        )
    }

    async fn sql(&self, sql: &str) {
        let admin = SeaDatabase::connect(self.url("postgres"))
            .await
            .expect("the test server answers");
        admin.execute_unprepared(sql).await.expect(sql);
        admin.close().await.expect("the connection closes");
    }

    fn is_up(&self) -> bool {
        UnixStream::connect(self.folder.join(".s.PGSQL.5432")).is_ok()
    }
}

fn start() -> Server {
    let user = tempfile::tempfile()
        .and_then(|file| file.metadata())
        .expect("a temporary file")
        .uid();
    let folder = std::env::temp_dir().join(format!("aftercall-postgres-{user}"));
    fs::create_dir_all(&folder).expect("a folder for the test server");
    let starting = lock_file(&folder, "starting");
    starting.lock().expect("a lock");
    let in_use = lock_file(&folder, "users");
    in_use.lock_shared().expect("a lock");
    let server = Server {
        binaries: binaries(),
        template: format!("template_{}", migration::fingerprint()),
        folder,
        _in_use: in_use,
    };
    if !server.is_up() {
        boot(&server, user);
    }
    let made = server.folder.join("data").join(&server.template);
    if !made.exists() {
        // A thread of its own: a runtime cannot be driven from a thread of another.
        std::thread::scope(|scope| {
            scope
                .spawn(|| make_template(&server))
                .join()
                .expect("the template database is made");
        });
        fs::write(made, "").expect("a note that the template is there");
    }
    server
}

fn make_template(server: &Server) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async {
            let (name, url) = (&server.template, server.url(&server.template));
            server.sql(&format!("DROP DATABASE IF EXISTS {name}")).await;
            server.sql(&format!("CREATE DATABASE {name}")).await;
            let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
            let store = Store::connect(&url, clock, random, PoolOptions::default())
                .await
                .expect("the template opens");
            store.migrate().await.expect("the tables are made");
            store.close().await.expect("the template closes");
        });
}

/// Make a server that has nothing in it, and the watchdog that will stop it.
#[expect(
    clippy::zombie_processes,
    reason = "the watchdog outlives this process"
)]
fn boot(server: &Server, user: u32) {
    let folder = &server.folder;
    let data = folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).expect("what an older server left can be removed");
    }
    // PostgreSQL does not run as root.
    let owner = (user == 0).then(postgres_user);
    if let Some((uid, gid)) = owner {
        chown(folder, Some(uid), Some(gid)).expect("the folder can be given to postgres");
    }
    let as_owner = |program: &str| {
        let mut command = quiet(&server.binaries.join(program));
        if let Some((uid, gid)) = owner {
            command.uid(uid).gid(gid);
        }
        command.current_dir(folder);
        command
    };
    let mut initdb = as_owner("initdb");
    initdb
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync", "--pgdata"])
        .arg(&data)
        .stderr(Stdio::inherit());
    must(&mut initdb);
    let mut pg_ctl = as_owner("pg_ctl");
    pg_ctl
        .args(["start", "--wait", "--silent", "--pgdata"])
        .arg(&data)
        .arg("--log")
        .arg(folder.join("log"))
        .arg("--options")
        .arg(format!("-k {} {SETTINGS}", folder.display()));
    must(&mut pg_ctl);
    let script = folder.join("watchdog.sh");
    fs::write(&script, WATCHDOG).expect("the watchdog is written");
    quiet(Path::new("sh"))
        .arg(&script)
        .arg(folder)
        // Of another group, so that it outlives an interrupted test run.
        .process_group(0)
        .spawn()
        .expect("the watchdog starts");
}

/// Run a program to its end.
fn must(command: &mut Command) {
    let status = command.status().expect("a PostgreSQL program starts");
    assert!(status.success(), "{command:?} failed: {status}");
}

fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn lock_file(folder: &Path, name: &str) -> File {
    File::options()
        .create(true)
        .append(true)
        .open(folder.join(name))
        .expect("a lock file")
}

/// The folder of `initdb`, `pg_ctl` and `postgres`: where the search path finds it, or the newest that Debian installed.
fn binaries() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path)
        .filter_map(|folder| fs::canonicalize(folder.join("initdb")).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_owned));
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            (version >= OLDEST).then(|| (version, entry.path().join("bin")))
        })
        .max()
        .map(|(_, folder)| folder);
    on_path
        .chain(debian)
        .find(|folder| folder.join("postgres").exists() && folder.join("pg_ctl").exists())
        .expect("these tests need PostgreSQL 15 or newer: on Debian, apt-get install postgresql")
}

/// User and group of the account that PostgreSQL's package makes.
fn postgres_user() -> (u32, u32) {
    fs::read_to_string("/etc/passwd")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .expect("root cannot run PostgreSQL, and there is no user postgres")
}
