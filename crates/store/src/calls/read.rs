//! Reading calls with what belongs to them.

use std::collections::{HashMap, HashSet};

use aftercall_core::{Call, Turn};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value as Json};

use super::CallRow;
use super::columns::read_turns;
use super::row::object;
use crate::analyses::{AnalysisRow, AnalysisStatus};
use crate::entity::{analyses, calls, revisions, transcripts};
use crate::{Store, StoreError};

/// Ids in one question; SQLite takes 32,766 parameters in a statement.
const IDS: usize = 1_000;

/// A call with everything that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallDetail {
    /// Its facts.
    pub row: CallRow,
    /// Variables that the platform set.
    pub variables: Map<String, Json>,
    /// Fields that came with the call and that a call file does not define; `cancelReason` where it was cancelled here.
    pub extra: Map<String, Json>,
    /// What was said.
    pub transcript: Vec<Turn>,
    /// Number of its version among the agent's.
    pub version_number: Option<i64>,
    /// How often it was tried again.
    pub retry_count: u64,
    /// Every analysis, the newest first.
    pub analyses: Vec<AnalysisRow>,
}

impl CallDetail {
    /// The analysis that counts.
    #[must_use]
    pub fn current(&self) -> Option<&AnalysisRow> {
        let current = self.row.current_analysis_id.as_ref()?;
        self.analyses
            .iter()
            .find(|analysis| analysis.id == *current)
    }

    /// The call as a call file has it.
    #[must_use]
    pub fn to_call(&self) -> Call {
        self.row
            .to_call(self.variables.clone(), self.transcript.clone())
    }
}

/// A call as it stands in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct CallItem {
    /// Its facts.
    pub call: CallRow,
    /// Number of its version among the agent's.
    pub version_number: Option<i64>,
    /// How often it was tried again.
    pub retry_count: u64,
    /// The analysis that counts.
    pub analysis: Option<AnalysisRow>,
}

impl Store {
    /// The call of that `callId`.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is none; those of the database.
    pub async fn call(&self, call_id: &str) -> Result<CallDetail, StoreError> {
        let row = by_call_id(self.reader(), call_id).await?;
        self.detail(row.ok_or_else(|| missing(call_id))?).await
    }

    /// The call of that own id.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn call_by_row_id(&self, id: &str) -> Result<CallDetail, StoreError> {
        let row = calls::Entity::find_by_id(id).one(self.reader()).await?;
        self.detail(row.ok_or_else(|| missing(id))?).await
    }

    /// The call of that `callId`, or else of that own id.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn find_call(&self, id: &str) -> Result<CallDetail, StoreError> {
        match by_call_id(self.reader(), id).await? {
            Some(row) => self.detail(row).await,
            None => self.call_by_row_id(id).await,
        }
    }

    /// The calls of these `callId`s, in that order; what is not there is left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn calls_by_ids(&self, call_ids: &[String]) -> Result<Vec<CallItem>, StoreError> {
        let mut found = HashMap::new();
        for ids in call_ids.chunks(IDS) {
            let rows = calls::Entity::find()
                .filter(calls::Column::CallId.is_in(ids.iter().map(String::as_str)))
                .all(self.reader())
                .await?;
            found.extend(rows.into_iter().map(|row| (row.call_id.clone(), row)));
        }
        let rows = call_ids.iter().filter_map(|id| found.remove(id)).collect();
        self.items(rows).await
    }

    /// A call's first attempt and every retry of it, the oldest first.
    ///
    /// # Errors
    /// As [`Store::call`].
    pub async fn attempts(&self, call_id: &str) -> Result<Vec<CallItem>, StoreError> {
        let row = by_call_id(self.reader(), call_id)
            .await?
            .ok_or_else(|| missing(call_id))?;
        let first = match &row.retry_of {
            // The first attempt may never have come in.
            Some(first) => by_call_id(self.reader(), first).await?,
            None => Some(row.clone()),
        };
        let retry_of = row.retry_of.as_deref().unwrap_or(call_id);
        let retries = calls::Entity::find()
            .filter(calls::Column::RetryOf.eq(retry_of))
            .filter(calls::Column::CallId.ne(retry_of))
            .order_by_asc(calls::Column::CreatedAt)
            .order_by_asc(calls::Column::Id)
            .all(self.reader())
            .await?;
        self.items(first.into_iter().chain(retries).collect()).await
    }

    async fn detail(&self, row: calls::Model) -> Result<CallDetail, StoreError> {
        let db = self.reader();
        let Said {
            turns,
            variables,
            mut extra,
        } = said(db, &row.id).await?;
        let mut row = CallRow::try_from(row)?;
        if let Some(reason) = &row.cancel_reason {
            extra
                .entry("cancelReason")
                .or_insert_with(|| reason.as_str().into());
        }
        let analyses = self.analyses(&row.id).await?;
        // An analysis may have been stored since the row was read: the list is newer and says which one is current.
        row.current_analysis_id = analyses
            .iter()
            .find(|analysis| analysis.status == AnalysisStatus::Completed)
            .or(analyses.first())
            .map(|analysis| analysis.id.clone());
        let rows = std::slice::from_ref(&row);
        Ok(CallDetail {
            variables,
            extra,
            transcript: turns,
            version_number: version_numbers(db, rows).await?.into_values().next(),
            retry_count: retry_counts(db, rows)
                .await?
                .into_values()
                .next()
                .unwrap_or_default(),
            analyses,
            row,
        })
    }

    /// The rows with what a list shows beside them, in their order.
    pub(super) async fn items(&self, rows: Vec<calls::Model>) -> Result<Vec<CallItem>, StoreError> {
        let rows: Vec<CallRow> = rows
            .into_iter()
            .map(CallRow::try_from)
            .collect::<Result<_, _>>()?;
        let db = self.reader();
        let numbers = version_numbers(db, &rows).await?;
        let retries = retry_counts(db, &rows).await?;
        let mut current = HashMap::new();
        let ids: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.current_analysis_id.as_deref())
            .collect();
        for ids in ids.chunks(IDS) {
            let found = analyses::Entity::find()
                .filter(analyses::Column::Id.is_in(ids.iter().copied()))
                .all(db)
                .await?;
            for analysis in found {
                current.insert(analysis.id.clone(), AnalysisRow::try_from(analysis)?);
            }
        }
        Ok(rows
            .into_iter()
            .map(|call| CallItem {
                version_number: call
                    .revision_id
                    .as_ref()
                    .and_then(|id| numbers.get(id).copied()),
                retry_count: retries.get(&call.call_id).copied().unwrap_or_default(),
                analysis: call
                    .current_analysis_id
                    .as_ref()
                    .and_then(|id| current.remove(id)),
                call,
            })
            .collect())
    }
}

