//! Files that are written once and hashed on the way.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{FileError, SourceError, at};
use crate::progress::Progress;

/// Bytes read at a time.
pub(crate) const BLOCK: usize = 1 << 20;

/// An unfinished file: what is appended is hashed at once, so that the whole is checked when it is complete.
#[derive(Debug)]
pub(crate) struct Part {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    len: u64,
}

impl Part {
    /// Opens or makes the file, keeps at most `keep` bytes of it and hashes those.
    pub(crate) fn open(path: &Path, keep: u64) -> Result<Self, FileError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(at("open", path))?;
        let len = file.metadata().map_err(at("read", path))?.len();
        if len > keep {
            file.set_len(keep).map_err(at("shorten", path))?;
        }
        let mut hasher = Sha256::new();
        let len = hash_into(&mut hasher, &mut file, |_| {}).map_err(at("read", path))?;
        Ok(Self {
            path: path.into(),
            file,
            hasher,
            len,
        })
    }

    /// Bytes so far.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Empties the file.
    pub(crate) fn restart(&mut self) -> Result<(), FileError> {
        self.file.set_len(0).map_err(at("shorten", &self.path))?;
        self.file
            .seek(SeekFrom::Start(0))
            .map_err(at("write", &self.path))?;
        self.hasher = Sha256::new();
        self.len = 0;
        Ok(())
    }

    /// Appends and hashes.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file
            .write_all(bytes)
            .map_err(at("write", &self.path))?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&self) -> Result<(), FileError> {
        self.file.sync_data().map_err(at("write", &self.path))
    }

    /// Checks size, hash and first letters. A file that fails is removed. Returns the hash.
    pub(crate) fn check(
        self,
        size: Option<u64>,
        sha256: Option<&str>,
    ) -> Result<Checked, SourceError> {
        let found = hex(self.hasher);
        let gguf = is_gguf(&self.path).map_err(at("read", &self.path))?;
        let problem = match (size, sha256) {
            (Some(expected), _) if expected != self.len => Some(SourceError::Size {
                expected,
                found: self.len,
            }),
            (_, Some(expected)) if expected != found => Some(SourceError::Hash {
                expected: expected.into(),
                found: found.clone(),
            }),
            _ if !gguf => Some(SourceError::NotGguf),
            _ => None,
        };
        if let Some(problem) = problem {
            drop(self.file);
            std::fs::remove_file(&self.path).map_err(at("remove", &self.path))?;
            return Err(problem);
        }
        self.file.sync_all().map_err(at("write", &self.path))?;
        Ok(Checked {
            path: self.path,
            sha256: found,
        })
    }
}

/// A complete file whose content was checked and which is on the disk.
#[derive(Debug)]
pub(crate) struct Checked {
    path: PathBuf,
    /// Its hash.
    pub(crate) sha256: String,
}

impl Checked {
    /// Gives the file its final name in one step.
    pub(crate) fn publish(self, to: &Path) -> Result<String, FileError> {
        std::fs::rename(&self.path, to).map_err(at("rename", &self.path))?;
        sync_folder_of(to);
        Ok(self.sha256)
    }
}

/// Makes a rename durable. Not every file system lets a folder be synced; the file itself is safe by then.
fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

/// The SHA-256 of a file.
pub(crate) fn hash_file(path: &Path, progress: &mut dyn Progress) -> Result<String, FileError> {
    let mut file = File::open(path).map_err(at("open", path))?;
    let size = file.metadata().map_err(at("read", path))?.len();
    progress.start(&format!("checking {}", path.display()), Some(size));
    let mut hasher = Sha256::new();
    hash_into(&mut hasher, &mut file, |bytes| progress.advance(bytes)).map_err(at("read", path))?;
    progress.finish();
    Ok(hex(hasher))
}

fn hash_into(
    hasher: &mut Sha256,
    from: &mut impl Read,
    mut each: impl FnMut(u64),
) -> io::Result<u64> {
    let mut block = vec![0; BLOCK];
    let mut total = 0;
    loop {
        let count = match from.read(&mut block) {
            Ok(0) => return Ok(total),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&block[..count]);
        total += count as u64;
        each(count as u64);
    }
}

/// Whether the file begins with the letters of the GGUF format.
pub(crate) fn is_gguf(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start == b"GGUF")
}

/// A digest as lower-case hex digits.
pub(crate) fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().fold(String::new(), |mut text, b| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{b:02x}");
        text
    })
}

/// Whether the text is a SHA-256 in lower-case hex digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Writes a small file in one step.
pub(crate) fn write_small(path: &Path, content: &str) -> Result<(), FileError> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = PathBuf::from(name);
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.sync_all()
    });
    written.map_err(at("write", &new))?;
    std::fs::rename(&new, path).map_err(at("rename", &new))
}

/// Removes a file; that there is none is fine. Returns whether there was one.
pub(crate) fn remove_if_there(path: &Path) -> Result<bool, FileError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at("remove", path)(error)),
    }
}

/// Removes a folder and all in it; that there is none is fine. Returns whether there was one.
pub(crate) fn remove_folder_if_there(path: &Path) -> Result<bool, FileError> {
    match std::fs::remove_dir_all(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at("remove", path)(error)),
    }
}
