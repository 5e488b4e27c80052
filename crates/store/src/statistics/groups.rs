//! Calls and answers counted by the database, in whole numbers.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult};

use super::sums::{CallSums, LONGEST};
use crate::StoreError;
use crate::calls::{BEGAN, CallFilter};
use crate::entity::{analyses, answers, calls};
use crate::times::to_us;

/// How calls are parted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parting {
    /// By when they began, in parts of so many microseconds since 1970; without, all are one part.
    pub(super) step: Option<i64>,
    /// By agent.
    pub(super) agents: bool,
    /// By what was answered to a STRING.
    pub(super) texts: bool,
}

/// Calls that are counted together.
#[derive(Debug)]
pub(super) struct CallGroup {
    pub(super) part: i64,
    /// Empty unless calls are parted by it.
    pub(super) agent_id: String,
    pub(super) revision_id: String,
    pub(super) sums: CallSums,
}

/// Answers that are counted together.
#[derive(Debug)]
pub(super) struct AnswerGroup {
    pub(super) part: i64,
    pub(super) agent_id: String,
    pub(super) revision_id: String,
    pub(super) identifier: String,
    pub(super) metric_type: String,
    pub(super) status: String,
    /// The answer to an ENUM, and to a STRING where answers are parted by it.
    pub(super) text: Option<String>,
    /// Any other one: 0 or 1 of a BOOLEAN, microseconds of a DATETIME.
    pub(super) number: Option<i64>,
    pub(super) step: i64,
    pub(super) count: i64,
    /// Sum of the confidences, in millionths.
    pub(super) confidence: i64,
    /// When the first of the calls began.
    pub(super) first: i64,
}

/// Counts calls.
pub(super) async fn calls(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
    by: Parting,
) -> Result<Vec<CallGroup>, StoreError> {
    let count =
        |condition: &str| format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)");
    let duration = r#""calls"."duration_us""#;
    let status = r#""analyses"."status""#;
    let mut query = parted(filter, by);
    for sum in [
        "COUNT(*)".to_owned(),
        count(r#""calls"."finished""#),
        count(&format!("{status} = 'completed'")),
        count(&format!("{status} <> 'completed'")),
        count(&format!("{duration} IS NOT NULL")),
        format!(
            "CAST(COALESCE(SUM(CASE WHEN {duration} > {LONGEST} THEN {LONGEST} WHEN {duration} < 0 THEN 0 ELSE {duration} END), 0) AS BIGINT)"
        ),
    ] {
        query.expr(Expr::cust(sum));
    }
    query.join(
        JoinType::LeftJoin,
        analyses::Entity,
        Expr::col((analyses::Entity, analyses::Column::Id))
            .equals((calls::Entity, calls::Column::CurrentAnalysisId)),
    );
    let rows = db.query_all(&query).await?;
    rows.iter().map(call_group).collect()
}

fn call_group(row: &QueryResult) -> Result<CallGroup, StoreError> {
    let mut numbers = [0; CallSums::LENGTH];
    for (place, number) in numbers.iter_mut().enumerate() {
        *number = row.try_get_by_index(3 + place)?;
    }
    Ok(CallGroup {
        part: row.try_get_by_index(0)?,
        agent_id: row.try_get_by_index(1)?,
        revision_id: row.try_get_by_index(2)?,
        sums: CallSums::of(&numbers),
    })
}

