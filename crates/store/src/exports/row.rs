//! A row of an export's pages, read by the places of its columns.

use aftercall_core::{AnalysisRecord, CallRecord, MetricType};
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SelectStatement};
use sea_orm::{QueryResult, TryGetable};

use super::page::Place;
use crate::StoreError;
use crate::entity::{analyses, calls, revisions};
use crate::times::{from_us, from_us_opt};

/// A call without its answers.
pub(super) struct Found {
    pub(super) record: CallRecord,
    /// Bytes of its transcript, where those are asked for.
    pub(super) length: i64,
}

/// Everything that a row of an export is made of, in the order in which [`found`] reads it. What lists and details need
/// beside is left where it is: the definitions and the whole analysis are most of the bytes.
pub(super) fn query() -> SelectStatement {
    use analyses::Column as A;
    use calls::Column as C;
    let mut query = Query::select();
    for column in [
        C::Id,
        C::CallId,
        C::AgentId,
        C::RevisionId,
        C::Kind,
        C::Status,
        C::Finished,
        C::StartedAt,
        C::EndedAt,
        C::Timezone,
        C::FromNumber,
        C::ToNumber,
        C::Language,
        C::RecordingUrl,
        C::DurationUs,
        C::LatencyUs,
        C::DisconnectionReason,
        C::CampaignId,
        C::RetryOf,
        C::IsTest,
        C::CreatedAt,
        C::UpdatedAt,
    ] {
        query.column((calls::Entity, column));
    }
    query.column((revisions::Entity, revisions::Column::VersionNumber));
    for column in [
        A::Id,
        A::Number,
        A::Status,
        A::Reason,
        A::Summary,
        A::Model,
        A::CreatedAt,
    ] {
        query.column((analyses::Entity, column));
    }
    query
        .from(calls::Entity)
        .left_join(
            revisions::Entity,
            same(
                (revisions::Entity, revisions::Column::Id),
                (calls::Entity, C::RevisionId),
            ),
        )
        .left_join(
            analyses::Entity,
            same(
                (analyses::Entity, A::Id),
                (calls::Entity, C::CurrentAnalysisId),
            ),
        );
    query
}

/// That two columns hold the same.
pub(super) fn same(a: impl IntoColumnRef, b: impl IntoColumnRef) -> Expr {
    Expr::col(a).eq(Expr::col(b))
}

/// Reads a row of [`query`].
pub(super) fn found(row: &QueryResult) -> Result<(Found, Place), StoreError> {
    let mut cells = Cells { row, at: 0 };
    let id: String = cells.next()?;
    let call_id = cells.next()?;
    let agent_id = cells.next()?;
    let version_id = cells.next()?;
    let kind = cells.next()?;
    let status = cells.next()?;
    let finished = cells.next()?;
    let started_at = from_us_opt(cells.next()?)?;
    let ended_at = from_us_opt(cells.next()?)?;
    let timezone = cells.next()?;
    let from = cells.next()?;
    let to = cells.next()?;
    let language = cells.next()?;
    let recording_url = cells.next()?;
    let duration_seconds = cells.next::<Option<i64>>()?.map(seconds);
    let latency_seconds = cells.next::<Option<i64>>()?.map(seconds);
    let disconnection_reason = cells.next()?;
    let campaign_id = cells.next()?;
    let retry_of = cells.next()?;
    let is_test = cells.next()?;
    let created_us: i64 = cells.next()?;
    let updated_at = from_us(cells.next()?)?;
    let version_number = cells.next()?;
    let analysis = match cells.next::<Option<String>>()? {
        None => None,
        Some(id) => Some(AnalysisRecord {
            id,
            number: cells.next()?,
            status: cells.next()?,
            reason: cells.next()?,
            summary: cells.next()?,
            model: cells.next()?,
            created_at: from_us(cells.next()?)?,
            answers: Vec::new(),
        }),
    };
    let place = Place {
        created_at: created_us,
        id: id.clone(),
    };
    let record = CallRecord {
        id,
        call_id,
        agent_id,
        version_id,
        version_number,
        kind,
        status,
        finished,
        started_at,
        ended_at,
        timezone,
        from,
        to,
        language,
        recording_url,
        duration_seconds,
        latency_seconds,
        disconnection_reason,
        campaign_id,
        retry_of,
        is_test,
        created_at: from_us(created_us)?,
        updated_at,
        analysis,
        transcript: None,
    };
    Ok((Found { record, length: 0 }, place))
}

/// The type of that name.
pub(super) fn metric_type(name: &str) -> Result<MetricType, StoreError> {
    MetricType::from_name(name).ok_or_else(|| StoreError::corrupt("a metric's type", name))
}

/// Columns one after the other: looking each up by its name would take longer than reading it.
struct Cells<'a> {
    row: &'a QueryResult,
    at: usize,
}

impl Cells<'_> {
    fn next<T: TryGetable>(&mut self) -> Result<T, StoreError> {
        let value = self.row.try_get_by_index(self.at)?;
        self.at += 1;
        Ok(value)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact for calls of less than two centuries"
)]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
