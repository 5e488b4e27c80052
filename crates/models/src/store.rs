//! The folder that model files are kept in.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::catalogue::{Model, catalogue};
use crate::disk::{hash_file, is_gguf, remove_folder_if_there, remove_if_there};
use crate::error::{Error, at};
use crate::lock::Lock;
use crate::memory;
use crate::progress::{Progress, Silent};
use crate::reference::{Reference, Wanted, understand};
use crate::settings::{Settings, default_dir};
use crate::wheels;

/// A model file on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelFile {
    /// Where the file lies.
    pub path: PathBuf,
    /// The catalogue's name, the hub reference, or the file's own name without ending.
    pub name: String,
    /// The file's SHA-256 in lower-case hex digits. Always there for the store's own files; for a file of the user's
    /// only once [`ModelStore::fingerprint`] has computed it.
    pub sha256: Option<String>,
}

/// One line of [`ModelStore::list`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The name to give to the other operations.
    pub name: String,
    /// The catalogue's entry; none for files that came from the hub by reference.
    pub model: Option<Model>,
    /// Whether the file is there with the right size.
    pub present: bool,
    /// Where the file lies or will lie.
    pub path: PathBuf,
    /// Size of the file in bytes.
    pub size: u64,
}

/// The models of one folder.
#[derive(Debug, Clone)]
pub struct ModelStore {
    pub(crate) dir: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) models: Cow<'static, [Model]>,
}

impl ModelStore {
    /// A store in the given folder with the settings of the environment. The folder is made when something is pulled.
    ///
    /// # Errors
    /// [`Error::Setting`] where a variable of the environment cannot be used.
    pub fn new(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        Ok(Self::with_settings(dir, Settings::from_env()?))
    }

    /// The store in the default folder, see [`default_dir`].
    ///
    /// # Errors
    /// [`Error::Setting`] and [`Error::NoFolder`] where the environment cannot be used.
    pub fn open_default() -> Result<Self, Error> {
        Self::new(default_dir()?)
    }

    /// A store with settings of the caller's own.
    pub fn with_settings(dir: impl Into<PathBuf>, settings: Settings) -> Self {
        Self {
            dir: dir.into(),
            settings,
            models: Cow::Borrowed(catalogue()),
        }
    }

    /// The same store with another catalogue.
    #[must_use]
    pub fn with_models(mut self, models: Vec<Model>) -> Self {
        self.models = Cow::Owned(models);
        self
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The models known by name.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// Finds the file of a model of the catalogue, of an `hf:` reference, or at a path. A file of the store whose
    /// hash is not known yet is hashed, which takes seconds for a gigabyte; afterwards the hash is remembered.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Reference`], [`Error::NotPulled`], [`Error::NotGguf`], [`Error::Hash`] for a file
    /// of the store that is not the catalogue's, [`Error::File`].
    pub fn resolve(&self, name_or_path: &str) -> Result<ModelFile, Error> {
        match self.understand(name_or_path)? {
            Reference::Own(path) => self.own(path),
            Reference::Stored(wanted) if wanted.path.is_file() => match remembered(&wanted) {
                Some(file) => Ok(file),
                None => check(&wanted, &mut Silent),
            },
            Reference::Stored(Wanted { name, path, .. }) => Err(Error::NotPulled { name, path }),
        }
    }

    /// Where the file of a model lies, without looking into it.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Reference`], [`Error::NotPulled`].
    pub fn path(&self, name_or_path: &str) -> Result<PathBuf, Error> {
        match self.understand(name_or_path)? {
            Reference::Own(path) => Ok(path),
            Reference::Stored(wanted) if wanted.path.is_file() => Ok(wanted.path),
            Reference::Stored(Wanted { name, path, .. }) => Err(Error::NotPulled { name, path }),
        }
    }

    /// Computes the hash of a model's file anew and compares it: with the catalogue's, or for a file that came by
    /// reference with the one noted then. For a file of the user's the hash is computed and remembered.
    ///
    /// # Errors
    /// [`Error::Hash`] where the file has changed, else those of [`ModelStore::resolve`].
    pub fn verify(
        &self,
        name_or_path: &str,
        progress: &mut dyn Progress,
    ) -> Result<ModelFile, Error> {
        match self.understand(name_or_path)? {
            Reference::Own(path) => {
                let file = self.own(path)?;
                let sha256 = hash_file(&file.path, progress)?;
                self.remember_own(&file.path, &sha256);
                Ok(ModelFile {
                    sha256: Some(sha256),
                    ..file
                })
            }
            Reference::Stored(wanted) if wanted.path.is_file() => check(&wanted, progress),
            Reference::Stored(Wanted { name, path, .. }) => Err(Error::NotPulled { name, path }),
        }
    }

    /// The SHA-256 of a model file: the remembered one, else computed and remembered.
    ///
    /// # Errors
    /// [`Error::File`] where the file cannot be read.
    pub fn fingerprint(
        &self,
        file: &ModelFile,
        progress: &mut dyn Progress,
    ) -> Result<String, Error> {
        if let Some(sha256) = &file.sha256 {
            return Ok(sha256.clone());
        }
        let sha256 = hash_file(&file.path, progress)?;
        self.remember_own(&file.path, &sha256);
        Ok(sha256)
    }

    /// Deletes a model's file and all that an unfinished pull left of it. Returns whether there was anything.
    ///
    /// # Errors
    /// [`Error::OwnFile`] for a path: only files of the store are removed. [`Error::Unknown`],
    /// [`Error::Reference`], [`Error::File`].
    pub fn remove(&self, name: &str) -> Result<bool, Error> {
        let Reference::Stored(wanted) = self.understand(name)? else {
            return Err(Error::OwnFile {
                name: name.into(),
                rule: "delete it yourself",
            });
        };
        if !wanted.path.parent().is_some_and(Path::is_dir) {
            return Ok(false);
        }
        let _lock = Lock::take(&wanted, &mut Silent)?;
        let mut any = remove_if_there(&wanted.path)?;
        remove_if_there(&memory::beside(&wanted.path))?;
        any |= discard_unfinished(&wanted)?;
        Ok(any)
    }

    /// The catalogue, and after it the files that came from the hub by reference.
    ///
    /// # Errors
    /// [`Error::File`] where the store's folder cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, Error> {
        let of_model = |model: &Model| {
            let path = self.dir.join(model.file_name());
            Listed {
                name: model.name.clone(),
                present: path.metadata().is_ok_and(|file| file.len() == model.size),
                path,
                size: model.size,
                model: Some(model.clone()),
            }
        };
        let mut listed: Vec<Listed> = self.models.iter().map(of_model).collect();
        let mut by_reference = Vec::new();
        walk(&self.dir.join("hf"), "hf:", &mut by_reference)?;
        by_reference.sort_by(|a, b| a.name.cmp(&b.name));
        listed.append(&mut by_reference);
        Ok(listed)
    }

