//! Payloads of files, one after the other: a line of a file of lines, or a whole file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use flate2::read::MultiGzDecoder;

/// Endings of files with a payload a line.
const LINES: [&str; 2] = ["jsonl", "ndjson"];

/// A payload and where it stands.
pub(super) struct Payload {
    /// Place of its file in the order of reading, from 0.
    pub(super) file: usize,
    /// The line, from 1; 0 for a whole file.
    pub(super) line: u64,
    /// The bytes; why there are none, where it is too long.
    pub(super) body: Result<Vec<u8>, String>,
}

/// The files that the arguments mean, folders with all that is in them, each by name.
///
/// # Errors
/// A name that is neither a file nor a folder, or a folder that cannot be read.
pub(super) fn files(args: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for arg in args {
        let about = std::fs::metadata(arg).with_context(|| arg.display().to_string())?;
        if about.is_dir() {
            let before = found.len();
            inside(arg, &mut found)?;
            if found.len() == before {
                bail!("{}: there is no file in this folder", arg.display());
            }
        } else {
            found.push(arg.clone());
        }
    }
    Ok(found)
}

fn inside(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let context = || folder.display().to_string();
    let entries: io::Result<Vec<_>> = std::fs::read_dir(folder).with_context(context)?.collect();
    let mut entries = entries.with_context(context)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let kind = entry.file_type().with_context(context)?;
        if hidden {
            continue;
        }
        if kind.is_dir() {
            inside(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Reads the payloads of a file behind that line (0: from its start), and hands each on. `read` is told how many bytes of the
/// file were read so far.
///
/// # Errors
/// Those of the file, and those of `take`.
pub(super) fn each(
    path: &Path,
    file: usize,
    behind: u64,
    max_bytes: usize,
    mut read: impl FnMut(u64),
    mut take: impl FnMut(Payload) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let context = || path.display().to_string();
    let counted = Counted {
        inner: File::open(path).with_context(context)?,
        bytes: 0,
    };
    let mut source = Opened::of(path, counted);
    if !is_lines(path) {
        let mut body = Vec::new();
        let most = max_bytes as u64 + 1;
        Read::take(&mut source, most)
            .read_to_end(&mut body)
            .with_context(context)?;
        read(source.consumed());
        let body = bounded(body, max_bytes);
        return take(Payload {
            file,
            line: 0,
            body,
        });
    }
    let mut line = 0;
    loop {
        let mut body = Vec::new();
        let most = max_bytes as u64 + 1;
        let taken = Read::take(&mut source, most)
            .read_until(b'\n', &mut body)
            .with_context(context)?;
        if taken == 0 {
            return Ok(());
        }
        line += 1;
        if body.len() > max_bytes && body.last() != Some(&b'\n') {
            // The rest of the line is passed over, not kept.
            skip_line(&mut source).with_context(context)?;
        }
        read(source.consumed());
        if line <= behind || body.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let body = bounded(body, max_bytes);
        take(Payload { file, line, body })?;
    }
}

fn bounded(body: Vec<u8>, max_bytes: usize) -> Result<Vec<u8>, String> {
    if body.len() > max_bytes {
        return Err(format!("must be at most {max_bytes} bytes long"));
    }
    Ok(body)
}

fn skip_line(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        let (used, end) = match buffer.iter().position(|&byte| byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        source.consume(used);
        if end {
            return Ok(());
        }
    }
}

/// Whether the file holds a payload a line, by its ending before `.gz`.
fn is_lines(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| LINES.iter().any(|lines| ending.eq_ignore_ascii_case(lines)))
}

/// A file, unpacked where its name ends in `.gz`.
enum Opened {
    Plain(BufReader<Counted>),
    Packed(Box<BufReader<MultiGzDecoder<Counted>>>),
}

impl Opened {
    fn of(path: &Path, file: Counted) -> Self {
        if path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("gz"))
        {
            Self::Packed(Box::new(BufReader::new(MultiGzDecoder::new(file))))
        } else {
            Self::Plain(BufReader::new(file))
        }
    }

    fn consumed(&self) -> u64 {
        match self {
            Self::Plain(file) => file.get_ref().bytes,
            Self::Packed(file) => file.get_ref().get_ref().bytes,
        }
    }
}

impl Read for Opened {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(out),
            Self::Packed(file) => file.read(out),
        }
    }
}

impl BufRead for Opened {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(file) => file.fill_buf(),
            Self::Packed(file) => file.fill_buf(),
        }
    }

    fn consume(&mut self, used: usize) {
        match self {
            Self::Plain(file) => file.consume(used),
            Self::Packed(file) => file.consume(used),
        }
    }
}

/// Counts what is read.
struct Counted {
    inner: File,
    bytes: u64,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn all(path: &Path, behind: u64, most: usize) -> Vec<(u64, Result<String, String>)> {
        let mut found = Vec::new();
        let take = |payload: Payload| {
            let text = payload.body.map(|body| String::from_utf8(body).unwrap());
            found.push((payload.line, text));
            Ok(())
        };
        each(path, 0, behind, most, |_| {}, take).unwrap();
        found
    }

    #[test]
    fn lines_and_whole_files_packed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let text = "{\"a\":1}\n\n{\"b\":2}";
        let packed = folder.path().join("calls.jsonl.gz");
        let mut file = flate2::write::GzEncoder::new(
            File::create(&packed).unwrap(),
            flate2::Compression::fast(),
        );
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
        let plain = folder.path().join("calls.NDJSON");
        std::fs::write(&plain, text).unwrap();
        for path in [&packed, &plain] {
            let found = all(path, 0, 100);
            assert_eq!(found[0], (1, Ok("{\"a\":1}\n".to_owned())));
            assert_eq!(found[1], (3, Ok("{\"b\":2}".to_owned())));
            assert_eq!(all(path, 1, 100).len(), 1);
        }
        let whole = folder.path().join("call.json");
        std::fs::write(&whole, text).unwrap();
        assert_eq!(all(&whole, 0, 100), [(0, Ok(text.to_owned()))]);
        assert!(all(&whole, 0, 5)[0].1.is_err());
    }

    #[test]
    fn a_line_that_is_too_long_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("calls.jsonl");
        std::fs::write(&path, format!("{}\nshort\n", "x".repeat(100_000))).unwrap();
        let found = all(&path, 0, 10);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.is_err());
        assert_eq!(found[1], (2, Ok("short\n".to_owned())));
    }

    #[test]
    fn folders_are_read_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("b");
        std::fs::create_dir(&inner).unwrap();
        for name in ["c.json", ".hidden", "a.json", "b/d.json"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        let found = files(&[folder.path().to_owned()]).unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|path| {
                path.strip_prefix(folder.path())
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        assert_eq!(names, ["a.json", "b/d.json", "c.json"]);
        assert!(files(&[folder.path().join("none")]).is_err());
    }
}
