//! Exports that are written again and again: when each is due, and who writes it.

use std::time::Duration;

use aftercall_core::hex_sha256;
use aftercall_export::{Choice, Form, Format};
use aftercall_store::Store;
use aftercall_store::exports::ExportLease;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::Destination;
use super::write::{Outcome, WriteError, write};

/// Between two looks for exports that are due.
const LOOK: Duration = Duration::from_secs(15);
/// How long a lease is. It is renewed at a third of its time; what fails is tried again when it ends.
const LEASE: Duration = Duration::from_secs(60);

/// How often an export is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// After each hour.
    Hour,
    /// After each day of UTC.
    #[default]
    Day,
}

impl Interval {
    fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }

    /// The end of the last interval that ended `delay` ago or earlier.
    fn due(self, now: Timestamp, delay: SignedDuration) -> Timestamp {
        let past = now.as_second().saturating_sub(delay.as_secs());
        let second = past - past.rem_euclid(self.seconds());
        Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
    }
}

/// An export that is written on a schedule, in partitions of an agent and a day.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// Its name, by which is kept what was written.
    pub name: String,
    /// Where to.
    pub destination: Destination,
    /// The address of the destination, which tells it from another one.
    pub address: String,
    /// The format of the files.
    pub format: Format,
    /// What a row is.
    pub form: Form,
    /// Which columns; `None` for all.
    pub columns: Option<Choice>,
    /// Whether what was said is exported too.
    pub transcripts: bool,
    /// How often.
    pub interval: Interval,
    /// How long after the end of an interval it is written, so that analyses are there.
    pub delay: SignedDuration,
}

impl Schedule {
    /// A text that changes with everything that changes the files.
    pub(super) fn fingerprint(&self) -> String {
        let Self {
            address,
            format,
            form,
            columns,
            transcripts,
            ..
        } = self;
        let told = format!("{address:?} {format} {form} {columns:?} {transcripts}");
        let mut hash = hex_sha256(told.as_bytes());
        hash.truncate(16);
        hash
    }
}

/// Writes every export whenever it is due, until `stop`. Every node does; a lease in the database sees to it that one at a
/// time writes an export, and that another one goes on where a node is gone.
pub async fn keep_up(store: Store, schedules: Vec<Schedule>, stop: CancellationToken) {
    loop {
        for schedule in &schedules {
            if stop.is_cancelled() {
                return;
            }
            match write_due(&store, schedule, &stop).await {
                Ok(None) => {}
                Ok(Some(outcome)) => tracing::info!(
                    export = schedule.name,
                    written = outcome.written,
                    left = outcome.left,
                    deleted = outcome.deleted,
                    "an export is written"
                ),
                Err(error) => tracing::warn!(
                    export = schedule.name,
                    error = &error as &dyn std::error::Error,
                    "an export could not be written; it is tried again"
                ),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Writes an export if it is due and nobody is at it; `None` where it is not, or where `stop` came before its end.
///
/// # Errors
/// Where something could not be read or written, or the lease ended. What was written before that stays.
pub async fn write_due(
    store: &Store,
    schedule: &Schedule,
    stop: &CancellationToken,
) -> Result<Option<Outcome>, WriteError> {
    let due = schedule.interval.due(store.now(), schedule.delay);
    let lease = SignedDuration::try_from(LEASE).unwrap_or(SignedDuration::MAX);
    let Some(held) = store.claim_export(&schedule.name, due, lease).await? else {
        return Ok(None);
    };
    tokio::select! {
        outcome = write(store, schedule, &held, due) => outcome.map(Some),
        error = renew(store, &held, lease) => Err(error.into()),
        // What is written stays; another node goes on when the lease ends.
        () = stop.cancelled() => Ok(None),
    }
}

/// Renews a lease for as long as that works.
async fn renew(store: &Store, held: &ExportLease, lease: SignedDuration) -> Lost {
    let mut failures = 0;
    loop {
        tokio::time::sleep(LEASE / 3).await;
        match store.renew_export(held, lease).await {
            Ok(true) => failures = 0,
            Ok(false) => return Lost,
            Err(_) if failures < 2 => failures += 1,
            Err(_) => return Lost,
        }
    }
}

/// The lease of an export ended while it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("another node may write the export by now")]
pub struct Lost;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_due_at_the_end_of_an_interval_and_its_delay() {
        let minutes = SignedDuration::from_mins;
        for (interval, now, delay, due) in [
            (
                Interval::Hour,
                "2026-03-01T09:59:59Z",
                0,
                "2026-03-01T09:00:00Z",
            ),
            (
                Interval::Hour,
                "2026-03-01T10:00:00Z",
                0,
                "2026-03-01T10:00:00Z",
            ),
            (
                Interval::Hour,
                "2026-03-01T10:09:00Z",
                10,
                "2026-03-01T09:00:00Z",
            ),
            (
                Interval::Hour,
                "2026-03-01T10:10:00Z",
                10,
                "2026-03-01T10:00:00Z",
            ),
            (
                Interval::Day,
                "2026-03-02T00:59:00Z",
                60,
                "2026-03-01T00:00:00Z",
            ),
            (
                Interval::Day,
                "2026-03-02T01:00:00Z",
                60,
                "2026-03-02T00:00:00Z",
            ),
        ] {
            let now = now.parse().unwrap();
            let due: Timestamp = due.parse().unwrap();
            assert_eq!(interval.due(now, minutes(delay)), due, "{now}");
        }
    }
}