/// The row of that `callId`.
pub(super) async fn by_call_id(
    db: &impl ConnectionTrait,
    call_id: &str,
) -> Result<Option<calls::Model>, StoreError> {
    Ok(calls::Entity::find()
        .filter(calls::Column::CallId.eq(call_id))
        .one(db)
        .await?)
}

/// The row of that `callId`, locked until the transaction ends.
pub(crate) async fn locked(
    db: &impl ConnectionTrait,
    call_id: &str,
) -> Result<calls::Model, StoreError> {
    calls::Entity::find()
        .filter(calls::Column::CallId.eq(call_id))
        .lock_exclusive()
        .one(db)
        .await?
        .ok_or_else(|| missing(call_id))
}

/// The call of that own id, with what was said.
pub(crate) async fn stored_call(
    db: &impl ConnectionTrait,
    id: &str,
) -> Result<(CallRow, Call), StoreError> {
    let row = calls::Entity::find_by_id(id).one(db).await?;
    let row = CallRow::try_from(row.ok_or_else(|| missing(id))?)?;
    let said = said(db, id).await?;
    let call = row.to_call(said.variables, said.turns);
    Ok((row, call))
}

/// What lies apart from a call's row.
#[derive(Default)]
pub(super) struct Said {
    pub(super) turns: Vec<Turn>,
    pub(super) variables: Map<String, Json>,
    pub(super) extra: Map<String, Json>,
}

/// What was said in a call, its variables and the sender's own fields.
pub(super) async fn said(db: &impl ConnectionTrait, id: &str) -> Result<Said, StoreError> {
    let Some(row) = transcripts::Entity::find_by_id(id).one(db).await? else {
        return Ok(Said::default());
    };
    Ok(Said {
        turns: read_turns(&row.turns)?,
        variables: object(row.variables.0),
        extra: object(row.extra.0),
    })
}

/// Number of each version, by its id.
async fn version_numbers(
    db: &impl ConnectionTrait,
    rows: &[CallRow],
) -> Result<HashMap<String, i64>, StoreError> {
    let ids: HashSet<&str> = rows
        .iter()
        .filter_map(|row| row.revision_id.as_deref())
        .collect();
    let mut numbers = HashMap::new();
    for ids in Vec::from_iter(ids).chunks(IDS) {
        let found: Vec<(String, i64)> = revisions::Entity::find()
            .select_only()
            .columns([revisions::Column::Id, revisions::Column::VersionNumber])
            .filter(revisions::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        numbers.extend(found);
    }
    Ok(numbers)
}

/// How often each call was tried again, by its `callId`.
async fn retry_counts(
    db: &impl ConnectionTrait,
    rows: &[CallRow],
) -> Result<HashMap<String, u64>, StoreError> {
    let mut counts = HashMap::new();
    for rows in rows.chunks(IDS) {
        let found: Vec<(String, i64)> = calls::Entity::find()
            .select_only()
            .column(calls::Column::RetryOf)
            .expr(Expr::col((calls::Entity, calls::Column::Id)).count())
            .filter(calls::Column::RetryOf.is_in(rows.iter().map(|row| row.call_id.as_str())))
            .group_by(calls::Column::RetryOf)
            .into_tuple()
            .all(db)
            .await?;
        let found = found.into_iter();
        counts.extend(found.map(|(id, count)| (id, u64::try_from(count).unwrap_or_default())));
    }
    Ok(counts)
}

fn missing(id: &str) -> StoreError {
    StoreError::missing("Call", id)
}
