//! What a commit changes of the sums, written in that commit.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};

use super::sums::{CallSums, LONGEST, MetricSums, quarter_of};
use crate::chunks::owned_chunks;
use crate::entity::{analyses, answers, calls, statistics_deltas};
use crate::json_text::JsonText;
use crate::{Store, StoreError};

/// What is to be added, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delta {
    /// To the sums of calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) calls: Vec<i64>,
    /// To those of answers: identifier, type and numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) metrics: Vec<(String, String, Vec<i64>)>,
}

/// Which sums.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) quarter: i64,
    pub(super) agent_id: String,
    /// Empty where there is none.
    pub(super) revision_id: String,
}

/// An identifier and a type.
pub(super) type MetricName = (String, String);

/// Sums of calls and of their answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    pub(super) calls: CallSums,
    pub(super) metrics: BTreeMap<MetricName, MetricSums>,
}

/// A call's current analysis, as far as it is counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Current {
    completed: bool,
    answers: Vec<answers::Model>,
}

impl Current {
    /// That which was just stored.
    pub(crate) fn new(completed: bool, answers: Vec<answers::Model>) -> Self {
        Self { completed, answers }
    }

    /// Whether it came to an end.
    pub(crate) fn is_completed(&self) -> bool {
        self.completed
    }

    /// That of a call, if it has one.
    pub(crate) async fn read(
        db: &impl ConnectionTrait,
        call: &calls::Model,
    ) -> Result<Option<Self>, StoreError> {
        let Some(id) = call.current_analysis_id.as_deref() else {
            return Ok(None);
        };
        let status: Option<String> = analyses::Entity::find_by_id(id)
            .select_only()
            .column(analyses::Column::Status)
            .into_tuple()
            .one(db)
            .await?;
        let answers = answers::Entity::find()
            .filter(answers::Column::AnalysisId.eq(id))
            .all(db)
            .await?;
        Ok(Some(Self {
            completed: status.as_deref() == Some("completed"),
            answers,
        }))
    }
}

/// What a commit changes of the sums.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<Part, Sums>);

impl Changes {
    /// A call is there from now on.
    pub(crate) fn plus(&mut self, call: &calls::Model, current: Option<&Current>) {
        self.count(call, current, 1);
    }

    /// A call is no longer there, or no longer so.
    pub(crate) fn minus(&mut self, call: &calls::Model, current: Option<&Current>) {
        self.count(call, current, -1);
    }

    /// A call's facts are others now.
    pub(crate) async fn moved(
        &mut self,
        db: &impl ConnectionTrait,
        before: &calls::Model,
        after: &calls::Model,
    ) -> Result<(), StoreError> {
        let current = Current::read(db, before).await?;
        self.minus(before, current.as_ref());
        self.plus(after, current.as_ref());
        Ok(())
    }

    fn count(&mut self, call: &calls::Model, current: Option<&Current>, times: i64) {
        let sums = self.0.entry(part(call)).or_default();
        let analysed = current.is_some_and(|current| current.completed);
        let one = CallSums {
            calls: 1,
            finished: call.finished.into(),
            analysed: analysed.into(),
            analysis_failed: (current.is_some() && !analysed).into(),
            with_duration: call.duration_us.is_some().into(),
            duration_us: call.duration_us.unwrap_or_default().clamp(0, LONGEST),
        };
        sums.calls.add(&one, times);
        for answer in current.iter().flat_map(|current| &current.answers) {
            let name = (answer.identifier.clone(), answer.metric_type.clone());
            let metric = sums.metrics.entry(name).or_default();
            metric.add_answer(answer, times);
        }
    }

    /// Stores them with whatever else the transaction stores.
    pub(crate) async fn write(
        self,
        db: &impl ConnectionTrait,
        store: &Store,
    ) -> Result<(), StoreError> {
        let rows = self.0.into_iter().filter_map(|(part, sums)| {
            let delta = sums.delta();
            (delta != Delta::default()).then(|| {
                statistics_deltas::Model {
                    id: store.id(),
                    quarter: part.quarter,
                    agent_id: part.agent_id,
                    revision_id: part.revision_id,
                    sums: JsonText(delta),
                }
                .into_active_model()
            })
        });
        for rows in owned_chunks(rows.collect()) {
            statistics_deltas::Entity::insert_many(rows)
                .exec_without_returning(db)
                .await?;
        }
        Ok(())
    }
}

impl Sums {
    fn delta(&self) -> Delta {
        let calls = match self.calls.is_zero() {
            true => Vec::new(),
            false => self.calls.numbers().to_vec(),
        };
        let metrics = self.metrics.iter().filter(|(_, sums)| !sums.is_zero());
        Delta {
            calls,
            metrics: metrics
                .map(|((identifier, kind), sums)| {
                    (identifier.clone(), kind.clone(), sums.numbers())
                })
                .collect(),
        }
    }

    pub(super) fn add(&mut self, delta: Delta) {
        self.calls.add(&CallSums::of(&delta.calls), 1);
        for (identifier, kind, numbers) in delta.metrics {
            let metric = self.metrics.entry((identifier, kind)).or_default();
            metric.add_numbers(&numbers);
        }
    }
}

fn part(call: &calls::Model) -> Part {
    Part {
        quarter: quarter_of(call.started_at.unwrap_or(call.created_at)),
        agent_id: call.agent_id.clone(),
        revision_id: call.revision_id.clone().unwrap_or_default(),
    }
}
