//! Where results go, each written as soon as it is there.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use aftercall_core::{Analysis, Metric};
use anyhow::Context as _;
use serde_json::value::RawValue;

use super::resume::{self, Earlier};
use super::{csv, table};
use crate::args::{AnalyzeArgs, Format};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::terminal;

/// The results of a run.
pub(crate) struct Output {
    format: Format,
    explain: bool,
    target: Target,
    /// Results written in this run.
    written: usize,
}

enum Target {
    Stdout,
    /// The file that grows.
    File(File),
    /// The file that grows, and the list that is made of it in the end.
    List {
        growing: File,
        partial: PathBuf,
        out: PathBuf,
    },
}

impl Output {
    /// Looks at what OUT holds and opens it. Nothing is lost by it: a file with results is gone on with or begun anew
    /// only when that was asked for.
    pub(crate) fn open(args: &AnalyzeArgs, metrics: &[Metric]) -> Result<(Self, Earlier), Failure> {
        let format = format_of(args);
        let mut earlier = Earlier::default();
        let target = match &args.out {
            None => Target::Stdout,
            Some(out) if out.as_os_str() == "-" && !args.resume => Target::Stdout,
            Some(out) => {
                let (target, held) = open_file(out, format, args, metrics)
                    .with_context(|| format!("cannot write results to {}", out.display()))
                    .or_exit(Exit::Input)?;
                earlier = held;
                target
            }
        };
        let mut output = Self {
            format,
            explain: args.explain,
            target,
            written: 0,
        };
        output.begin(metrics).or_exit(Exit::Input)?;
        Ok((output, earlier))
    }

    /// Whether a run that was stopped can be gone on with.
    pub(crate) fn can_resume(&self) -> bool {
        !matches!(self.target, Target::Stdout) && self.format != Format::Table
    }

    fn begin(&mut self, metrics: &[Metric]) -> io::Result<()> {
        let empty = match &self.target {
            Target::Stdout => true,
            Target::File(file) => file.metadata()?.len() == 0,
            Target::List { .. } => false,
        };
        if self.format == Format::Csv && empty {
            self.put(&csv::record(&csv::header(metrics))?)?;
        }
        Ok(())
    }

    /// Writes one result, all of it or nothing that counts.
    pub(crate) fn write(&mut self, analysis: &Analysis) -> io::Result<()> {
        let list_on_stdout = matches!(self.target, Target::Stdout) && self.format == Format::Json;
        let bytes = match self.format {
            Format::Table => table::block(analysis, self.explain, terminal::columns()).into_bytes(),
            Format::Csv => csv::record(&csv::row(analysis))?,
            Format::Json if list_on_stdout => {
                let mut bytes = if self.written == 0 {
                    b"[\n".to_vec()
                } else {
                    b",\n".to_vec()
                };
                serde_json::to_writer(&mut bytes, analysis)?;
                bytes
            }
            Format::Json | Format::Jsonl => {
                let mut bytes = serde_json::to_vec(analysis)?;
                bytes.push(b'\n');
                bytes
            }
        };
        self.put(&bytes)?;
        self.written += 1;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout if self.format == Format::Table => terminal::suspended(|| {
                let mut out = anstream::stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }),
            Target::Stdout => terminal::suspended(|| {
                let mut out = io::stdout().lock();
                out.write_all(bytes)?;
                out.flush()
            }),
            Target::File(file) if self.format == Format::Table => {
                let plain: Vec<u8> = anstream::adapter::strip_bytes(bytes).into_vec();
                file.write_all(&plain)
            }
            Target::File(file) => file.write_all(bytes),
            Target::List { growing, .. } => growing.write_all(bytes),
        }
    }

    /// Ends the output. A list in a file is made only of a run that came to its end.
    pub(crate) fn finish(mut self, to_the_end: bool) -> io::Result<()> {
        match &self.target {
            Target::Stdout if self.format == Format::Json => {
                let end: &[u8] = if self.written == 0 { b"[]\n" } else { b"\n]\n" };
                self.put(end)
            }
            Target::List { partial, out, .. } if to_the_end => {
                list_from_lines(partial, out)?;
                std::fs::remove_file(partial)
            }
            _ => Ok(()),
        }
    }
}

/// The format that was asked for, else that of the file's ending, else a table.
fn format_of(args: &AnalyzeArgs) -> Format {
    let by_ending = || {
        let ending = args
            .out
            .as_deref()?
            .extension()?
            .to_str()?
            .to_ascii_lowercase();
        match ending.as_str() {
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "json" => Some(Format::Json),
            "csv" => Some(Format::Csv),
            _ => None,
        }
    };
    args.format.or_else(by_ending).unwrap_or(Format::Table)
}

fn open_file(
    out: &Path,
    format: Format,
    args: &AnalyzeArgs,
    metrics: &[Metric],
) -> Result<(Target, Earlier), anyhow::Error> {
    if out.exists() && !out.is_file() && !out.is_dir() {
        // A device or a named pipe keeps nothing.
        let file = OpenOptions::new().write(true).open(out)?;
        return Ok((Target::File(file), Earlier::default()));
    }
    let partial = partial_of(out);
    let growing = if format == Format::Json {
        &partial
    } else {
        out
    };
    let held = has_content(out) || has_content(growing);
    if held && !args.resume && !args.overwrite {
        anyhow::bail!(
            "it holds results already: --resume goes on with them, --overwrite begins anew"
        );
    }
    if args.resume && format == Format::Table {
        anyhow::bail!("a table cannot be gone on with: use --format jsonl, json or csv");
    }
    let file = OpenOptions::new().create(true).append(true).open(growing)?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        anyhow::bail!("another run is writing to it");
    }
    if args.overwrite {
        file.set_len(0)?;
    }
    if format == Format::Json && args.resume && !has_content(&partial) && has_content(out) {
        lines_from_list(out, &file)
            .inspect_err(|_| drop(file.set_len(0)))
            .with_context(|| format!("cannot take over the results in {}", out.display()))?;
    }
    let earlier = match format {
        _ if !args.resume => Earlier::default(),
        Format::Csv => resume::from_csv(growing, metrics)?,
        _ => resume::from_lines(growing, metrics)?,
    };
    let target = match format {
        Format::Json => Target::List {
            growing: file,
            partial,
            out: out.into(),
        },
        _ => Target::File(file),
    };
    Ok((target, earlier))
}