    pub(crate) fn understand(&self, name: &str) -> Result<Reference, Error> {
        understand(name, &self.models, &self.dir)
    }

    /// A file of the user's.
    pub(crate) fn own(&self, path: PathBuf) -> Result<ModelFile, Error> {
        if !is_gguf(&path).map_err(at("read", &path))? {
            return Err(Error::NotGguf { path });
        }
        let name = path.file_stem().unwrap_or(path.as_os_str());
        let sha256 = path
            .canonicalize()
            .ok()
            .and_then(|real| memory::recall(&memory::of_foreign(&self.dir, &real), &real));
        Ok(ModelFile {
            name: name.to_string_lossy().into_owned(),
            sha256,
            path,
        })
    }

    /// Remembering saves time and nothing else: that it fails, in a folder that cannot be written say, is no error.
    fn remember_own(&self, path: &Path, sha256: &str) {
        if let Ok(real) = path.canonicalize() {
            let _ = memory::remember(&memory::of_foreign(&self.dir, &real), &real, sha256);
        }
    }
}

/// The file, if its hash is remembered and right.
pub(crate) fn remembered(wanted: &Wanted) -> Option<ModelFile> {
    let sha256 = memory::recall(&memory::beside(&wanted.path), &wanted.path)?;
    let right = wanted.sha256.as_ref().is_none_or(|right| *right == sha256);
    right.then(|| ModelFile {
        path: wanted.path.clone(),
        name: wanted.name.clone(),
        sha256: Some(sha256),
    })
}

/// Hashes the file and compares: with the catalogue's hash, else with the one noted when it was fetched. Remembers
/// the outcome.
pub(crate) fn check(wanted: &Wanted, progress: &mut dyn Progress) -> Result<ModelFile, Error> {
    let path = &wanted.path;
    let note = memory::beside(path);
    if !is_gguf(path).map_err(at("read", path))? {
        return Err(Error::NotGguf { path: path.clone() });
    }
    let found = hash_file(path, progress)?;
    let expected = wanted.sha256.clone().or_else(|| memory::noted(&note));
    // That nothing can be noted, on a read-only disk say, costs time later and is no error.
    if let Some(expected) = expected.filter(|right| *right != found) {
        let _ = memory::doubt(&note);
        return Err(Error::Hash {
            path: path.clone(),
            expected,
            found,
        });
    }
    let _ = memory::remember(&note, path, &found);
    Ok(ModelFile {
        path: path.clone(),
        name: wanted.name.clone(),
        sha256: Some(found),
    })
}

/// Removes what unfinished pulls left. Returns whether there was anything.
pub(crate) fn discard_unfinished(wanted: &Wanted) -> Result<bool, Error> {
    let part = remove_if_there(&wanted.beside("gguf.part"))?;
    remove_if_there(&wanted.beside("gguf.part.version"))?;
    Ok(remove_folder_if_there(&wheels::work_dir(wanted))? || part)
}

/// Collects the GGUF files below a folder, their names made of `prefix` and the path below it.
fn walk(dir: &Path, prefix: &str, into: &mut Vec<Listed>) -> Result<(), Error> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(at("read", dir))?,
    };
    for entry in entries {
        let path = entry.map_err(at("read", dir))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{prefix}{name}");
        let metadata = path.metadata().map_err(at("read", &path))?;
        if metadata.is_dir() {
            walk(&path, &format!("{name}/"), into)?;
        } else if name.to_ascii_lowercase().ends_with(".gguf") {
            into.push(Listed {
                name,
                model: None,
                present: true,
                path,
                size: metadata.len(),
            });
        }
    }
    Ok(())
}
