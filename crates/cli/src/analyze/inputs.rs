//! Which files the arguments mean.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

/// One place that calls are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
}

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One call, or a list of calls.
    Json,
    /// One call a line.
    Lines,
    /// One call as plain text.
    Text,
    /// A file that its content tells apart.
    Unknown,
    /// Standard input or a pipe: told apart by its content, and read once.
    Stream,
}

/// Why an argument means nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    #[error("{}: no such file or folder", .0.display())]
    Missing(PathBuf),
    #[error("{}: no file matches", .0.display())]
    NoMatch(PathBuf),
    #[error("{}: not a glob that can be understood: {reason}", pattern.display())]
    Glob { pattern: PathBuf, reason: String },
    #[error(
        "{}: no calls in this folder: files ending in .json, .jsonl, .ndjson or .txt are looked for directly inside it", .0.display()
    )]
    EmptyFolder(PathBuf),
    #[error("{}: cannot be read: {error}", path.display())]
    Unreadable { path: PathBuf, error: io::Error },
}

/// Turns arguments into sources, in the arguments' order, files of a folder or glob by name. A file that is named twice
/// is taken once. `not_calls` (the metrics, the output) are left out where a folder or a glob would bring them in.
///
/// # Errors
/// Every argument that means nothing.
pub(crate) fn expand(
    args: &[PathBuf],
    not_calls: &[&Path],
) -> Result<Vec<Source>, Vec<InputError>> {
    let mut expansion = Expansion {
        left_out: not_calls
            .iter()
            .filter_map(|path| path.canonicalize().ok())
            .collect(),
        ..Expansion::default()
    };
    for arg in args {
        if let Err(error) = expansion.argument(arg) {
            expansion.errors.push(error);
        }
    }
    if expansion.errors.is_empty() {
        Ok(expansion.sources)
    } else {
        Err(expansion.errors)
    }
}

#[derive(Default)]
struct Expansion {
    sources: Vec<Source>,
    errors: Vec<InputError>,
    seen: HashSet<PathBuf>,
    left_out: HashSet<PathBuf>,
}

impl Expansion {
    fn argument(&mut self, arg: &Path) -> Result<(), InputError> {
        if arg.as_os_str() == "-" {
            self.add(arg, Kind::Stream);
        } else if arg.is_dir() {
            self.folder(arg)?;
        } else if arg.exists() {
            self.file(arg);
        } else if let Some(pattern) = arg.to_str().filter(|text| text.contains(['*', '?', '['])) {
            self.glob(arg, pattern)?;
        } else {
            return Err(InputError::Missing(arg.into()));
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) {
        let kind = if path.is_file() {
            by_ending(path).unwrap_or(Kind::Unknown)
        } else {
            Kind::Stream
        };
        self.add(path, kind);
    }

    fn folder(&mut self, folder: &Path) -> Result<(), InputError> {
        let unreadable = |error| InputError::Unreadable {
            path: folder.into(),
            error,
        };
        let mut found = Vec::new();
        for entry in folder.read_dir().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            let path = entry.path();
            if let (false, true, Some(kind)) = (hidden, path.is_file(), by_ending(&path)) {
                found.push((path, kind));
            }
        }
        found.retain(|(path, _)| !self.is_left_out(path));
        if found.is_empty() {
            return Err(InputError::EmptyFolder(folder.into()));
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (path, kind) in found {
            self.add(&path, kind);
        }
        Ok(())
    }

    fn glob(&mut self, arg: &Path, pattern: &str) -> Result<(), InputError> {
        let paths = glob::glob(pattern).map_err(|error| InputError::Glob {
            pattern: arg.into(),
            reason: error.to_string(),
        })?;
        let mut any = false;
        for found in paths {
            let path = found.map_err(|error| InputError::Unreadable {
                path: error.path().into(),
                error: error.into(),
            })?;
            if path.is_file() && !self.is_left_out(&path) {
                any = true;
                self.file(&path);
            }
        }
        if any {
            Ok(())
        } else {
            Err(InputError::NoMatch(arg.into()))
        }
    }

    fn is_left_out(&self, path: &Path) -> bool {
        path.canonicalize()
            .is_ok_and(|real| self.left_out.contains(&real))
    }

    fn add(&mut self, path: &Path, kind: Kind) {
        let real = path.canonicalize().unwrap_or_else(|_| path.into());
        if self.seen.insert(real) {
            self.sources.push(Source {
                path: path.into(),
                kind,
            });
        }
    }
}

fn by_ending(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "json" => Some(Kind::Json),
        "jsonl" | "ndjson" => Some(Kind::Lines),
        "txt" => Some(Kind::Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        folder
    }

    fn names(sources: &[Source], folder: &tempfile::TempDir) -> Vec<(String, Kind)> {
        let name = |source: &Source| {
            let path = source.path.strip_prefix(folder.path()).unwrap();
            (path.to_str().unwrap().to_owned(), source.kind)
        };
        sources.iter().map(name).collect()
    }

    #[test]
    fn a_folder_gives_its_own_call_files_by_name() {
        let folder = folder(&[
            "b.txt",
            "a.JSON",
            "c.ndjson",
            "metrics.json",
            "notes.md",
            ".d.json",
            "deeper/e.json",
        ]);
        let metrics = folder.path().join("metrics.json");
        let sources = expand(&[folder.path().into()], &[&metrics]).unwrap();
        assert_eq!(
            names(&sources, &folder),
            [
                ("a.JSON".into(), Kind::Json),
                ("b.txt".into(), Kind::Text),
                ("c.ndjson".into(), Kind::Lines)
            ]
        );
    }

    #[test]
    fn a_glob_reaches_deeper_and_nothing_is_taken_twice() {
        let folder = folder(&["a.json", "deeper/e.json", "deeper/f.transcript"]);
        let args = [
            folder.path().join("a.json"),
            folder.path().join("**/*.*"),
            folder.path().join("a.json"),
        ];
        let sources = expand(&args, &[]).unwrap();
        assert_eq!(
            names(&sources, &folder),
            [
                ("a.json".into(), Kind::Json),
                ("deeper/e.json".into(), Kind::Json),
                ("deeper/f.transcript".into(), Kind::Unknown)
            ]
        );
    }

    #[test]
    fn a_file_whose_name_looks_like_a_glob_is_a_file() {
        let folder = folder(&["call[1].json"]);
        let path = folder.path().join("call[1].json");
        assert_eq!(expand(&[path], &[]).unwrap()[0].kind, Kind::Json);
    }

    #[test]
    fn every_wrong_argument_is_told() {
        let folder = folder(&["empty/x.md"]);
        let args = ["none.json", "*.csv", "empty"].map(|name| folder.path().join(name));
        let errors = expand(&args, &[]).unwrap_err();
        assert!(
            matches!(
                errors.as_slice(),
                [
                    InputError::Missing(_),
                    InputError::NoMatch(_),
                    InputError::EmptyFolder(_)
                ]
            ),
            "{errors:?}"
        );
    }

    #[test]
    fn standard_input_is_a_stream() {
        let sources = expand(&["-".into(), "-".into()], &[]).unwrap();
        assert_eq!(sources.len(), 1);
        assert_eq!(sources[0].kind, Kind::Stream);
    }
}
