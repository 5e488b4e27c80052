//! Calls as our own API shows them.

use aftercall_core::Turn;
use aftercall_store::calls::{Accepted, CallDetail, CallItem, CallRow, Outcome};
use aftercall_store::jobs::Job;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::analysis_views::AnalysisView;
use super::jobs::JobView;
use crate::text::instant;

/// The facts of a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Call)]
pub(crate) struct CallView {
    /// The server's id: 24 hexadecimal digits.
    id: String,
    /// The sender's id, unique on the server.
    call_id: String,
    /// The agent whose call it was.
    agent_id: String,
    /// The version whose metrics are asked of it.
    version_id: Option<String>,
    /// Its number among the agent's versions.
    version_number: Option<i64>,
    /// `telephony_inbound`, `webcall` …, as sent.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// `completed`, `no_answer` …, as sent.
    status: Option<String>,
    /// Whether the call is over. One that is not waits for a later body.
    finished: bool,
    /// When the call began.
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When the call ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// The caller's time zone.
    timezone: Option<String>,
    /// The calling number.
    from: Option<String>,
    /// The called number.
    to: Option<String>,
    /// BCP 47 language tag.
    language: Option<String>,
    /// Where the recording lies.
    recording_url: Option<String>,
    /// How long the call was: as sent, else from its times.
    duration_seconds: Option<f64>,
    /// How long the agent took to answer, on average: as sent, else from the times of the turns.
    latency_seconds: Option<f64>,
    /// Who or what ended the call, as sent.
    disconnection_reason: Option<String>,
    /// The campaign that it was made for, as sent.
    campaign_id: Option<String>,
    /// `callId` of the first attempt, where the call is a retry.
    retry_of: Option<String>,
    /// How often the call was tried again.
    retry_count: u64,
    /// Whether the call is a test.
    is_test: bool,
    /// When the call arrived.
    #[schema(format = DateTime)]
    created_at: String,
    /// When anything of it changed, its analyses included.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A call in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedCall {
    #[serde(flatten)]
    call: CallView,
    /// The analysis that counts; null before there is one.
    analysis: Option<AnalysisView>,
}

/// A page of calls.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallPageView {
    /// The calls, the newest first.
    pub(crate) calls: Vec<ListedCall>,
    /// Send it as `cursor`, with the same filters, for the page after this one; null on the last page.
    pub(crate) next_cursor: Option<String>,
}

/// A call with everything that is known of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WholeCall {
    #[serde(flatten)]
    call: CallView,
    /// Variables that the platform set.
    #[schema(value_type = Object)]
    variables: Map<String, Json>,
    /// Fields that came with the call and that its format does not define.
    #[schema(value_type = Object)]
    extra: Map<String, Json>,
    /// What was said.
    transcript: Vec<TurnView>,
    /// The analysis that counts; null before there is one.
    current_analysis_id: Option<String>,
    /// Every analysis, the newest first.
    analyses: Vec<AnalysisView>,
    /// Analyses to come: jobs of the call that wait or run, the newest first. After a failed attempt `lastError` says why,
    /// and `runAt` when the next one is due.
    jobs: Vec<JobView>,
}

/// One turn of a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Turn)]
struct TurnView {
    /// Its number, from 1, which evidence refers to.
    #[schema(minimum = 1)]
    turn: usize,
    /// `agent`, `user`, or another role as it came.
    role: String,
    /// What is said.
    content: String,
    /// Seconds from the start of the call.
    start: Option<f64>,
    /// Seconds from the start of the call.
    end: Option<f64>,
}

/// What became of a call that was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AcceptedCall {
    /// The sender's id, or the one that was made.
    pub(crate) call_id: String,
    /// The server's id: 24 hexadecimal digits.
    id: String,
    /// `created`: it is new. `unchanged`: it was there, the same. `completed`: it was there and is finished now.
    /// `updated`: it was there, and is still not finished.
    #[schema(value_type = String, pattern = "^(created|unchanged|completed|updated)$")]
    outcome: &'static str,
    /// Whether the call is over, so that it is analysed.
    finished: bool,
    /// The version whose metrics are asked of it.
    version_id: Option<String>,
}

impl CallView {
    fn new(row: CallRow, version_number: Option<i64>, retry_count: u64) -> Self {
        let at = |at: Option<Timestamp>| at.map(instant);
        Self {
            id: row.id,
            call_id: row.call_id,
            agent_id: row.agent_id,
            version_id: row.revision_id,
            version_number,
            kind: row.kind,
            status: row.status,
            finished: row.finished,
            started_at: at(row.started_at),
            ended_at: at(row.ended_at),
            timezone: row.timezone,
            from: row.from,
            to: row.to,
            language: row.language,
            recording_url: row.recording_url,
            duration_seconds: row.duration.map(|duration| duration.as_secs_f64()),
            latency_seconds: row.latency.map(|latency| latency.as_secs_f64()),
            disconnection_reason: row.disconnection_reason,
            campaign_id: row.campaign_id,
            retry_of: row.retry_of,
            retry_count,
            is_test: row.is_test,
            created_at: instant(row.created_at),
            updated_at: instant(row.updated_at),
        }
    }
}

impl From<CallItem> for ListedCall {
    fn from(item: CallItem) -> Self {
        let current = item.call.current_analysis_id.clone();
        Self {
            analysis: item
                .analysis
                .map(|analysis| AnalysisView::new(analysis, current.as_deref())),
            call: CallView::new(item.call, item.version_number, item.retry_count),
        }
    }
}

impl WholeCall {
    pub(crate) fn new(detail: CallDetail, open_jobs: Vec<Job>) -> Self {
        let call_id = &detail.row.call_id;
        let jobs = open_jobs
            .into_iter()
            .map(|job| JobView::new(job, call_id.clone()))
            .collect();
        let row = detail.row;
        let current = row.current_analysis_id.clone();
        let analyses = detail.analyses.into_iter();
        Self {
            variables: detail.variables,
            extra: detail.extra,
            transcript: detail
                .transcript
                .into_iter()
                .enumerate()
                .map(TurnView::from)
                .collect(),
            analyses: analyses
                .map(|analysis| AnalysisView::new(analysis, current.as_deref()))
                .collect(),
            current_analysis_id: current,
            jobs,
            call: CallView::new(row, detail.version_number, detail.retry_count),
        }
    }
}

impl From<(usize, Turn)> for TurnView {
    fn from((place, turn): (usize, Turn)) -> Self {
        Self {
            turn: place + 1,
            role: turn.role.name().to_owned(),
            content: turn.content,
            start: turn.start,
            end: turn.end,
        }
    }
}

impl From<Accepted> for AcceptedCall {
    fn from(accepted: Accepted) -> Self {
        Self {
            call_id: accepted.call.call_id,
            id: accepted.call.id,
            outcome: match accepted.outcome {
                Outcome::Created => "created",
                Outcome::Unchanged => "unchanged",
                Outcome::Completed => "completed",
                Outcome::Updated => "updated",
            },
            finished: accepted.call.finished,
            version_id: accepted.call.revision_id,
        }
    }
}
