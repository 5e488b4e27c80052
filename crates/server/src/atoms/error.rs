//! Errors as the compatible API writes them: `{"status":false,"errors":[…]}`, with more beside it for some conflicts.

use std::fmt::Display;
use std::time::Duration;

use aftercall_core::Problem;
use aftercall_core::agent_config::{Change, Diff, SectionDiff};
use aftercall_store::{Conflict, StoreError};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::refusal::{Refusal, seconds};

/// An error of the compatible API.
#[derive(Debug)]
pub(crate) struct AtomsError {
    status: StatusCode,
    errors: Vec<String>,
    error_type: Option<&'static str>,
    data: Option<Box<Value>>,
    refusal: Option<Refusal>,
    retry_after: Option<Duration>,
    deprecated: bool,
}

impl AtomsError {
    fn new(status: StatusCode, errors: Vec<String>) -> Self {
        Self {
            status,
            errors,
            error_type: None,
            data: None,
            refusal: None,
            retry_after: None,
            deprecated: false,
        }
    }

    /// 400 with one text.
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, vec![text.into()])
    }

    /// 400 with every text.
    pub(crate) fn bad_requests(texts: Vec<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, texts)
    }

    /// 403 with one text.
    pub(crate) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, vec![text.into()])
    }

    /// 404 with one text.
    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, vec![text.into()])
    }

    /// 409 with one text.
    pub(crate) fn conflict(text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, vec![text.into()])
    }

    /// 409 with an `error_type` that clients look at.
    pub(crate) fn conflict_of(error_type: &'static str, text: impl Into<String>) -> Self {
        Self {
            error_type: Some(error_type),
            ..Self::conflict(text)
        }
    }

    /// 409: what is based on revision `expected` clashes with what came after it. `fields` are `section.field`.
    pub(crate) fn draft_conflict(
        fields: Vec<String>,
        expected: i64,
        latest: i64,
        diffs: Vec<Value>,
    ) -> Self {
        let conflict = json!({
            "conflict": { "expectedRevision": expected, "latestRevision": latest, "diffs": diffs },
        });
        Self {
            data: Some(Box::new(conflict)),
            ..Self::new(StatusCode::CONFLICT, fields)
        }
    }

    /// 409: there is no draft revision of that number.
    pub(crate) fn base_revision_unavailable() -> Self {
        Self::conflict("base_revision_unavailable")
    }

    /// 409: the route is switched off in favour of branches.
    pub(crate) fn migration_required() -> Self {
        Self {
            deprecated: true,
            ..Self::conflict_of(
                "versioning_v2_migration_required",
                "This endpoint is deprecated under the branch model. Use branches and revisions.",
            )
        }
    }

    /// 503: what answers this is not ready, as the text says, and may be after that time.
    pub(crate) fn unavailable(text: impl Into<String>, retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, vec![text.into()])
        }
    }

    /// 504: what answers this took too long, as the text says.
    pub(crate) fn late(text: impl Into<String>) -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, vec![text.into()])
    }

    /// 500; the log says why, the answer does not.
    pub(crate) fn internal(error: &dyn Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::from(Refusal::Internal)
    }
}

impl IntoResponse for AtomsError {
    fn into_response(self) -> Response {
        let mut body = json!({ "status": false, "errors": self.errors });
        if let Some(error_type) = self.error_type {
            body["error_type"] = error_type.into();
        }
        if let Some(data) = self.data {
            body["data"] = *data;
        }
        if let Some(Refusal::Rate { wait }) = self.refusal {
            body["error"] = "Rate limit exceeded".into();
            body["code"] = "RATE_LIMIT_EXCEEDED".into();
            body["retry_after"] = seconds(wait).into();
        }
        let mut response = (self.status, Json(body)).into_response();
        if self.deprecated {
            let headers = response.headers_mut();
            headers.insert("deprecation", HeaderValue::from_static("true"));
        }
        if let Some(wait) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
        }
        if let Some(refusal) = &self.refusal {
            refusal.add_headers(&mut response);
        }
        response
    }
}

