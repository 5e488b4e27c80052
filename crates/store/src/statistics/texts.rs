//! Which texts were answered most: sums know them by their marks, the calls have the words.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbBackend};

use super::bounds::Question;
use super::groups::join_answers;
use super::sums::{QUARTER, mark};
use super::tally::{Heard, Tally};
use crate::StoreError;
use crate::calls::{BEGAN, CallFilter};
use crate::entity::{answers, calls};
use crate::times::from_us;

/// Texts of a STRING that are told, at most.
const MOST: usize = 20;

/// The texts that were answered most to a STRING. Of those that are as many the one whose last call began later comes first, by
/// quarters of an hour, and then the one that is less.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Top {
    /// Texts with their counts.
    pub(super) texts: Vec<(String, i64)>,
    /// How many different texts there are.
    pub(super) distinct: i64,
}

/// The top texts by identifier, by the calls themselves.
pub(super) async fn scanned(
    db: &impl ConnectionTrait,
    filter: &CallFilter,
    identifiers: &[String],
) -> Result<BTreeMap<String, Top>, StoreError> {
    let text = Expr::col((answers::Entity, answers::Column::Text));
    let mut counted = Query::select();
    counted
        .expr_as(
            Expr::col((answers::Entity, answers::Column::Identifier)),
            Alias::new("part_identifier"),
        )
        .expr_as(text.clone(), Alias::new("part_text"))
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("number"))
        .expr_as(
            Expr::cust(format!("MAX({BEGAN}) / {QUARTER}")),
            Alias::new("last"),
        )
        .from(calls::Entity)
        .cond_where(filter.condition())
        .and_where(Expr::col((answers::Entity, answers::Column::MetricType)).eq("STRING"))
        .and_where(Expr::col((answers::Entity, answers::Column::Status)).eq("answered"))
        .and_where(text.is_not_null())
        .group_by_col(Alias::new("part_identifier"))
        .group_by_col(Alias::new("part_text"));
    join_answers(&mut counted, identifiers);
    let by_bytes = match db.get_database_backend() {
        DbBackend::Postgres => r#"part_text COLLATE "C""#,
        _ => "part_text",
    };
    let mut placed = Query::select();
    placed
        .columns(["part_identifier", "part_text", "number"].map(Alias::new))
        .expr_as(
            Expr::cust(format!(
                "ROW_NUMBER() OVER (PARTITION BY part_identifier ORDER BY number DESC, last DESC, {by_bytes})"
            )),
            Alias::new("place"),
        )
        .expr_as(
            Expr::cust("COUNT(*) OVER (PARTITION BY part_identifier)"),
            Alias::new("different"),
        )
        .from_subquery(counted, Alias::new("counted"));
    let query = Query::select()
        .columns(["part_identifier", "part_text", "number", "different"].map(Alias::new))
        .from_subquery(placed, Alias::new("placed"))
        .and_where(Expr::col(Alias::new("place")).lte(MOST as i64))
        .order_by_expr(Expr::col(Alias::new("place")), sea_orm::Order::Asc)
        .take();
    let mut tops: BTreeMap<String, Top> = BTreeMap::new();
    for row in db.query_all(&query).await? {
        let top = tops.entry(row.try_get_by_index(0)?).or_default();
        top.texts
            .push((row.try_get_by_index(1)?, row.try_get_by_index(2)?));
        top.distinct = row.try_get_by_index(3)?;
    }
    Ok(tops)
}

/// The top texts by identifier, by sums; the words of every other text that is told are put into the tally. `None` where the
/// calls do not have them.
pub(super) async fn summed(
    db: &impl ConnectionTrait,
    question: &Question,
    tally: &mut Tally,
) -> Result<Option<BTreeMap<String, Top>>, StoreError> {
    let mut tops = BTreeMap::new();
    let mut wanted = Vec::new();
    for (name, metric) in &tally.metrics {
        let mut heard: Vec<(i64, Heard)> = metric
            .heard
            .iter()
            .filter(|(_, heard)| heard.count > 0)
            .map(|(mark, heard)| (*mark, *heard))
            .collect();
        if name.1 == "STRING" {
            let distinct = heard.len() as i64;
            heard = candidates(heard);
            tops.insert(name.clone(), (heard.clone(), distinct));
        }
        if !heard.is_empty() {
            wanted.push((name.clone(), heard));
        }
    }
    for (name, heard) in wanted {
        if !find(db, question, tally, &name.0, &name.1, heard).await? {
            return Ok(None);
        }
    }
    let tops = tops
        .into_iter()
        .map(|((identifier, _), (heard, distinct))| {
            let mut told: Vec<(Heard, &String)> = heard
                .into_iter()
                .filter_map(|(mark, heard)| Some((heard, tally.texts.get(&mark)?)))
                .collect();
            told.sort_by(|(a, text_a), (b, text_b)| {
                (b.count, b.last, text_a).cmp(&(a.count, a.last, text_b))
            });
            told.truncate(MOST);
            let texts = told
                .into_iter()
                .map(|(heard, text)| (text.clone(), heard.count));
            let top = Top {
                texts: texts.collect(),
                distinct,
            };
            (identifier, top)
        });
    Ok(Some(tops.collect()))
}

/// Those that may be among the first, with all that are equal to the last of them.
fn candidates(mut heard: Vec<(i64, Heard)>) -> Vec<(i64, Heard)> {
    let place = |heard: &Heard| (heard.count, heard.last);
    if heard.len() > MOST {
        let (_, last, _) = heard
            .select_nth_unstable_by_key(MOST - 1, |(_, heard)| std::cmp::Reverse(place(heard)));
        let least = place(&last.1);
        heard.retain(|(_, heard)| place(heard) >= least);
    }
    heard
}

/// Looks up the words of these texts, each in the quarter of an hour in which it was heard last.
async fn find(
    db: &impl ConnectionTrait,
    question: &Question,
    tally: &mut Tally,
    identifier: &str,
    kind: &str,
    mut wanted: Vec<(i64, Heard)>,
) -> Result<bool, StoreError> {
    wanted.sort_by_key(|(_, heard)| heard.last);
    while let Some((mark_of, heard)) = wanted.pop() {
        if tally.texts.contains_key(&mark_of) {
            continue;
        }
        let (from, to) = tally.bounds.quarter(heard.last);
        let filter = question.filter(from_us(from)?, from_us(to)?);
        let mut query = Query::select();
        query
            .distinct()
            .column((answers::Entity, answers::Column::Text))
            .from(calls::Entity)
            .cond_where(filter.condition())
            .and_where(Expr::col((answers::Entity, answers::Column::MetricType)).eq(kind))
            .and_where(Expr::col((answers::Entity, answers::Column::Text)).is_not_null());
        join_answers(&mut query, std::slice::from_ref(&identifier.to_owned()));
        for row in db.query_all(&query).await? {
            let text: String = row.try_get_by_index(0)?;
            tally.texts.insert(mark(&text), text);
        }
        if !tally.texts.contains_key(&mark_of) {
            return Ok(false);
        }
    }
    Ok(true)
}
