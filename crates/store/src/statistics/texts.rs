//! Which texts were answered most: sums know them by their marks, the calls have the words.

use std::collections::BTreeMap;

use aftercall_core::MetricType;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};

use super::bounds::Question;
use super::tally::{Heard, Tally};
use crate::StoreError;
use crate::answer_line::mark;
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

/// The top texts by identifier; the words of every other text that is told are put into the tally. `None` where the calls do
/// not have them.
pub(super) async fn tops(
    db: &impl ConnectionTrait,
    question: &Question,
    tally: &mut Tally,
) -> Result<Option<BTreeMap<String, Top>>, StoreError> {
    let mut tops = BTreeMap::new();
    let mut wanted = Vec::new();
    for metric in &tally.metrics {
        let mut heard: Vec<(i64, Heard)> = metric
            .heard
            .iter()
            .filter(|(_, heard)| heard.count > 0)
            .map(|(mark, heard)| (*mark, *heard))
            .collect();
        if metric.kind == MetricType::String {
            let distinct = heard.len() as i64;
            heard = candidates(heard);
            tops.insert(metric.identifier.clone(), (heard.clone(), distinct));
        }
        wanted.push((metric.identifier.clone(), metric.kind, heard));
    }
    for (identifier, kind, heard) in wanted {
        if !find(db, question, tally, &identifier, kind, heard).await? {
            return Ok(None);
        }
    }
    let tops = tops.into_iter().map(|(identifier, (heard, distinct))| {
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
    kind: MetricType,
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
            .inner_join(
                answers::Entity,
                Expr::col((answers::Entity, answers::Column::AnalysisId))
                    .equals((calls::Entity, calls::Column::CurrentAnalysisId)),
            )
            .cond_where(filter.condition(db.get_database_backend()))
            .and_where(Expr::col((answers::Entity, answers::Column::Identifier)).eq(identifier))
            .and_where(Expr::col((answers::Entity, answers::Column::MetricType)).eq(kind.name()))
            .and_where(Expr::col((answers::Entity, answers::Column::Text)).is_not_null());
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
