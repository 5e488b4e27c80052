//! Errors of our own API: problem details after RFC 9457.

use aftercall_core::Problem as Broken;
use aftercall_store::calls::Rejected;
use aftercall_store::{Conflict, StoreError};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem_kind::Kind;
use crate::refusal::Refusal;

/// The media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, after RFC 9457.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// Which kind of problem it is: a place in the page that describes them.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words; always the same for one kind.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What went wrong this time.
    detail: String,
    /// Every field that breaks a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// What is not as it was sent before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differs: Vec<String>,
}

/// A field that breaks a rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Path of the field, such as `transcript[4].start`.
    field: String,
    /// What was found, shortened.
    value: String,
    /// The rule that it breaks.
    rule: String,
}

impl From<Broken> for FieldError {
    fn from(broken: Broken) -> Self {
        Self {
            field: broken.field,
            value: broken.value,
            rule: broken.rule,
        }
    }
}

/// A problem to answer with.
#[derive(Debug)]
pub(crate) struct Problem {
    details: Box<Details>,
    refusal: Option<Refusal>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (name, title, status, _) = kind.told();
        let details = Details {
            kind: format!("/v1/docs#problem-{name}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            differs: Vec::new(),
        };
        Self {
            details: Box::new(details),
            refusal: None,
        }
    }

    /// One field that breaks a rule.
    pub(crate) fn field(broken: Broken) -> Self {
        Self::from(vec![broken])
    }

    /// What the problem says.
    pub(crate) fn details(&self) -> &Details {
        &self.details
    }

    /// What went wrong, alone.
    pub(crate) fn into_detail(self) -> String {
        self.details.detail
    }

    /// Every field with its rule, a line each; what went wrong where there is no field.
    pub(crate) fn into_lines(self) -> Vec<String> {
        if self.details.errors.is_empty() {
            return vec![self.details.detail];
        }
        let lines = self.details.errors.into_iter();
        lines
            .map(|one| format!("{}: {} (got {})", one.field, one.rule, one.value))
            .collect()
    }

    pub(crate) fn status(&self) -> u16 {
        self.details.status
    }

    /// 400 with the fields that cannot be read.
    pub(crate) fn malformed(broken: Vec<Broken>) -> Self {
        Self::with_errors(Kind::Malformed, broken)
    }

    fn with_errors(kind: Kind, broken: Vec<Broken>) -> Self {
        let detail = match broken.as_slice() {
            [one] => one.to_string(),
            many => format!("{} fields break rules", many.len()),
        };
        let mut problem = Self::new(kind, detail);
        problem.details.errors = broken.into_iter().map(Into::into).collect();
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Only statuses of `Kind` get here.
        let status =
            StatusCode::from_u16(self.details.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.details)).into_response();
        let media_type = HeaderValue::from_static(MEDIA_TYPE);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
        if let Some(refusal) = self.refusal {
            refusal.add_headers(&mut response);
        }
        response
    }
}

impl From<Vec<Broken>> for Problem {
    fn from(broken: Vec<Broken>) -> Self {
        Self::with_errors(Kind::Invalid, broken)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::Key => Kind::Key,
            Refusal::Role { .. } => Kind::Role,
            Refusal::Payload => Kind::Payload,
            Refusal::Csrf => Kind::Csrf,
            Refusal::Rate { .. } => Kind::Rate,
            Refusal::Length(_) => Kind::Length,
            Refusal::Slow => Kind::Slow,
            Refusal::Broken | Refusal::Malformed { .. } => Kind::Malformed,
            Refusal::Route => Kind::Route,
            Refusal::Method => Kind::Method,
            Refusal::Busy => Kind::Busy,
            Refusal::Internal => Kind::Internal,
        };
        Self {
            refusal: Some(refusal.clone()),
            ..Self::new(kind, refusal.text())
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { .. } => Self::new(Kind::NotFound, error.to_string()),
            StoreError::Refused(broken) => Self::field(broken),
            StoreError::Conflict(conflict) => Self::from(conflict),
            StoreError::Forbidden(text) => Self::new(Kind::Conflict, text),
            other => Self::from(Refusal::from(other)),
        }
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        Self::new(Kind::Conflict, conflict.to_string())
    }
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        let text = rejected.to_string();
        match rejected {
            Rejected::UnknownAgent { agent_id } => Self::field(Broken::told(
                "agentId",
                format!("{agent_id:?}"),
                "must be the id of an agent",
            )),
            Rejected::UnknownVersion { version_id, .. } => Self::field(Broken::told(
                "versionId",
                format!("{version_id:?}"),
                "must be the id of a version of the agent",
            )),
            Rejected::Conflict { fields, .. } => {
                let mut problem = Self::new(Kind::CallConflict, text);
                problem.details.differs = fields;
                problem
            }
            Rejected::Invalid(broken) => Self::field(broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_broken_rule_is_the_detail_and_many_are_counted() {
        let one = Broken::new("a", None, "is required");
        assert_eq!(
            Problem::field(one.clone()).details.detail,
            "a: is required (got nothing)"
        );
        let two = Problem::from(vec![one.clone(), one]);
        assert_eq!(two.details.detail, "2 fields break rules");
        assert_eq!(two.details.errors.len(), 2);
    }
}
