//! A call as it stands in lists.

use aftercall_store::calls::{CallItem, CallRow, LISTED_EXTRA};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::post_call_document::{Definition, PostCall, definitions, values};
use crate::text::instant;

/// What lists, searches and details have in common.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CallFacts {
    #[serde(rename = "_id")]
    id: String,
    call_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disconnection_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_call_id: Option<String>,
    /// What came with the call and is given back as it came.
    #[serde(flatten)]
    extra: Map<String, Json>,
}

/// A call of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogItem {
    #[serde(flatten)]
    facts: CallFacts,
    agent_id: String,
    retry_count: u64,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    is_test: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_call_analytics: Option<PostCall>,
    /// Of lists alone; searches leave it out.
    #[serde(flatten)]
    listed: Option<Listed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(skip_serializing_if = "Option::is_none")]
    version_number: Option<i64>,
    disposition_metrics: Map<String, Json>,
    agent_disposition_config: Vec<Definition>,
}

impl CallFacts {
    /// `names` are those of the fields of `extra` that are given back as they came.
    pub(super) fn of(row: &CallRow, extra: &Map<String, Json>, names: &[&str]) -> Self {
        let given = |name: &&str| Some(((*name).to_owned(), extra.get(*name)?.clone()));
        Self {
            id: row.id.clone(),
            call_id: row.call_id.clone(),
            status: row.status.clone(),
            kind: row.kind.clone(),
            duration: row.duration.map(|duration| duration.as_secs_f64()),
            from: row.from.clone(),
            to: row.to.clone(),
            recording_url: row.recording_url.clone(),
            disconnection_reason: row.disconnection_reason.clone(),
            retry_call_id: row.retry_of.clone(),
            extra: names.iter().filter_map(given).collect(),
        }
    }
}

impl LogItem {
    /// As a list shows it.
    pub(super) fn listed(item: &CallItem) -> Self {
        let analysis = item.analysis.as_ref().map(|row| &row.analysis);
        let listed = Listed {
            version_number: item.version_number,
            disposition_metrics: analysis.map(values).unwrap_or_default(),
            agent_disposition_config: analysis.map(definitions).unwrap_or_default(),
        };
        Self {
            listed: Some(listed),
            ..Self::found(item)
        }
    }

    /// As a search by ids shows it.
    pub(super) fn found(item: &CallItem) -> Self {
        let row = &item.call;
        Self {
            facts: CallFacts::of(row, &row.listed, &LISTED_EXTRA),
            agent_id: row.agent_id.clone(),
            retry_count: item.retry_count,
            created_at: instant(row.created_at),
            version_id: row.revision_id.clone(),
            is_test: row.is_test,
            post_call_analytics: item
                .analysis
                .as_ref()
                .map(|row| PostCall::from(&row.analysis)),
            listed: None,
        }
    }
}

/// Whole milliseconds.
pub(super) fn milliseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
