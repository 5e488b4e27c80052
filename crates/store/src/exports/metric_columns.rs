//! Which metrics an export has columns for.

use std::collections::BTreeMap;

use aftercall_core::{Metric, MetricColumn, parse_metrics_json};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, Order, QueryFilter, QuerySelect};

use super::row::{metric_type, same};
use crate::StoreError;
use crate::calls::CallFilter;
use crate::entity::{analyses, answers, calls};
use crate::json_text::JsonText;

/// A metric's identifier and type in one text. Neither has a blank in it.
const PAIR: &str = "identifier || ' ' || metric_type";

/// The metrics that have answers in the current analyses of the calls that pass, by identifier and type, each with its newest
/// definition.
///
/// The newest analysis with a metric that is not known yet is looked for until there is none. That is as often as metrics
/// were changed, all but the last time soon found, and a fraction of what it takes to group millions of answers.
pub(super) async fn metric_columns(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
) -> Result<Vec<MetricColumn>, StoreError> {
    let mut columns: BTreeMap<String, MetricColumn> = BTreeMap::new();
    while let Some(analysis_id) = newest_with_others(db, filter, &columns).await? {
        let known = columns.len();
        let definitions = definitions(db, &analysis_id).await?;
        for (identifier, kind) in asked(db, &analysis_id).await? {
            let pair = format!("{identifier} {kind}");
            let kind = metric_type(&kind)?;
            let is_it = |metric: &&Metric| metric.identifier == identifier && metric.kind == kind;
            let definition = definitions.iter().find(is_it).cloned();
            columns.entry(pair).or_insert(MetricColumn {
                identifier,
                kind,
                definition,
            });
        }
        if columns.len() == known {
            return Err(StoreError::corrupt("answers to metrics", analysis_id));
        }
    }
    Ok(columns.into_values().collect())
}

/// The newest current analysis with an answer to a metric that is not among these.
async fn newest_with_others(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
    known: &BTreeMap<String, MetricColumn>,
) -> Result<Option<String>, StoreError> {
    let analysis_id = (answers::Entity, answers::Column::AnalysisId);
    let mut query = Query::select();
    query
        .column(analysis_id)
        .from(calls::Entity)
        .join(
            JoinType::InnerJoin,
            answers::Entity,
            same(
                analysis_id,
                (calls::Entity, calls::Column::CurrentAnalysisId),
            ),
        )
        .cond_where(filter.condition(db.get_database_backend()))
        .order_by((calls::Entity, calls::Column::CreatedAt), Order::Desc)
        .order_by((calls::Entity, calls::Column::Id), Order::Desc)
        .limit(1);
    if !known.is_empty() {
        query.and_where(Expr::cust(PAIR).is_not_in(known.keys().map(String::as_str)));
    }
    let row = db.query_one(&query).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// Identifiers and types of an analysis' answers.
async fn asked(
    db: &impl ConnectionTrait,
    analysis_id: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(answers::Entity::find()
        .select_only()
        .columns([answers::Column::Identifier, answers::Column::MetricType])
        .filter(answers::Column::AnalysisId.eq(analysis_id))
        .into_tuple()
        .all(db)
        .await?)
}

/// The metrics as they were defined in an analysis. A list that breaks a newer rule has none to show; its answers stand all
/// the same.
async fn definitions(
    db: &impl ConnectionTrait,
    analysis_id: &str,
) -> Result<Vec<Metric>, StoreError> {
    let metrics: Option<JsonText> = analyses::Entity::find()
        .select_only()
        .column(analyses::Column::Metrics)
        .filter(analyses::Column::Id.eq(analysis_id))
        .into_tuple()
        .one(db)
        .await?;
    let metrics = metrics.map(|metrics| parse_metrics_json(&metrics.0));
    Ok(metrics.and_then(Result::ok).unwrap_or_default())
}
