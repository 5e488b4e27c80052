//! What the sums say, together with what commits left to add to them and with the rests of the period that are no whole
//! quarters of an hour.

use std::collections::BTreeMap;

use aftercall_core::MetricType;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::bounds::{Bounds, Question};
use super::delta::MetricName;
use super::scan;
use super::sums::{CallSums, MetricSums, QUARTER, QUARTERS};
use super::tally::Tally;
use crate::StoreError;
use crate::entity::{statistics_calls, statistics_deltas, statistics_metrics};
use crate::json_text::JsonText;

/// Calls by bucket.
pub(super) async fn calls(
    db: &impl ConnectionTrait,
    question: &Question,
    bounds: &Bounds,
) -> Result<Vec<CallSums>, StoreError> {
    use statistics_calls::Column;
    let mut series = vec![CallSums::default(); bounds.len()];
    let quarters = bounds.whole_quarters();
    let rows: Vec<(i64, JsonText<Vec<Vec<i64>>>)> = statistics_calls::Entity::find()
        .select_only()
        .columns([Column::Day, Column::Sums])
        .filter(days(Column::Day, bounds))
        .filter(owners(question, Column::AgentId, Column::RevisionId))
        .into_tuple()
        .all(db)
        .await?;
    for (day, sums) in rows {
        for numbers in sums.0 {
            let [place, numbers @ ..] = numbers.as_slice() else {
                continue;
            };
            let quarter = day * QUARTERS + place;
            if quarters.contains(&quarter) {
                series[bounds.bucket(quarter * QUARTER)].add(&CallSums::of(numbers), 1);
            }
        }
    }
    for delta in pending(db, question, bounds).await? {
        let bucket = bounds.bucket(delta.quarter * QUARTER);
        series[bucket].add(&CallSums::of(&delta.sums.0.calls), 1);
    }
    for rest in bounds.rests() {
        let sums = scan::sums(db, question, rest).await?;
        series[bounds.bucket(rest.0)].add(&sums, 1);
    }
    Ok(series)
}

/// Answers by metric and bucket. Texts are known by their marks alone.
pub(super) async fn answers(
    db: &impl ConnectionTrait,
    question: &Question,
    bounds: &Bounds,
) -> Result<Tally, StoreError> {
    use statistics_metrics::Column;
    let is_asked = |identifier: &String| {
        question.identifiers.is_empty() || question.identifiers.contains(identifier)
    };
    let quarters = bounds.whole_quarters();
    let mut tally = Tally::new(bounds.clone());
    // What is to be added is put together with its sums first: a value that was taken back is then not there at all.
    let mut changed: BTreeMap<(i64, String, MetricName), MetricSums> = BTreeMap::new();
    let kind_of = |name: &str| {
        MetricType::from_name(name).ok_or_else(|| StoreError::corrupt("a metric's type", name))
    };
    for delta in pending(db, question, bounds).await? {
        for (identifier, kind, numbers) in delta.sums.0.metrics {
            if is_asked(&identifier) {
                let name = (identifier, kind);
                let key = (delta.quarter, delta.revision_id.clone(), name);
                changed.entry(key).or_default().add_numbers(&numbers);
            }
        }
    }
    let mut rows = statistics_metrics::Entity::find()
        .filter(days(Column::Day, bounds))
        .filter(owners(question, Column::AgentId, Column::RevisionId));
    if !question.identifiers.is_empty() {
        let identifiers = question.identifiers.iter().map(String::as_str);
        rows = rows.filter(Column::Identifier.is_in(identifiers));
    }
    for row in rows.all(db).await? {
        let kind = kind_of(&row.metric_type)?;
        let name = (row.identifier, row.metric_type);
        for numbers in &row.sums.0 {
            let [place, numbers @ ..] = numbers.as_slice() else {
                continue;
            };
            let quarter = row.day * QUARTERS + place;
            if !quarters.contains(&quarter) {
                continue;
            }
            if changed.is_empty() {
                tally.add_quarter(&name.0, kind, &row.revision_id, quarter, numbers);
                continue;
            }
            let key = (quarter, row.revision_id.clone(), name.clone());
            match changed.get_mut(&key) {
                Some(sums) => sums.add_numbers(numbers),
                None => tally.add_quarter(&name.0, kind, &row.revision_id, quarter, numbers),
            }
        }
    }
    for ((quarter, revision_id, name), sums) in changed {
        if !sums.is_zero() {
            let kind = kind_of(&name.1)?;
            tally.add_quarter(&name.0, kind, &revision_id, quarter, &sums.numbers());
        }
    }
    for rest in bounds.rests() {
        scan::each(db, question, rest, |call| {
            tally.add_call(call, &question.identifiers);
        })
        .await?;
    }
    Ok(tally)
}

/// What commits left to add in the period.
async fn pending(
    db: &impl ConnectionTrait,
    question: &Question,
    bounds: &Bounds,
) -> Result<Vec<statistics_deltas::Model>, StoreError> {
    use statistics_deltas::Column;
    let quarters = bounds.whole_quarters();
    Ok(statistics_deltas::Entity::find()
        .filter(Column::Quarter.gte(quarters.start))
        .filter(Column::Quarter.lt(quarters.end))
        .filter(owners(question, Column::AgentId, Column::RevisionId))
        .all(db)
        .await?)
}

/// The days that the whole quarters of an hour are of.
fn days(day: impl ColumnTrait, bounds: &Bounds) -> Condition {
    let quarters = bounds.whole_quarters();
    Condition::all()
        .add(day.gte(quarters.start.div_euclid(QUARTERS)))
        .add(day.lte((quarters.end - 1).div_euclid(QUARTERS)))
}

/// The agents and versions that are asked for.
fn owners(question: &Question, agent: impl ColumnTrait, revision: impl ColumnTrait) -> Condition {
    let filter = &question.filter;
    let mut all = Condition::all();
    if !filter.agent_ids.is_empty() {
        all = all.add(agent.is_in(filter.agent_ids.iter().map(String::as_str)));
    }
    if !filter.revision_ids.is_empty() {
        all = all.add(revision.is_in(filter.revision_ids.iter().map(String::as_str)));
    }
    all
}
