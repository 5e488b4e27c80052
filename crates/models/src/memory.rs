//! Hashes that were computed once and hold as long as the file is not touched.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use crate::disk::{hex, is_sha256, write_small};
use crate::error::FileError;

/// Where the hash of a file of the store is kept: beside it, with the ending `sha256`.
pub(crate) fn beside(file: &Path) -> PathBuf {
    file.with_extension("sha256")
}

/// Where the hash of somebody else's file is kept: in the store, called by the hash of its path.
pub(crate) fn of_foreign(store: &Path, file: &Path) -> PathBuf {
    let mut hasher = Sha256::new();
    hasher.update(file.as_os_str().as_encoded_bytes());
    store
        .join("other")
        .join(&hex(hasher)[..32])
        .with_extension("sha256")
}

/// The hash that was noted for the file, if neither its size nor its time of change moved since.
pub(crate) fn recall(note: &Path, file: &Path) -> Option<String> {
    let (sha256, stamp) = read(note)?;
    (stamp == stamp_of(&file.metadata().ok()?)).then_some(sha256)
}

/// The hash that was noted, whatever became of the file since.
pub(crate) fn noted(note: &Path) -> Option<String> {
    read(note).map(|(sha256, _)| sha256)
}

/// Notes a hash: one line with the hash, the size in bytes and the time of change in nanoseconds.
pub(crate) fn remember(note: &Path, file: &Path, sha256: &str) -> Result<(), FileError> {
    let metadata = file.metadata().map_err(crate::error::at("read", file))?;
    if let Some(folder) = note.parent() {
        std::fs::create_dir_all(folder).map_err(crate::error::at("make", folder))?;
    }
    write_small(note, &format!("{sha256} {}\n", stamp_of(&metadata)))
}

/// Keeps the hash and forgets that the file had it: the next look at the file hashes it.
pub(crate) fn doubt(note: &Path) -> Result<(), FileError> {
    match noted(note) {
        Some(sha256) => write_small(note, &format!("{sha256} changed\n")),
        None => Ok(()),
    }
}

fn read(note: &Path) -> Option<(String, String)> {
    let text = std::fs::read_to_string(note).ok()?;
    let (sha256, stamp) = text.trim_end().split_once(' ')?;
    is_sha256(sha256).then(|| (sha256.into(), stamp.into()))
}

fn stamp_of(metadata: &Metadata) -> String {
    let changed = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    format!("{} {changed}", metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_forgotten_when_the_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("m.gguf");
        let note = beside(&file);
        std::fs::write(&file, "GGUF").unwrap();
        assert_eq!(recall(&note, &file), None);
        let sha256 = "a".repeat(64);
        remember(&note, &file, &sha256).unwrap();
        assert_eq!(recall(&note, &file), Some(sha256.clone()));
        std::fs::write(&file, "GGUF and more").unwrap();
        assert_eq!(recall(&note, &file), None);
        remember(&note, &file, &sha256).unwrap();
        doubt(&note).unwrap();
        assert_eq!(recall(&note, &file), None);
        assert_eq!(noted(&note), Some(sha256));
        std::fs::write(&note, "not a hash").unwrap();
        assert_eq!(noted(&note), None);
    }
}
