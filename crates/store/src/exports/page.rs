//! The calls of an export, page by page.

use std::collections::{HashMap, VecDeque};

use aftercall_core::{AnswerRecord, CallRecord};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{Condition, ConnectionTrait, EntityTrait, Order, QuerySelect};

use super::answers::{packed, unpacked};
use super::row::{Found, found, query};
use crate::StoreError;
use crate::calls::CallFilter;
use crate::entity::{answers, calls, transcripts};

/// Calls of a page at most, and of the first one. Each page is two questions, however many calls and answers it has.
const PAGE: usize = 1_000;
pub(super) const FIRST_PAGE: usize = 128;
/// Answers of a page, about.
const ANSWERS: usize = 10_000;
/// Bytes of transcripts that are held at a time, unless a single one is longer.
const TRANSCRIPT_BYTES: i64 = 4 * 1024 * 1024;

/// The last call of a page.
pub(super) struct Place {
    /// Microseconds since 1970.
    pub(super) created_at: i64,
    /// The call's own id.
    pub(super) id: String,
}

/// A page.
pub(super) struct Page {
    pub(super) found: Vec<Found>,
    pub(super) place: Option<Place>,
    pub(super) is_last: bool,
}

/// Reads something, so that the moment is now.
pub(super) async fn fix(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    let one: Option<String> = calls::Entity::find()
        .select_only()
        .column(calls::Column::Id)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    drop(one);
    Ok(())
}

/// The calls after a place.
pub(super) async fn read(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
    after: Option<&Place>,
    many: usize,
) -> Result<Page, StoreError> {
    let mut query = query();
    query
        .cond_where(filter.condition(db.get_database_backend()))
        .cond_where(after.map_or_else(Condition::all, newer_than))
        .order_by((calls::Entity, calls::Column::CreatedAt), Order::Asc)
        .order_by((calls::Entity, calls::Column::Id), Order::Asc)
        .limit(many as u64);
    let rows = db.query_all(&query).await?;
    let is_last = rows.len() < many;
    let mut page = Page {
        found: Vec::with_capacity(rows.len()),
        place: None,
        is_last,
    };
    for row in &rows {
        let (call, place) = found(row)?;
        page.found.push(call);
        page.place = Some(place);
    }
    Ok(page)
}

/// How many calls the next page is to have, by the answers of those that were read.
pub(super) fn next_size(calls: &[CallRecord], now: usize) -> usize {
    let analyses = calls.iter().filter_map(|call| call.analysis.as_ref());
    let answers: usize = analyses.map(|analysis| analysis.answers.len()).sum();
    if calls.is_empty() {
        return now;
    }
    (ANSWERS * calls.len() / answers.max(1)).clamp(FIRST_PAGE / 2, PAGE)
}

fn newer_than(place: &Place) -> Condition {
    let column = |column: calls::Column| Expr::col((calls::Entity, column));
    let created_at = || column(calls::Column::CreatedAt);
    // The first line lets the index begin at the right place; the second leaves out what was read.
    Condition::all()
        .add(created_at().gte(place.created_at))
        .add(
            Condition::any()
                .add(created_at().gt(place.created_at))
                .add(column(calls::Column::Id).gt(place.id.as_str())),
        )
}

/// The records of these calls, with their answers and, if wanted, what was said.
pub(super) async fn filled(
    db: &impl ConnectionTrait,
    found: Vec<Found>,
    transcripts: bool,
) -> Result<Vec<CallRecord>, StoreError> {
    let mut answers = answers_of(db, &found).await?;
    let mut turns = match transcripts {
        true => turns_of(db, &found).await?,
        false => HashMap::new(),
    };
    let filled = found.into_iter().map(|found| {
        let mut record = found.record;
        if let Some(analysis) = &mut record.analysis {
            analysis.answers = answers.remove(&analysis.id).unwrap_or_default();
        }
        if transcripts {
            record.transcript = turns.remove(&record.id);
        }
        record
    });
    Ok(filled.collect())
}

/// The answers of a page, by their analysis.
///
/// They come as one text: a row of SQLite is handed from its thread to this one by itself, and five million of them take longer
/// than all the rest of an export.
async fn answers_of(
    db: &impl ConnectionTrait,
    found: &[Found],
) -> Result<HashMap<String, Vec<AnswerRecord>>, StoreError> {
    let ids = found
        .iter()
        .filter_map(|found| found.record.analysis.as_ref())
        .map(|analysis| analysis.id.as_str());
    let Some(ids) = padded(ids) else {
        return Ok(HashMap::new());
    };
    let mut query = Query::select();
    query
        .expr(Expr::cust(packed(db.get_database_backend())))
        .from(answers::Entity)
        .and_where(Expr::col(answers::Column::AnalysisId).is_in(ids));
    let row = db.query_one(&query).await?;
    let text: Option<String> = row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .flatten();
    let mut by_analysis: HashMap<String, Vec<AnswerRecord>> = HashMap::with_capacity(found.len());
    for (analysis_id, answer) in unpacked(text.as_deref().unwrap_or("[]"))? {
        by_analysis.entry(analysis_id).or_default().push(answer);
    }
    for answers in by_analysis.values_mut() {
        answers.sort_unstable_by(|a, b| a.identifier.cmp(&b.identifier));
    }
    Ok(by_analysis)
}

async fn turns_of(
    db: &impl ConnectionTrait,
    found: &[Found],
) -> Result<HashMap<String, String>, StoreError> {
    let Some(ids) = padded(found.iter().map(|found| found.record.id.as_str())) else {
        return Ok(HashMap::new());
    };
    let mut query = Query::select();
    query
        .columns([transcripts::Column::CallId, transcripts::Column::Turns])
        .from(transcripts::Entity)
        .and_where(Expr::col(transcripts::Column::CallId).is_in(ids));
    let rows = db.query_all(&query).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// Finds out how long the transcripts are, without reading them.
pub(super) async fn add_lengths(
    db: &impl ConnectionTrait,
    found: &mut VecDeque<Found>,
) -> Result<(), StoreError> {
    let Some(ids) = padded(found.iter().map(|found| found.record.id.as_str())) else {
        return Ok(());
    };
    let mut query = Query::select();
    query
        .column(transcripts::Column::CallId)
        // As 64 bits: PostgreSQL counts in 32.
        .expr(Expr::cust("CAST(octet_length(turns) AS BIGINT)"))
        .from(transcripts::Entity)
        .and_where(Expr::col(transcripts::Column::CallId).is_in(ids));
    let rows = db.query_all(&query).await?;
    let lengths = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect::<Result<HashMap<String, i64>, StoreError>>()?;
    for found in found {
        found.length = lengths.get(&found.record.id).copied().unwrap_or_default();
    }
    Ok(())
}

/// How many of the calls have transcripts that may be held together: one at least, if there is any.
pub(super) fn fitting(found: &VecDeque<Found>) -> usize {
    let mut bytes = 0;
    let fit = found.iter().take_while(|found| {
        bytes += found.length;
        bytes <= TRANSCRIPT_BYTES
    });
    Ord::max(fit.count(), 1).min(found.len())
}

/// The ids up to a whole page, the last of them repeated, so that there are few statements of a kind and they stay prepared.
/// `None` where there is no id.
fn padded<'a>(ids: impl Iterator<Item = &'a str>) -> Option<Vec<&'a str>> {
    let mut ids: Vec<&str> = ids.collect();
    let last = *ids.last()?;
    // Not all of it for a few: with transcripts pages are small.
    let whole = ids.len().next_power_of_two().min(PAGE).max(ids.len());
    ids.resize(whole, last);
    Some(ids)
}
