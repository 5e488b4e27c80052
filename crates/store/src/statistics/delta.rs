//! What a commit changes of the sums, written in that commit.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};

use super::sums::{CallSums, MetricSums, quarter_of};
use crate::answer_line::answers;
use crate::chunks::owned_chunks;
use crate::entity::{calls, statistics_deltas};
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

/// What a commit changes of the sums.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<Part, Sums>);

impl Changes {
    /// A call is there from now on, or is so.
    pub(crate) fn plus(&mut self, call: &calls::Model) {
        self.count(call, 1);
    }

    /// A call is no longer there, or no longer so.
    pub(crate) fn minus(&mut self, call: &calls::Model) {
        self.count(call, -1);
    }

    fn count(&mut self, call: &calls::Model, times: i64) {
        let sums = self.0.entry(part(call)).or_default();
        let lines = call.answer_lines.as_deref();
        sums.calls
            .add_call(call.finished, call.duration_us, lines, times);
        sums.add_answers(lines.unwrap_or_default(), times);
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

    pub(super) fn add_answers(&mut self, lines: &str, times: i64) {
        for answer in answers(lines) {
            let name = (answer.identifier.to_owned(), answer.kind.name().to_owned());
            let metric = self.metrics.entry(name).or_default();
            metric.add_answer(&answer, times);
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
