//! The calls that pass, with what is counted of them.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};

use crate::calls::{CallFilter, MetricFilter};
use crate::entity::calls;
use crate::times::to_us;

/// Bytes of the texts of a call, by which indexes of PostgreSQL part the calls. Word for word as the indexes have it.
const TEXTS: &str = "octet_length(COALESCE(type, '') || COALESCE(status, '') || COALESCE(disconnection_reason, '') || COALESCE(answer_lines, ''))";
/// Those whose texts are in an index, and the others.
const PARTS: [&str; 2] = ["<= 2000", "> 2000"];

/// When a call began, as those indexes have it.
const BEGAN: &str = "COALESCE(started_at, created_at) + 0";

/// What stands in place of `calls` where they are counted: an index alone is read for it, where the filter asks for nothing else.
/// Tests that are [`left`] are not made.
pub(super) fn counted(backend: DbBackend, filter: &CallFilter) -> SelectStatement {
    let (metrics, bounds): (Vec<_>, Vec<_>) = filter
        .metrics
        .iter()
        .cloned()
        .partition(MetricFilter::is_in_lines);
    let others = CallFilter {
        metrics,
        ..filter.clone()
    };
    if backend != DbBackend::Postgres {
        return passing(&others);
    }
    let others = CallFilter {
        since: None,
        until: None,
        ..others
    };
    let began = || Expr::cust(BEGAN);
    let [mut short, long] = PARTS.map(|part| {
        let mut calls = passing(&others);
        for bound in &bounds {
            calls.and_where_option(bound.split());
        }
        calls
            .and_where_option(filter.since.map(|at| began().gte(to_us(at))))
            .and_where_option(filter.until.map(|at| began().lt(to_us(at))))
            .and_where(Expr::cust(format!("{TEXTS} {part}")))
            .take()
    });
    short.union(UnionType::All, long).take()
}

/// The tests that whoever reads what is [`counted`] has to make: bounds of values, for which SQLite would look for each answer
/// elsewhere.
pub(super) fn left(backend: DbBackend, filter: &CallFilter) -> Vec<&MetricFilter> {
    let elsewhere = |test: &&MetricFilter| backend == DbBackend::Sqlite && !test.is_in_lines();
    filter.metrics.iter().filter(elsewhere).collect()
}

fn passing(filter: &CallFilter) -> SelectStatement {
    use calls::Column as C;
    Query::select()
        .columns([
            C::StartedAt,
            C::CreatedAt,
            C::RevisionId,
            C::Finished,
            C::DurationUs,
            C::AnswerLines,
        ])
        .from(calls::Entity)
        .cond_where(filter.condition())
        .take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_asked_for_by_their_own_words() {
        let indexes = include_str!("../migration/0011_postgresql.sql");
        assert!(indexes.contains(&format!("(({BEGAN}))")));
        for part in PARTS {
            assert!(indexes.contains(&format!("WHERE {TEXTS} {part}")), "{part}");
        }
    }
}