impl From<Refusal> for AtomsError {
    fn from(refusal: Refusal) -> Self {
        let text = match &refusal {
            Refusal::Key => "Unauthorized: User not found".to_owned(),
            Refusal::Route => "Resource not found".to_owned(),
            Refusal::Internal => "Internal server error".to_owned(),
            other => other.text(),
        };
        Self {
            refusal: Some(refusal.clone()),
            ..Self::new(refusal.status(), vec![text])
        }
    }
}

impl From<Vec<Problem>> for AtomsError {
    fn from(problems: Vec<Problem>) -> Self {
        let errors = problems.iter().map(ToString::to_string).collect();
        Self::new(StatusCode::BAD_REQUEST, errors)
    }
}

impl From<StoreError> for AtomsError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { what, .. } => Self::not_found(format!("{what} not found")),
            StoreError::Refused(problem) => Self::bad_request(problem.to_string()),
            StoreError::Forbidden(text) => Self::forbidden(text),
            StoreError::Conflict(conflict) => Self::from(conflict),
            other => Self::from(Refusal::from(other)),
        }
    }
}

impl From<Conflict> for AtomsError {
    fn from(conflict: Conflict) -> Self {
        let text = conflict.to_string();
        match conflict {
            Conflict::StaleDraft {
                expected,
                latest,
                fields,
                diff,
            } => Self::draft_conflict(fields, expected, latest, section_diffs(&diff)),
            Conflict::SourceMovedOn {
                source_version,
                newest,
                fields,
                diff,
            } => Self::draft_conflict(fields, source_version, newest, section_diffs(&diff)),
            Conflict::UnknownDraftRevision { .. } => Self::base_revision_unavailable(),
            Conflict::BranchNameExists { .. } => Self::conflict_of("branch_name_exists", text),
            Conflict::AlreadyArchived => Self::conflict("Agent is already archived"),
            // The original answers 400 here, and not 409.
            Conflict::CopyOfArchived
            | Conflict::CopyOfGraph
            | Conflict::CallNotQueued
            | Conflict::WebhookUrlExists
            | Conflict::WebhookAssigned => Self::bad_request(text),
            Conflict::AlreadyActive => Self::conflict("Agent is already active"),
            _ => Self::conflict(text),
        }
    }
}

/// What changed, section by section, as the diff routes write it too.
pub(crate) fn section_diffs(diff: &Diff) -> Vec<Value> {
    let change = |change: &Change| {
        let mut out = json!({ "path": change.path });
        // What was not there before or is not there after is left out.
        for (name, value) in [("oldValue", &change.old), ("newValue", &change.new)] {
            if let Some(value) = value {
                out[name] = value.clone();
            }
        }
        out
    };
    let section = |section: &SectionDiff| {
        let changes: Vec<Value> = section.changes.iter().map(change).collect();
        json!({ "section": section.section, "changes": changes })
    };
    diff.sections.iter().map(section).collect()
}

/// What the compatible API answers oddly.
pub(crate) trait ResultExt<T> {
    /// 400 with this text instead of 404 for what does not exist.
    ///
    /// # Errors
    /// Every error of the store, in the form of the compatible API.
    fn unknown_is_400(self, text: &str) -> Result<T, AtomsError>;
}

impl<T> ResultExt<T> for Result<T, StoreError> {
    fn unknown_is_400(self, text: &str) -> Result<T, AtomsError> {
        self.map_err(|error| match error {
            StoreError::Missing { .. } => AtomsError::bad_request(text),
            other => AtomsError::from(other),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_of_drafts_have_both_numbers() {
        let error = AtomsError::draft_conflict(vec!["analytics.x".into()], 1, 3, Vec::new());
        assert_eq!(error.status, StatusCode::CONFLICT);
        assert_eq!(
            error.data.map(|data| *data),
            Some(json!({"conflict": {"expectedRevision": 1, "latestRevision": 3, "diffs": []}}))
        );
    }
}
