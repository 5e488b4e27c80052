//! The user's own pip, so that their index, proxy and certificate settings hold.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::catalogue::Package;
use crate::disk::remove_folder_if_there;
use crate::error::{FileError, SourceError, at};
use crate::settings::Settings;

/// How much of what pip wrote an error quotes.
const LOG_LINES: usize = 3;
const LOG_CHARS: usize = 600;

/// A command that runs pip.
#[derive(Debug)]
pub(crate) struct Pip<'a> {
    words: &'a [OsString],
    env: &'a [(OsString, OsString)],
}

impl<'a> Pip<'a> {
    /// The first of the settings' commands that runs.
    pub(crate) fn find(settings: &'a Settings) -> Result<Self, SourceError> {
        settings
            .pip
            .iter()
            .map(|words| Self {
                words,
                env: &settings.pip_env,
            })
            .find(Self::runs)
            .ok_or_else(|| SourceError::NoPip {
                tried: settings.pip.iter().map(|words| spoken(words)).collect(),
            })
    }

    fn runs(&self) -> bool {
        self.command().is_some_and(|mut command| {
            let status = command
                .arg("--version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            status.is_ok_and(|status| status.success())
        })
    }

    fn command(&self) -> Option<Command> {
        let (program, rest) = self.words.split_first()?;
        let mut command = Command::new(program);
        command
            .args(rest)
            // `python3 -m pip` would else prefer a file `pip.py` of the folder it is started in.
            .env("PYTHONSAFEPATH", "1")
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        Some(command)
    }

    /// Starts the download of one wheel in a folder of its own, which must not exist.
    pub(crate) fn start(&self, package: &Package, dir: PathBuf) -> Result<Fetch, FileError> {
        let temporary = dir.join("tmp");
        std::fs::create_dir_all(&temporary).map_err(at("make", &dir))?;
        let log_path = dir.join("log");
        let log = File::create(&log_path).map_err(at("write", &log_path))?;
        let Some(mut command) = self.command() else {
            let nothing = std::io::Error::other("the command is empty");
            return Err(at("start pip in", &dir)(nothing));
        };
        let child = command
            .args(["download", "--no-deps", "--only-binary=:all:"])
            // A second copy in pip's cache would cost as much room as the model.
            .arg("--no-cache-dir")
            .args(["--no-input", "--disable-pip-version-check"])
            .args(["--progress-bar", "off", "--quiet", "--dest"])
            .arg(&dir)
            .arg(package.requirement())
            // On the same disk as the model: the system's own folder may be small, and progress is seen there.
            .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, &temporary)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(at("start pip in", &dir))?;
        Ok(Fetch {
            requirement: package.requirement(),
            dir,
            child,
        })
    }
}

/// A download that is under way. Dropping it ends pip and removes what it wrote.
#[derive(Debug)]
pub(crate) struct Fetch {
    requirement: String,
    dir: PathBuf,
    child: Child,
}

impl Fetch {
    /// Looks whether pip has ended. Its wheel is then moved to `to`.
    pub(crate) fn poll(&mut self, to: &Path) -> Result<bool, SourceError> {
        let ended = self
            .child
            .try_wait()
            .map_err(at("wait for pip in", &self.dir))?;
        match ended {
            None => Ok(false),
            Some(status) if status.success() => {
                let wheel = self.wheel()?;
                std::fs::rename(&wheel, to).map_err(at("rename", &wheel))?;
                Ok(true)
            }
            Some(status) => Err(self.failed(status)),
        }
    }

    /// Bytes that have come so far. pip writes to a temporary file and copies that at the end, so the larger of
    /// the two counts.
    pub(crate) fn received(&self) -> u64 {
        largest_file(&self.dir)
    }

    fn wheel(&self) -> Result<PathBuf, SourceError> {
        let entries = std::fs::read_dir(&self.dir).map_err(at("read", &self.dir))?;
        entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.extension().is_some_and(|ending| ending == "whl"))
            .ok_or_else(|| SourceError::Wheel {
                requirement: self.requirement.clone(),
                reason: "pip ended well and left no wheel".into(),
            })
    }

    fn failed(&self, status: ExitStatus) -> SourceError {
        let text = std::fs::read(self.dir.join("log")).unwrap_or_default();
        SourceError::Pip {
            requirement: self.requirement.clone(),
            status: status.to_string(),
            log: last_lines(&String::from_utf8_lossy(&text)),
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        // Each may fail because there is nothing left to do; the next run clears what stays.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = remove_folder_if_there(&self.dir);
    }
}

/// A command as a person would write it.
fn spoken(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

fn largest_file(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return 0;
    };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => largest_file(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(size).max().unwrap_or(0)
}

/// The end of a log, on one line.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let tail = lines[lines.len().saturating_sub(LOG_LINES)..].join(" | ");
    if tail.is_empty() {
        return "it wrote no reason".into();
    }
    let skip = tail.chars().count().saturating_sub(LOG_CHARS);
    tail.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_is_quoted() {
        assert_eq!(
            last_lines("one\ntwo\n\n three \nfour\n"),
            "two | three | four"
        );
        assert_eq!(last_lines(" \n"), "it wrote no reason");
        assert_eq!(last_lines(&"x".repeat(5000)).len(), LOG_CHARS);
    }
}
