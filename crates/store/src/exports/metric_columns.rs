//! Which metrics an export has columns for.

use std::collections::HashMap;

use aftercall_core::{Metric, MetricColumn, parse_metrics_json};
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query};
use sea_orm::{ConnectionTrait, EntityTrait, Order, QueryFilter, QuerySelect};

use super::row::{metric_type, same};
use crate::StoreError;
use crate::calls::CallFilter;
use crate::entity::{analyses, answers, calls};
use crate::json_text::JsonText;

/// The metrics that have answers in the current analyses of the calls that pass, by identifier and type, each with its newest
/// definition.
pub(super) async fn metric_columns(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
) -> Result<Vec<MetricColumn>, StoreError> {
    use answers::Column as A;
    let column = |column: A| (answers::Entity, column);
    let mut query = Query::select();
    query
        .column(column(A::Identifier))
        .column(column(A::MetricType))
        // Ids grow with time: the greatest is of the newest analysis.
        .expr(Expr::col(column(A::AnalysisId)).max())
        .from(calls::Entity)
        .join(
            JoinType::InnerJoin,
            answers::Entity,
            same(
                column(A::AnalysisId),
                (calls::Entity, calls::Column::CurrentAnalysisId),
            ),
        )
        .cond_where(filter.condition())
        .group_by_columns([column(A::Identifier), column(A::MetricType)])
        .order_by(column(A::Identifier), Order::Asc)
        .order_by(column(A::MetricType), Order::Asc);
    let mut columns = Vec::new();
    for row in db.query_all(&query).await? {
        let kind: String = row.try_get_by_index(1)?;
        let metric = MetricColumn {
            identifier: row.try_get_by_index(0)?,
            kind: metric_type(&kind)?,
            definition: None,
        };
        let analysis_id: String = row.try_get_by_index(2)?;
        columns.push((metric, analysis_id));
    }
    let definitions = definitions(db, &columns).await?;
    let defined = columns.into_iter().map(|(mut metric, analysis_id)| {
        let of_analysis = definitions.get(&analysis_id);
        metric.definition = of_analysis.and_then(|metrics| {
            let is_it =
                |one: &&Metric| one.identifier == metric.identifier && one.kind == metric.kind;
            metrics.iter().find(is_it).cloned()
        });
        metric
    });
    Ok(defined.collect())
}

/// The metrics as they were defined in these analyses, of which there are as many as definitions.
async fn definitions(
    db: &impl ConnectionTrait,
    columns: &[(MetricColumn, String)],
) -> Result<HashMap<String, Vec<Metric>>, StoreError> {
    let mut definitions = HashMap::new();
    for (_, analysis_id) in columns {
        if definitions.contains_key(analysis_id) {
            continue;
        }
        let metrics: Option<JsonText> = analyses::Entity::find()
            .select_only()
            .column(analyses::Column::Metrics)
            .filter(analyses::Column::Id.eq(analysis_id.as_str()))
            .into_tuple()
            .one(db)
            .await?;
        // A list that breaks a newer rule has no definitions to show; its answers stand all the same.
        let metrics = metrics.map(|metrics| parse_metrics_json(&metrics.0));
        let metrics = metrics.and_then(Result::ok).unwrap_or_default();
        definitions.insert(analysis_id.clone(), metrics);
    }
    Ok(definitions)
}
