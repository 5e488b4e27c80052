//! Models. Their files: which there are, where they come from, and that they are what they should be.
//!
//! [`ModelStore`] keeps GGUF files in a folder. [`ModelStore::pull`] fetches one of the [`catalogue`] or an
//! `hf:OWNER/REPO/FILE.gguf` reference; [`ModelStore::resolve`] finds the file of a name or a path. [`chat`] asks models
//! that run elsewhere. Everything blocks.

mod catalogue;
pub mod chat;
mod disk;
mod error;
mod hub;
mod lock;
mod memory;
mod pip;
mod progress;
mod pull;
mod reference;
mod secret;
mod settings;
mod space;
mod store;
mod wheel;
mod wheels;

pub use catalogue::{DEFAULT_MODEL, Member, Model, Package, SMALLEST_MODEL, Source, catalogue};
pub use error::{Attempt, Error, FileError, SourceError};
pub use progress::{Progress, Silent};
pub use secret::Secret;
pub use settings::{Settings, SourceKind, default_dir};
pub use store::{Listed, ModelFile, ModelStore};
