//! Whether the disk has room for what is about to be written.

use std::path::Path;

use crate::error::{SourceError, at};
use crate::settings::Settings;

/// Refuses when the disk that `file` is written to has fewer than `needed` bytes free.
pub(crate) fn check(settings: &Settings, file: &Path, needed: u64) -> Result<(), SourceError> {
    let dir = file.parent().unwrap_or(file);
    let free = (settings.free_space)(dir).map_err(at("read the free space of", dir))?;
    if free < needed {
        return Err(SourceError::Space {
            dir: dir.into(),
            needed,
            free,
        });
    }
    Ok(())
}
