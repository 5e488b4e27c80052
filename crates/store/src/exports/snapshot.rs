//! The calls as they are at one moment.

use std::collections::VecDeque;

use aftercall_core::{CallRecord, MetricColumn};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

use super::metric_columns::metric_columns;
use super::page::{self, Place};
use super::row::Found;
use super::snapshots::Open;
use crate::calls::CallFilter;
use crate::entity::calls;
use crate::{Store, StoreError};

/// The calls that pass a filter, as they are at the moment in which this is made: what is stored, changed or deleted
/// afterwards does not show, and nobody who writes waits for it.
///
/// It is a transaction that only reads, on a connection of its own. While it is open the database keeps what others replace:
/// PostgreSQL's vacuum leaves such rows where they are, and SQLite's write-ahead log, which is emptied up to the oldest reader
/// only, grows by whatever is written meanwhile. So it is to be read without a pause and ended: who hands it to a slow
/// reader has to set a limit in time. Afterwards the log is used again from its beginning by those who write, so that it is
/// never longer than what was written during one export.
pub struct Snapshot {
    store: Store,
    open: Open,
    txn: DatabaseTransaction,
    filter: CallFilter,
    transcripts: bool,
    /// The last call that was read; `None` before the first one.
    place: Option<Place>,
    at_end: bool,
    /// Calls of the next page.
    page: usize,
    /// Calls that were read and are not handed out yet, as their transcripts are large.
    waiting: VecDeque<Found>,
}

impl Store {
    /// The calls that pass the filter, as they are now; with what was said in them, if `transcripts`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn snapshot(
        &self,
        filter: CallFilter,
        transcripts: bool,
    ) -> Result<Snapshot, StoreError> {
        let txn = self.begin_reading().await?;
        page::fix(&txn).await?;
        Ok(Snapshot {
            store: self.clone(),
            open: self.snapshots().open(),
            txn,
            filter,
            transcripts,
            place: None,
            at_end: false,
            page: page::FIRST_PAGE,
            waiting: VecDeque::new(),
        })
    }
}

impl Snapshot {
    /// How many calls there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let query =
            calls::Entity::find().filter(self.filter.condition(self.txn.get_database_backend()));
        Ok(query.count(&self.txn).await?)
    }

    /// The metrics that the calls' current analyses have answers to, in the order of identifier and type.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn metric_columns(&self) -> Result<Vec<MetricColumn>, StoreError> {
        metric_columns(&self.txn, &self.filter).await
    }

    /// The next calls, the oldest arrival first; none at the end. A page holds so many that memory does not grow with their
    /// number, nor with the length of what was said.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Corrupt`] where a row cannot be read.
    pub async fn next(&mut self) -> Result<Vec<CallRecord>, StoreError> {
        if self.waiting.is_empty() && !self.at_end {
            let read = page::read(&self.txn, &self.filter, self.place.as_ref(), self.page).await?;
            self.at_end = read.is_last;
            self.place = read.place.or(self.place.take());
            self.waiting.extend(read.found);
            if self.transcripts {
                page::add_lengths(&self.txn, &mut self.waiting).await?;
            }
        }
        let many = match self.transcripts {
            true => page::fitting(&self.waiting),
            false => self.waiting.len(),
        };
        let found: Vec<Found> = self.waiting.drain(..many).collect();
        let calls = page::filled(&self.txn, found, self.transcripts).await?;
        self.page = page::next_size(&calls, self.page);
        Ok(calls)
    }

    /// Ends it. If a call was deleted meanwhile, SQLite's log, which still holds it, is emptied.
    pub async fn end(self) {
        // Nothing was changed, so there is nothing that could be lost.
        drop(self.txn.rollback().await);
        drop(self.open);
        if self.store.snapshots().is_awaited() {
            self.store.empty_log().await;
        }
    }
}
