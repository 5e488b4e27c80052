//! One export, from the database to its parts.

use std::time::Duration;

use aftercall_core::CallRecord;
use aftercall_export::{Export, ExportError, Layout};
use aftercall_store::exports::Snapshot;
use aftercall_store::{Store, StoreError};
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;

use super::Order;

/// For how long a part may wait to be taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// For how long the database is asked to keep one moment: an export of a hundred million calls is done by then.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);
/// Parts that are written ahead.
const AHEAD: usize = 2;

/// A part of the file, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Bytes of the file; none where the calls are held back for a larger part.
    pub bytes: Bytes,
    /// Calls that were read for it.
    pub calls: u64,
}

/// Why an export broke off. The bytes so far are of no use.
#[derive(Debug, thiserror::Error)]
pub enum BrokenOff {
    /// The calls could not be read.
    #[error("the calls cannot be read")]
    Read(#[from] StoreError),
    /// A row could not be written.
    #[error(transparent)]
    Write(#[from] ExportError),
    /// The parts were not taken.
    #[error("nobody took the export for {} seconds", PATIENCE.as_secs())]
    NotTaken,
    /// It took too long.
    #[error("the export was not done after {} seconds", LONGEST.as_secs())]
    TooLong,
    /// Its task or thread ended by a panic.
    #[error("the export ended without a word; this is a defect of the program")]
    Ended,
}

/// An export under way. It ends when this is dropped.
pub struct Running {
    /// How many calls there are, where that was asked.
    pub total: Option<u64>,
    parts: mpsc::Receiver<Sent>,
    is_over: bool,
}

/// What the thread that writes sends.
enum Sent {
    Part(Part),
    Error(BrokenOff),
    End,
}

/// What the task that reads sends.
enum Read {
    Calls(Vec<CallRecord>),
    Error(BrokenOff),
    End,
}

/// What an export is started with beside its order.
#[derive(Debug, Default)]
pub struct Extras {
    /// Whether the calls are counted first.
    pub count: bool,
    /// Given back when the export is over.
    pub permit: Option<OwnedSemaphorePermit>,
}

/// Begins an export. What it shows is the moment of this call.
///
/// # Errors
/// Where the database does not answer, before anything was written.
pub async fn start(store: &Store, order: Order, extras: Extras) -> Result<Running, BrokenOff> {
    let needs_metrics = order.needs_metrics();
    let deadline = Instant::now() + LONGEST;
    let snapshot = store.snapshot(order.filter, order.transcripts).await?;
    let metrics = match needs_metrics {
        true => snapshot.metric_columns().await?,
        false => Vec::new(),
    };
    let total = match extras.count {
        true => Some(snapshot.count().await?),
        false => None,
    };
    let columns = order.columns.as_ref();
    let layout = Layout::new(order.form, columns, order.transcripts, metrics);
    let export = Export::new(order.format, layout)?;
    let (pages, to_write) = mpsc::channel(1);
    let (written, parts) = mpsc::channel(AHEAD);
    tokio::spawn(read(snapshot, pages, deadline));
    let permit = extras.permit;
    tokio::task::spawn_blocking(move || {
        let outcome = write(export, to_write, &written);
        let last = outcome.map_or_else(Sent::Error, |()| Sent::End);
        // Whoever asked may be gone.
        drop(send(&written, last));
        drop(permit);
    });
    Ok(Running {
        total,
        parts,
        is_over: false,
    })
}

impl Running {
    /// The next part; `None` after the last one.
    ///
    /// # Errors
    /// [`BrokenOff`], once.
    pub async fn next(&mut self) -> Option<Result<Part, BrokenOff>> {
        if self.is_over {
            return None;
        }
        match self.parts.recv().await {
            Some(Sent::Part(part)) => Some(Ok(part)),
            Some(Sent::End) => {
                self.is_over = true;
                None
            }
            Some(Sent::Error(error)) => {
                self.is_over = true;
                Some(Err(error))
            }
            None => {
                self.is_over = true;
                Some(Err(BrokenOff::Ended))
            }
        }
    }
}

/// Reads page by page, one ahead of what is written.
async fn read(mut snapshot: Snapshot, pages: mpsc::Sender<Read>, deadline: Instant) {
    loop {
        let read = match tokio::time::timeout_at(deadline, snapshot.next()).await {
            Ok(Ok(calls)) if calls.is_empty() => Read::End,
            Ok(Ok(calls)) => Read::Calls(calls),
            Ok(Err(error)) => Read::Error(error.into()),
            Err(_) => Read::Error(BrokenOff::TooLong),
        };
        let goes_on = matches!(read, Read::Calls(_));
        // The writer waits as long for whoever takes the parts, and says so itself.
        let sent = pages.send_timeout(read, PATIENCE * 2).await;
        if !goes_on || sent.is_err() {
            break;
        }
    }
    snapshot.end().await;
}

/// Writes what is read, on a thread that may be busy with it.
fn write(
    mut export: Export,
    mut pages: mpsc::Receiver<Read>,
    written: &mpsc::Sender<Sent>,
) -> Result<(), BrokenOff> {
    loop {
        match pages.blocking_recv() {
            Some(Read::Calls(calls)) => {
                for call in &calls {
                    export.push(call)?;
                }
                let part = Part {
                    bytes: export.take()?,
                    calls: calls.len() as u64,
                };
                send(written, Sent::Part(part))?;
            }
            Some(Read::End) => {
                let part = Part {
                    bytes: export.finish()?,
                    calls: 0,
                };
                return send(written, Sent::Part(part));
            }
            Some(Read::Error(error)) => return Err(error),
            None => return Err(BrokenOff::Ended),
        }
    }
}

/// Sends from a thread that may wait, though not for ever.
fn send(to: &mpsc::Sender<Sent>, sent: Sent) -> Result<(), BrokenOff> {
    let sending = to.send_timeout(sent, PATIENCE);
    tokio::runtime::Handle::current()
        .block_on(sending)
        .map_err(|_| BrokenOff::NotTaken)
}
