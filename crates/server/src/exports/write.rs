//! Writing what has changed of a scheduled export.

use std::collections::BTreeMap;

use aftercall_store::calls::CallFilter;
use aftercall_store::exports::{ExportLease, Partition, Written};
use aftercall_store::{Store, StoreError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::schedule::Lost;
use super::{BrokenOff, DestinationError, Extras, Order, Schedule, start};

/// What became of an export's partitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Written for the first time or anew.
    pub written: u64,
    /// Left as they were.
    pub left: u64,
    /// Deleted, as they have no call any more.
    pub deleted: u64,
}

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database did not answer, or holds what cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The export broke off, or its place refused it.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Somebody else may be at it.
    #[error(transparent)]
    Lost(#[from] Lost),
}

impl From<BrokenOff> for WriteError {
    fn from(error: BrokenOff) -> Self {
        Self::Destination(error.into())
    }
}

/// Writes every partition that is not written as it is now, of the calls that arrived before `due`. What was written is kept
/// partition by partition, so that a run which breaks off is gone on with by the next one.
///
/// A fingerprint is taken before the calls are read: a change in between is read already, and found once more by the next
/// run. The other way round it would be missed.
pub(super) async fn write(
    store: &Store,
    schedule: &Schedule,
    held: &ExportLease,
    due: Timestamp,
) -> Result<Outcome, WriteError> {
    let settings = schedule.fingerprint();
    let mut outcome = Outcome::default();
    let mut failed = None;
    for agent_id in store.agent_ids().await? {
        let before = store.written_partitions(&held.name, &agent_id).await?;
        let mut before: BTreeMap<Date, Written> = before
            .into_iter()
            .map(|written| (written.partition.day, written))
            .collect();
        for mut partition in store.partitions(&agent_id, due).await? {
            partition.fingerprint = format!("{settings}-{}", partition.fingerprint);
            let new = Written {
                path: path(schedule, &partition),
                partition,
            };
            let old = before.remove(&new.partition.day);
            if old.as_ref() == Some(&new) {
                outcome.left += 1;
                continue;
            }
            match partition_file(store, schedule, held, &new, old, due).await {
                Ok(()) => outcome.written += 1,
                Err(error @ WriteError::Lost(_)) => return Err(error),
                // The others do not wait for what cannot be written; the next run tries it again.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        // Days of which every call was deleted.
        for gone in before.into_values() {
            schedule.destination.delete(&gone.path).await?;
            if !store.forget_written(held, &gone.partition).await? {
                return Err(Lost.into());
            }
            outcome.deleted += 1;
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if !store.end_export(held, due).await? {
        return Err(Lost.into());
    }
    Ok(outcome)
}

/// Writes the file of one partition in place of an old one.
async fn partition_file(
    store: &Store,
    schedule: &Schedule,
    held: &ExportLease,
    new: &Written,
    old: Option<Written>,
    due: Timestamp,
) -> Result<(), WriteError> {
    let order = order(schedule, &new.partition, due);
    let running = start(store, order, Extras::default()).await?;
    schedule.destination.put(&new.path, running).await?;
    if let Some(old) = old.filter(|old| old.path != new.path) {
        schedule.destination.delete(&old.path).await?;
    }
    if !store.keep_written(held, new).await? {
        return Err(Lost.into());
    }
    Ok(())
}

/// The file of a partition, named so that readers take agent and day for columns.
fn path(schedule: &Schedule, partition: &Partition) -> String {
    let Partition { agent_id, day, .. } = partition;
    let (rows, format) = (schedule.form.rows(), schedule.format);
    format!("agent={agent_id}/day={day}/{rows}.{format}")
}

fn order(schedule: &Schedule, partition: &Partition, due: Timestamp) -> Order {
    let start = instant(partition.day);
    // The filter takes in its end, and times are kept in microseconds.
    let last = instant(partition.day.saturating_add(jiff::Span::new().days(1))).min(due);
    let last = last
        .checked_sub(SignedDuration::from_micros(1))
        .unwrap_or(last);
    Order {
        filter: CallFilter {
            agent_ids: vec![partition.agent_id.clone()],
            created_from: Some(start),
            created_to: Some(last),
            ..CallFilter::default()
        },
        format: schedule.format,
        form: schedule.form,
        columns: schedule.columns.clone(),
        transcripts: schedule.transcripts,
    }
}

/// The beginning of a day of UTC. One that no calendar has an instant for holds no call.
fn instant(day: Date) -> Timestamp {
    let start = day.to_zoned(TimeZone::UTC);
    start.map_or(Timestamp::MIN, |start| start.timestamp())
}
