//! The file of an SQLite database: transcripts lie in it, so only its owner may read it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use crate::Store;

impl Store {
    /// Where the file of an SQLite address lies; `None` for other addresses and for databases in memory.
    #[must_use]
    pub fn sqlite_path(url: &str) -> Option<PathBuf> {
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        if in_memory || !url.starts_with("sqlite:") {
            return None;
        }
        let options = SqliteConnectOptions::from_str(url).ok()?;
        Some(std::path::absolute(options.get_filename()).unwrap_or_default())
    }
}

/// Makes the file of a new database before SQLite does, which would let everybody read it. The files that SQLite lays beside
/// it (`-wal`, `-shm`) get the same rights. A file that is there stays as its owner wants it.
pub(crate) fn make_private(url: &str) {
    if let Some(path) = Store::sqlite_path(url) {
        // What is wrong with the path is said by SQLite, which opens it next.
        drop(make(&path));
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_have_a_path() {
        for (url, path) in [
            ("sqlite:/a/b%3Fc?mode=rwc", Some("/a/b?c")),
            ("sqlite::memory:", None),
            ("sqlite:/a?mode=memory", None),
            ("postgres://u@h/db", None),
        ] {
            assert_eq!(Store::sqlite_path(url).as_deref(), path.map(Path::new));
        }
    }
}
