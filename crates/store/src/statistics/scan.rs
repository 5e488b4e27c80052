//! The calls themselves, read one after the other.
//!
//! What is counted of a call stands in its own row, and the rows of some thousand calls come as one text: handed over one by one
//! they would take several times as long. A period is read in slices of time that are as long as it takes for that.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ConnectionTrait, DbBackend};

use super::bounds::Question;
use super::counted::counted;
use super::sums::{CallSums, LONGEST, QUARTER};
use crate::StoreError;
use crate::calls::CallFilter;
use crate::entity::calls;
use crate::times::from_us;

/// Calls of a slice, about, and at most.
const WANTED: i64 = 4_000;
const MOST: i64 = 16_000;
/// Parts of a period of which the first slice is one, unless that is less than a quarter of an hour.
const FIRST: i64 = 64;

/// What is counted of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanned<'a> {
    pub(super) began: i64,
    /// Empty where there is none.
    pub(super) revision_id: &'a str,
    pub(super) lines: &'a str,
}

/// Reads the calls that pass, have an analysis and began from `from` to before `to`, in no certain order.
pub(super) async fn each(
    db: &impl ConnectionTrait,
    question: &Question,
    (from, to): (i64, i64),
    mut take: impl FnMut(&Scanned<'_>),
) -> Result<(), StoreError> {
    if question.filter.analysed == Some(false) {
        return Ok(());
    }
    let filter = CallFilter {
        analysed: Some(true),
        ..question.filter.clone()
    };
    let backend = db.get_database_backend();
    let all = all(backend);
    let mut length = Ord::max((to - from) / FIRST, QUARTER);
    let mut at = from;
    while at < to {
        let until = Ord::min(at.saturating_add(length), to);
        let most = if until - at > 1 { MOST } else { i64::MAX };
        let slice = CallFilter {
            since: Some(from_us(at)?),
            until: Some(from_us(until)?),
            ..filter.clone()
        };
        let lines = Query::select()
            .expr_as(Expr::cust(LINE), "line")
            .from_subquery(counted(backend, &slice), calls::Entity)
            .limit(most.unsigned_abs())
            .take();
        let query = Query::select()
            .expr(Expr::cust("COUNT(*)"))
            .expr(Expr::cust(all))
            .from_subquery(lines, "lines")
            .take();
        let Some(row) = db.query_one(&query).await? else {
            break;
        };
        let found: i64 = row.try_get_by_index(0)?;
        if found >= most {
            length = (until - at) / 2;
            continue;
        }
        let text: Option<String> = row.try_get_by_index(1)?;
        for line in text.iter().flat_map(|text| text.split('\u{1e}')) {
            take(&read(line)?);
        }
        at = until;
        // Not too much longer at once: there may be many calls next.
        length = match found {
            found if found * 4 < WANTED => length.saturating_mul(4),
            found => Ord::max(length.saturating_mul(WANTED) / Ord::max(found, 1), 1),
        };
    }
    Ok(())
}

/// Sums of the calls that pass and began from `from` to before `to`, by the database.
pub(super) async fn sums(
    db: &impl ConnectionTrait,
    question: &Question,
    (from, to): (i64, i64),
) -> Result<CallSums, StoreError> {
    let count = |condition: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    };
    let (duration, lines) = (r#""calls"."duration_us""#, r#""calls"."answer_lines""#);
    let mut query = Query::select();
    for sum in [
        "COUNT(*)".to_owned(),
        count(r#""calls"."finished""#),
        count(&format!("substr({lines}, 1, 1) = 'c'")),
        count(&format!("substr({lines}, 1, 1) = 'f'")),
        format!("COUNT({duration})"),
        format!(
            "CAST(COALESCE(SUM(CASE WHEN {duration} > {LONGEST} THEN {LONGEST} WHEN {duration} < 0 THEN 0 ELSE {duration} END), 0) AS BIGINT)"
        ),
    ] {
        query.expr(Expr::cust(sum));
    }
    let filter = question.filter(from_us(from)?, from_us(to)?);
    query.from_subquery(counted(db.get_database_backend(), &filter), calls::Entity);
    let mut numbers = [0; CallSums::LENGTH];
    if let Some(row) = db.query_one(&query).await? {
        for (place, number) in numbers.iter_mut().enumerate() {
            *number = row.try_get_by_index(place)?;
        }
    }
    Ok(CallSums::of(&numbers))
}

/// What is counted of a call, as a text. None of the fields has the characters that stand between them.
const LINE: &str = r#"CAST(COALESCE("calls"."started_at", "calls"."created_at") AS TEXT) || ' ' || COALESCE("calls"."revision_id", '') || ' ' || COALESCE("calls"."answer_lines", '')"#;

/// The lines as one text.
fn all(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "string_agg(line, chr(30))",
        _ => "group_concat(line, char(30))",
    }
}

fn read(line: &str) -> Result<Scanned<'_>, StoreError> {
    let mut fields = line.splitn(3, ' ');
    let (Some(began), Some(revision_id), Some(lines)) =
        (fields.next(), fields.next(), fields.next())
    else {
        return Err(StoreError::corrupt("a call", "too few fields"));
    };
    Ok(Scanned {
        began: began
            .parse()
            .map_err(|_| StoreError::corrupt("a time", began))?,
        revision_id,
        lines,
    })
}
