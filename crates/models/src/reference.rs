//! What a name given by a person stands for.

use std::path::{Path, PathBuf};

use crate::catalogue::{Model, Source};
use crate::error::Error;

/// What begins a reference to a file on the hub.
const HUB_PREFIX: &str = "hf:";

const HUB_RULE: &str =
    "must be hf:OWNER/REPO/FILE.gguf, each part of letters, digits, spaces and . _ - +";

/// A name, understood.
#[derive(Debug)]
pub(crate) enum Reference {
    /// A model that the store can hold.
    Stored(Wanted),
    /// A file of the user's own.
    Own(PathBuf),
}

/// A model file that the store can hold, with what is known of it.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// As the user says it.
    pub(crate) name: String,
    /// Where the file lies or will lie.
    pub(crate) path: PathBuf,
    /// Size in bytes, where known.
    pub(crate) size: Option<u64>,
    /// Hash, where known.
    pub(crate) sha256: Option<String>,
    /// Where it can be had.
    pub(crate) sources: Vec<Source>,
}

impl Wanted {
    /// The wanted file of a model of the catalogue.
    pub(crate) fn of_model(model: &Model, dir: &Path) -> Self {
        Self {
            name: model.name.clone(),
            path: dir.join(model.file_name()),
            size: Some(model.size),
            sha256: Some(model.sha256.clone()),
            sources: model.sources.clone(),
        }
    }

    /// The wanted file of a hub reference.
    pub(crate) fn of_hub(reference: &str, dir: &Path) -> Result<Self, Error> {
        let bad = || Error::Reference {
            reference: reference.into(),
            rule: HUB_RULE,
        };
        let parts: Vec<&str> = reference
            .strip_prefix(HUB_PREFIX)
            .ok_or_else(bad)?
            .split('/')
            .collect();
        let [owner, repo, file @ ..] = parts.as_slice() else {
            return Err(bad());
        };
        let gguf = file
            .last()
            .is_some_and(|last| last.to_ascii_lowercase().ends_with(".gguf"));
        if !gguf || !parts.iter().all(|part| is_plain(part)) {
            return Err(bad());
        }
        Ok(Self {
            name: reference.into(),
            path: parts
                .iter()
                .fold(dir.join("hf"), |path, part| path.join(part)),
            size: None,
            sha256: None,
            sources: vec![Source::Hub {
                repo: format!("{owner}/{repo}"),
                file: file.join("/"),
            }],
        })
    }

    /// A file beside the model's, with another ending.
    pub(crate) fn beside(&self, ending: &str) -> PathBuf {
        self.path.with_extension(ending)
    }
}

/// Whether the part may be a file name: no separators, nothing that leads out of a folder.
fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && part
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " ._-+".contains(c))
}

/// Understands a name: a hub reference, a model of the catalogue, or a path to a file that exists.
pub(crate) fn understand(name: &str, models: &[Model], dir: &Path) -> Result<Reference, Error> {
    if name.starts_with(HUB_PREFIX) {
        return Wanted::of_hub(name, dir).map(Reference::Stored);
    }
    if let Some(model) = models.iter().find(|model| model.name == name) {
        return Ok(Reference::Stored(Wanted::of_model(model, dir)));
    }
    if Path::new(name).is_file() {
        return Ok(Reference::Own(name.into()));
    }
    Err(Error::Unknown {
        name: name.into(),
        known: models.iter().map(|model| model.name.clone()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hub_references_become_files_of_the_store() {
        let wanted = Wanted::of_hub("hf:me/my-repo/q4/model.GGUF", Path::new("/models")).unwrap();
        assert_eq!(
            wanted.path,
            Path::new("/models/hf/me/my-repo/q4/model.GGUF")
        );
        assert_eq!(
            wanted.sources,
            [Source::Hub {
                repo: "me/my-repo".into(),
                file: "q4/model.GGUF".into()
            }]
        );
    }

    #[test]
    fn nothing_leads_out_of_the_store() {
        for reference in [
            "hf:",
            "hf:me/repo",
            "hf:me/repo/model.bin",
            "hf:../repo/model.gguf",
            "hf:me/repo/../../model.gguf",
            "hf:me//model.gguf",
            "hf:me/repo/.gguf",
            "hf:me/re\\po/model.gguf",
            "hf:me/repo/mo%2fdel.gguf",
        ] {
            let outcome = Wanted::of_hub(reference, Path::new("/models"));
            assert!(
                matches!(outcome, Err(Error::Reference { .. })),
                "{reference}"
            );
        }
    }
}