/// Counts the answers of current analyses, to metrics of these identifiers; an empty list is all.
pub(super) async fn answers(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
    identifiers: &[String],
    by: Parting,
) -> Result<Vec<AnswerGroup>, StoreError> {
    let millionths = millionths(db.get_database_backend());
    let answered = r#""answers"."status" = 'answered'"#;
    let texts = if by.texts {
        "'ENUM', 'STRING'"
    } else {
        "'ENUM'"
    };
    let mut query = parted(filter, by);
    for (name, expression) in [
        ("part_identifier", r#""answers"."identifier""#.to_owned()),
        ("part_type", r#""answers"."metric_type""#.to_owned()),
        ("part_status", r#""answers"."status""#.to_owned()),
        (
            "part_text",
            format!(
                r#"CASE WHEN "answers"."metric_type" IN ({texts}) THEN "answers"."text" END"#
            ),
        ),
        (
            "part_number",
            r#"CASE "answers"."metric_type" WHEN 'INTEGER' THEN "answers"."number" WHEN 'DATETIME' THEN "answers"."time_us" WHEN 'BOOLEAN' THEN CASE WHEN "answers"."boolean" THEN 1 WHEN NOT "answers"."boolean" THEN 0 END END"#
                .to_owned(),
        ),
        (
            "part_step",
            format!(
                "CAST(CASE WHEN NOT {answered} THEN 0 WHEN {millionths} >= 1000000 THEN 9 ELSE {millionths} / 100000 END AS BIGINT)"
            ),
        ),
    ] {
        query
            .expr_as(Expr::cust(expression), Alias::new(name))
            .group_by_col(Alias::new(name));
    }
    for sum in [
        "COUNT(*)".to_owned(),
        format!("CAST(SUM(CASE WHEN {answered} THEN {millionths} ELSE 0 END) AS BIGINT)"),
        format!("CAST(MIN({BEGAN}) AS BIGINT)"),
    ] {
        query.expr(Expr::cust(sum));
    }
    join_answers(&mut query, identifiers);
    let rows = db.query_all(&query).await?;
    rows.iter().map(answer_group).collect()
}

fn answer_group(row: &QueryResult) -> Result<AnswerGroup, StoreError> {
    Ok(AnswerGroup {
        part: row.try_get_by_index(0)?,
        agent_id: row.try_get_by_index(1)?,
        revision_id: row.try_get_by_index(2)?,
        identifier: row.try_get_by_index(3)?,
        metric_type: row.try_get_by_index(4)?,
        status: row.try_get_by_index(5)?,
        text: row.try_get_by_index(6)?,
        number: row.try_get_by_index(7)?,
        step: row.try_get_by_index(8)?,
        count: row.try_get_by_index(9)?,
        confidence: row.try_get_by_index(10)?,
        first: row.try_get_by_index(11)?,
    })
}

/// The answers of the calls' current analyses.
pub(super) fn join_answers(query: &mut SelectStatement, identifiers: &[String]) {
    query.join(
        JoinType::InnerJoin,
        answers::Entity,
        Expr::col((answers::Entity, answers::Column::AnalysisId))
            .equals((calls::Entity, calls::Column::CurrentAnalysisId)),
    );
    if !identifiers.is_empty() {
        let identifier = Expr::col((answers::Entity, answers::Column::Identifier));
        query.and_where(identifier.is_in(identifiers.iter().map(String::as_str)));
    }
}

/// The calls that pass, grouped by when they began, agent and version, which are the first three columns.
fn parted(filter: &CallFilter, by: Parting) -> SelectStatement {
    let mut query = Query::select();
    query.from(calls::Entity).cond_where(filter.condition());
    let part = match by.step {
        None => "0".to_owned(),
        // Division goes towards zero.
        Some(step) if filter.since.is_none_or(|since| to_us(since) < 0) => {
            format!(
                "CASE WHEN {BEGAN} < 0 THEN -1 - (-1 - {BEGAN}) / {step} ELSE {BEGAN} / {step} END"
            )
        }
        Some(step) => format!("{BEGAN} / {step}"),
    };
    let agent = if by.agents {
        r#""calls"."agent_id""#
    } else {
        "''"
    };
    for (name, expression) in [
        ("part_when", format!("CAST({part} AS BIGINT)")),
        ("part_agent", format!("CAST({agent} AS TEXT)")),
        (
            "part_version",
            r#"COALESCE("calls"."revision_id", '')"#.to_owned(),
        ),
    ] {
        query
            .expr_as(Expr::cust(expression), Alias::new(name))
            .group_by_col(Alias::new(name));
    }
    query
}

/// A confidence in millionths, rounded as [`super::sums::millionths`] does it.
fn millionths(backend: DbBackend) -> String {
    let sum = r#""answers"."confidence" * 1000000 + 0.5"#;
    match backend {
        DbBackend::Postgres => format!("CAST(FLOOR({sum}) AS BIGINT)"),
        // Its cast drops what is behind the point, as no confidence is below 0.
        _ => format!("CAST({sum} AS BIGINT)"),
    }
}
