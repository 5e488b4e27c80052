//! The versions whose calls were counted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::bounds::Question;
use super::scan;
use super::sums::quarter_of;
use super::tally::Tally;
use crate::StoreError;
use crate::answer_line::{AnswerLine, answers};
use crate::calls::CallFilter;
use crate::chunks::chunks;
use crate::entity::revisions;
use crate::times::{from_us, from_us_opt};

/// A version whose answers were counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedVersion {
    /// Its id.
    pub id: String,
    /// Its agent.
    pub agent_id: String,
    /// Its number among the agent's.
    pub number: i64,
    /// Its label.
    pub label: Option<String>,
    /// When it was last made the active one.
    pub activated_at: Option<Timestamp>,
    /// When the first of its calls that were counted began.
    pub first_call_at: Timestamp,
}

/// What is told of a version.
#[derive(FromQueryResult)]
struct Told {
    id: String,
    agent_id: String,
    version_number: i64,
    label: Option<String>,
    activated_at: Option<i64>,
}

/// The versions of a tally, in the order of their first calls.
pub(super) async fn versions(
    db: &impl ConnectionTrait,
    question: &Question,
    tally: &Tally,
    from_sums: bool,
) -> Result<Vec<CountedVersion>, StoreError> {
    let mut first: BTreeMap<&str, i64> = BTreeMap::new();
    for (revision_id, at) in &tally.first {
        let at = match from_sums {
            true => first_call(db, question, tally, revision_id, *at).await?,
            false => Some(*at),
        };
        if let Some(at) = at.filter(|_| !revision_id.is_empty()) {
            first.insert(revision_id, at);
        }
    }
    let ids: Vec<&str> = first.keys().copied().collect();
    let mut versions = Vec::with_capacity(ids.len());
    for ids in chunks(&ids) {
        use revisions::Column;
        let rows: Vec<Told> = revisions::Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::AgentId,
                Column::VersionNumber,
                Column::Label,
                Column::ActivatedAt,
            ])
            .filter(Column::Id.is_in(ids.iter().copied()))
            .into_model()
            .all(db)
            .await?;
        for row in rows {
            let at = first.get(row.id.as_str()).copied().unwrap_or_default();
            versions.push(CountedVersion {
                id: row.id,
                agent_id: row.agent_id,
                number: row.version_number,
                label: row.label,
                activated_at: from_us_opt(row.activated_at)?,
                first_call_at: from_us(at)?,
            });
        }
    }
    versions.sort_by(|a, b| (a.first_call_at, &a.id).cmp(&(b.first_call_at, &b.id)));
    Ok(versions)
}

/// When the first call of a version with a counted answer began, of which the quarter of an hour is known.
async fn first_call(
    db: &impl ConnectionTrait,
    question: &Question,
    tally: &Tally,
    revision_id: &str,
    began: i64,
) -> Result<Option<i64>, StoreError> {
    let (from, to) = tally.bounds.quarter(quarter_of(began));
    let of_version = Question {
        filter: CallFilter {
            revision_ids: vec![revision_id.to_owned()],
            ..question.filter.clone()
        },
        ..question.clone()
    };
    let mut first: Option<i64> = None;
    scan::each(db, &of_version, (from, to), |call| {
        let asked = |answer: AnswerLine<'_>| {
            let mut chosen = question.identifiers.iter();
            question.identifiers.is_empty() || chosen.any(|one| one == answer.identifier)
        };
        if answers(call.lines).any(asked) {
            first = Some(first.map_or(call.began, |first| first.min(call.began)));
        }
    })
    .await?;
    Ok(first)
}