fn partial_of(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

fn has_content(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_dir() || file.len() > 0)
}

/// Writes the results of a list one a line.
fn lines_from_list(list: &Path, to: &File) -> Result<(), anyhow::Error> {
    let text = std::fs::read_to_string(list)?;
    let results: Vec<&RawValue> =
        serde_json::from_str(&text).context("it holds no list of results")?;
    let mut to = BufWriter::new(to);
    for result in results {
        let value: serde_json::Value = serde_json::from_str(result.get())?;
        writeln!(to, "{value}")?;
    }
    to.flush()?;
    Ok(())
}

/// Makes a list of results that stand one a line; it appears under its name when it is whole.
fn list_from_lines(lines: &Path, list: &Path) -> io::Result<()> {
    let folder = match list.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".aftercall-");
    // As readable as any other file that the user makes: the umask decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    let mut to = BufWriter::new(&mut file);
    let mut before = "[\n";
    for line in BufReader::new(File::open(lines)?).split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        to.write_all(before.as_bytes())?;
        to.write_all(line.trim_ascii())?;
        before = ",\n";
    }
    to.write_all(if before == "[\n" { b"[]\n" } else { b"\n]\n" })?;
    to.flush()?;
    drop(to);
    file.as_file().sync_data()?;
    file.persist(list).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::args::{Args, Command};
    use clap::Parser as _;

    fn args(out: &Path, more: &[&str]) -> AnalyzeArgs {
        let out = out.to_str().unwrap();
        let words = ["aftercall", "analyze", "x", "--metrics", "m", "--out", out];
        match Args::parse_from(words.iter().chain(more)).command {
            Command::Analyze(args) => args,
            _ => unreachable!(),
        }
    }

    fn run(out: &Path, more: &[&str], ids: &[&str], to_the_end: bool) -> Result<usize, String> {
        let (mut output, earlier) = Output::open(&args(out, more), &sample::metrics())
            .map_err(|failure| format!("{:#}", failure.error))?;
        for id in ids {
            output.write(&sample::analysis(id).1).unwrap();
        }
        output.finish(to_the_end).unwrap();
        Ok(earlier.len())
    }

    fn ids(list: &Path) -> Vec<String> {
        let list: Vec<Analysis> =
            serde_json::from_str(&std::fs::read_to_string(list).unwrap()).unwrap();
        list.into_iter().map(|analysis| analysis.call_id).collect()
    }

    #[test]
    fn results_are_not_overwritten_unless_asked() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.jsonl", "a.csv", "a.json", "a.table"] {
            let out = folder.path().join(name);
            assert_eq!(run(&out, &[], &["a", "b"], true), Ok(0));
            let error = run(&out, &[], &["c"], true).unwrap_err();
            assert!(error.contains("--resume"), "{error}");
            assert_eq!(run(&out, &["--overwrite"], &["a"], true), Ok(0));
            if name == "a.table" {
                assert!(run(&out, &["--resume"], &[], true).is_err());
            } else {
                assert_eq!(run(&out, &["--resume"], &["b"], true), Ok(1));
                assert_eq!(run(&out, &["--resume"], &[], true), Ok(2));
            }
        }
    }

    #[test]
    fn a_list_appears_at_the_end_and_nothing_finished_is_lost_before() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a.json");
        assert_eq!(run(&out, &[], &["a"], false), Ok(0));
        assert!(!out.exists());
        assert!(run(&out, &[], &[], true).unwrap_err().contains("--resume"));
        assert_eq!(run(&out, &["--resume"], &["b"], true), Ok(1));
        assert_eq!(ids(&out), ["a", "b"]);
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        assert_eq!(run(&out, &["--resume"], &["c"], false), Ok(2));
        assert_eq!(
            ids(&out),
            ["a", "b"],
            "the list stands until the new one is whole"
        );
        assert_eq!(run(&out, &["--resume"], &[], true), Ok(3));
        assert_eq!(ids(&out), ["a", "b", "c"]);
        assert_eq!(run(&out, &["--overwrite"], &[], true), Ok(0));
        assert_eq!(ids(&out), [""; 0]);
    }

    #[test]
    fn two_runs_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a.jsonl");
        let first = Output::open(&args(&out, &[]), &sample::metrics()).unwrap();
        let error = run(&out, &["--resume"], &[], true).unwrap_err();
        assert!(error.contains("another run"), "{error}");
        drop(first);
        assert_eq!(run(&out, &["--resume"], &[], true), Ok(0));
    }

    #[test]
    fn the_ending_tells_the_format() {
        for (name, format) in [
            ("a.jsonl", Format::Jsonl),
            ("a.NDJSON", Format::Jsonl),
            ("a.json", Format::Json),
            ("a.csv", Format::Csv),
            ("a", Format::Table),
        ] {
            assert_eq!(format_of(&args(Path::new(name), &[])), format);
        }
        assert_eq!(
            format_of(&args(Path::new("a.csv"), &["--format", "json"])),
            Format::Json
        );
    }
}
