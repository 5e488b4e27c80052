//! The calls that pass, with what is counted of them.

use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};

use crate::calls::CallFilter;
use crate::entity::calls;
use crate::times::to_us;

/// Bytes of the texts of a call, by which indexes of PostgreSQL part the calls. Word for word as the indexes have it.
const TEXTS: &str = "octet_length(COALESCE(type, '') || COALESCE(status, '') || COALESCE(disconnection_reason, '') || COALESCE(answer_lines, ''))";
/// Those whose texts are in an index, and the others.
const PARTS: [&str; 2] = ["<= 2000", "> 2000"];

/// When a call began, as those indexes have it.
const BEGAN: &str = "COALESCE(started_at, created_at) + 0";

/// What stands in place of `calls` where they are counted: an index alone is read for it, where the filter asks for nothing else.
pub(super) fn counted(backend: DbBackend, filter: &CallFilter) -> SelectStatement {
    if backend != DbBackend::Postgres {
        return passing(backend, filter);
    }
    let others = CallFilter {
        since: None,
        until: None,
        ..filter.clone()
    };
    let began = || Expr::cust(BEGAN);
    let [mut short, long] = PARTS.map(|part| {
        passing(backend, &others)
            .and_where_option(filter.since.map(|at| began().gte(to_us(at))))
            .and_where_option(filter.until.map(|at| began().lt(to_us(at))))
            .and_where(Expr::cust(format!("{TEXTS} {part}")))
            .take()
    });
    short.union(UnionType::All, long).take()
}

fn passing(backend: DbBackend, filter: &CallFilter) -> SelectStatement {
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
        .cond_where(filter.condition(backend))
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
