//! One pull of a model at a time, on the whole machine.

use std::fs::{File, OpenOptions, TryLockError};

use crate::error::{FileError, at};
use crate::progress::Progress;
use crate::reference::Wanted;

/// Held while a model's files are changed; let go when dropped, and by the system when a process dies.
///
/// The lock's file stays: removing it would let two processes hold locks on two files of one name.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock, saying so if another process has it. The folder must exist.
    pub(crate) fn take(wanted: &Wanted, progress: &mut dyn Progress) -> Result<Self, FileError> {
        let path = wanted.beside("lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(at("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                progress.message(&format!(
                    "another process is busy with {}; waiting for it",
                    wanted.name
                ));
                file.lock().map_err(at("lock", &path))?;
            }
            Err(TryLockError::Error(error)) => return Err(at("lock", &path)(error)),
        }
        Ok(Self { _file: file })
    }
}
