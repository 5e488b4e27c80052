//! How far an import has come, kept in a file, so that another run goes on there.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

/// What is done: all files before this one, and of it the lines up to that one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// What is imported, and whose: with another source or agent the place means nothing.
    of: String,
    /// The files, in the order of reading. With others the place means nothing.
    files: Vec<PathBuf>,
    /// Place of the file, from 0.
    pub(super) file: usize,
    /// The last line that is done; 0 before the first.
    pub(super) line: u64,
}

impl Place {
    /// Before everything.
    pub(super) fn start(of: &str, files: &[PathBuf]) -> Self {
        Self {
            of: of.to_owned(),
            files: files.to_vec(),
            ..Self::default()
        }
    }

    /// The place that a run before kept there; the start where there is none.
    ///
    /// # Errors
    /// The file cannot be read, or it is of other files.
    pub(super) fn read(path: &Path, of: &str, files: &[PathBuf]) -> anyhow::Result<Self> {
        let context = || path.display().to_string();
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::start(of, files));
            }
            Err(error) => return Err(error).with_context(context),
        };
        let place: Self = serde_json::from_slice(&text)
            .with_context(|| format!("{} was not written by an import", path.display()))?;
        if place.of != of {
            bail!(
                "{} is of an import of {}, and this one is of {of}: name another file, or delete it",
                path.display(),
                place.of
            );
        }
        if place.files != files {
            bail!(
                "{} is of an import of other files: name another file, or delete it",
                path.display()
            );
        }
        Ok(place)
    }

    /// Keeps the place; the file is the old one or the new one, never half.
    ///
    /// # Errors
    /// Those of the file.
    pub(super) fn keep(&self, path: &Path) -> anyhow::Result<()> {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, self)?;
        file.flush()?;
        file.persist(path)
            .with_context(|| path.display().to_string())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_of_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("place");
        let files = [PathBuf::from("a"), PathBuf::from("b")];
        let mut place = Place::read(&path, "vapi", &files).unwrap();
        assert_eq!(place, Place::start("vapi", &files));
        place.file = 1;
        place.line = 7;
        place.keep(&path).unwrap();
        assert_eq!(Place::read(&path, "vapi", &files).unwrap(), place);
        assert!(Place::read(&path, "vapi", &files[..1]).is_err());
        assert!(Place::read(&path, "retell", &files).is_err());
        fs::write(&path, "x").unwrap();
        assert!(Place::read(&path, "vapi", &files).is_err());
    }
}
