//! The file that holds the keys.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::Keyring;

/// Why a key file is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It can be neither read nor made.
    #[error("key file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others than its owner may read or change it.
    #[error("key file {}: must have mode 600, for its owner alone (got {mode:o})", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A line is no key.
    #[error("key file {}, line {line}: must be 64 hex digits (got {characters} other characters)", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// How long it is.
        characters: usize,
    },
    /// There is no key in it.
    #[error("key file {}: must hold a key (got none)", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

pub(super) fn load(path: &Path, fresh: [u8; 32]) -> Result<Keyring, KeyFileError> {
    let io = |source| KeyFileError::Io {
        path: path.into(),
        source,
    };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path, fresh).map_err(io)?;
            File::open(path).map_err(io)?
        }
        outcome => outcome.map_err(io)?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Open {
                path: path.into(),
                mode,
            });
        }
    }
    let text = Zeroizing::new(io::read_to_string(file).map_err(io)?);
    let mut keys = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        keys.push(key(line).ok_or_else(|| KeyFileError::Line {
            path: path.into(),
            line: number + 1,
            characters: line.chars().count(),
        })?);
    }
    Keyring::new(keys).map_err(|_| KeyFileError::Empty { path: path.into() })
}

/// Makes the file with one key. It gets its name when it is whole and on the disk; one that another process has made in the
/// meantime stays.
fn make(path: &Path, fresh: [u8; 32]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    // Such a file is its owner's alone from the first moment.
    let mut file = NamedTempFile::new_in(folder)?;
    let fresh = Zeroizing::new(fresh);
    for byte in fresh.iter() {
        write!(file, "{byte:02x}")?;
    }
    writeln!(file)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error.error),
    }
    // What is sealed with a key whose file is gone after a power cut is lost.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

fn key(line: &str) -> Option<[u8; 32]> {
    if line.len() != 64 || !line.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(line.as_bytes().chunks_exact(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}
