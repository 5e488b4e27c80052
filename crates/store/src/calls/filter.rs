//! Which calls a list shows.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, DbBackend};

use super::MetricFilter;
use super::search::has_part;
use crate::entity::calls;
use crate::times::to_us;

/// When a call began, or arrived where that is not known: SQL, in microseconds. An index has it.
pub(crate) const BEGAN: &str = r#"COALESCE("calls"."started_at", "calls"."created_at")"#;

/// What a call has to be like to stand in a list. An empty list and `None` ask for nothing; all else has to hold together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallFilter {
    /// One of these agents.
    pub agent_ids: Vec<String>,
    /// One of these campaigns.
    pub campaign_ids: Vec<String>,
    /// One of these types, such as `webcall`.
    pub kinds: Vec<String>,
    /// One of these statuses, such as `completed`.
    pub statuses: Vec<String>,
    /// One of these reasons of its end, such as `user_hangup`.
    pub disconnection_reasons: Vec<String>,
    /// One of these versions.
    pub revision_ids: Vec<String>,
    /// First attempts or retries.
    pub attempts: Attempts,
    /// A duration in one of these ranges.
    pub durations: Vec<DurationRange>,
    /// A part of the `callId`, the calling or the called number, in any case.
    pub search: Option<String>,
    /// Arrived at this instant or later.
    pub created_from: Option<Timestamp>,
    /// Arrived at this instant or earlier.
    pub created_to: Option<Timestamp>,
    /// Began at this instant or later.
    pub started_from: Option<Timestamp>,
    /// Began at this instant or earlier.
    pub started_to: Option<Timestamp>,
    /// Began, or arrived where that is not known, at this instant or later.
    pub since: Option<Timestamp>,
    /// Began, or arrived where that is not known, before this instant.
    pub until: Option<Timestamp>,
    /// Whether it is over.
    pub finished: Option<bool>,
    /// Whether it is a test.
    pub is_test: Option<bool>,
    /// Whether it has an analysis.
    pub analysed: Option<bool>,
    /// What its current analysis answered: every one of these.
    pub metrics: Vec<MetricFilter>,
}

/// Whether a call was tried before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Attempts {
    /// Either.
    #[default]
    All,
    /// It is the first attempt.
    Initial,
    /// It is another attempt of an earlier call.
    Retry,
}

/// A range of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationRange {
    /// The shortest one in it; `None` is as short as can be.
    pub from: Option<SignedDuration>,
    /// The shortest one that is too long; `None` is as long as can be.
    pub to: Option<SignedDuration>,
}

impl CallFilter {
    /// The condition on a row of `calls`.
    pub(crate) fn condition(&self, backend: DbBackend) -> Condition {
        use calls::Column as C;
        let one_of = [
            (C::AgentId, &self.agent_ids),
            (C::CampaignId, &self.campaign_ids),
            (C::Kind, &self.kinds),
            (C::Status, &self.statuses),
            (C::DisconnectionReason, &self.disconnection_reasons),
            (C::RevisionId, &self.revision_ids),
        ];
        let mut all = Condition::all();
        for (name, values) in one_of {
            if !values.is_empty() {
                all = all.add(column(name).is_in(values.iter().map(String::as_str)));
            }
        }
        all = match self.attempts {
            Attempts::All => all,
            Attempts::Initial => all.add(column(C::RetryOf).is_null()),
            Attempts::Retry => all.add(column(C::RetryOf).is_not_null()),
        };
        if !self.durations.is_empty() {
            let ranges = self.durations.iter().map(DurationRange::condition);
            all = all.add(ranges.fold(Condition::any(), Condition::add));
        }
        if let Some(part) = self.search.as_deref().filter(|part| !part.is_empty()) {
            all = all.add(has_part(part));
        }
        all.add_option(
            self.created_from
                .map(|at| column(C::CreatedAt).gte(to_us(at))),
        )
        .add_option(
            self.created_to
                .map(|at| column(C::CreatedAt).lte(to_us(at))),
        )
        .add_option(
            self.started_from
                .map(|at| column(C::StartedAt).gte(to_us(at))),
        )
        .add_option(
            self.started_to
                .map(|at| column(C::StartedAt).lte(to_us(at))),
        )
        .add_option(self.since.map(|at| Expr::cust(BEGAN).gte(to_us(at))))
        .add_option(self.until.map(|at| Expr::cust(BEGAN).lt(to_us(at))))
        .add_option(self.finished.map(|is| column(C::Finished).eq(is)))
        .add_option(self.is_test.map(|is| column(C::IsTest).eq(is)))
        .add_option(self.analysed.map(|is| match is {
            // Those with an analysis have lines of it, and an index of SQLite has them.
            true => column(C::AnswerLines).is_not_null(),
            false => column(C::AnswerLines).is_null(),
        }))
        .add_option((!self.metrics.is_empty()).then(|| {
            let tests = self.metrics.iter().map(|test| test.condition(backend));
            tests.fold(Condition::all(), Condition::add)
        }))
    }
}

impl DurationRange {
    fn condition(&self) -> Condition {
        let micros = |d: SignedDuration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
        let duration = || column(calls::Column::DurationUs);
        Condition::all()
            .add(duration().is_not_null())
            .add_option(self.from.map(|from| duration().gte(micros(from))))
            .add_option(self.to.map(|to| duration().lt(micros(to))))
    }
}

fn column(column: calls::Column) -> Expr {
    Expr::col((calls::Entity, column))
}
