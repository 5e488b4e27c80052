//! What is to be exported.

use aftercall_core::Problem;
use aftercall_export::{Choice, Form, Format};
use aftercall_store::calls::CallFilter;

use crate::api::{Query, filter};

/// What is to be exported, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Which calls.
    pub filter: CallFilter,
    /// The format of the file.
    pub format: Format,
    /// What a row is.
    pub form: Form,
    /// Which columns; `None` for all of the form.
    pub columns: Option<Choice>,
    /// Whether what was said is exported too.
    pub transcripts: bool,
}

impl Order {
    /// Whether it has to be known which metrics there are: for their columns, and for the definitions in Parquet.
    pub(super) fn needs_metrics(&self) -> bool {
        match self.form {
            Form::Wide => self.columns.as_ref().is_none_or(Choice::has_metrics),
            Form::Long => self.format == Format::Parquet,
        }
    }
}

/// Reads names and values of a filter, as the query of `GET /v1/calls` has them.
///
/// # Errors
/// Every name that is not known, and every value that breaks a rule.
pub fn call_filter(pairs: Vec<(String, String)>) -> Result<CallFilter, Vec<Problem>> {
    let query = Query::of(pairs);
    let mut read = query.read();
    let filter = filter(&mut read);
    read.problems()?;
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_those_of_the_list_of_calls() {
        let read = |pairs: &[(&str, &str)]| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            call_filter(pairs.iter().map(owned).collect())
        };
        let filter = read(&[
            ("status", "completed,failed"),
            ("metric.csat.lt", "3"),
            ("createdFrom", "2026-03-01T00:00:00Z"),
        ])
        .unwrap();
        assert_eq!(filter.statuses, ["completed", "failed"]);
        assert_eq!(filter.metrics.len(), 1);
        let problems = read(&[("limit", "3"), ("isTest", "x")]).unwrap_err();
        let fields: Vec<&str> = problems.iter().map(|problem| &*problem.field).collect();
        assert_eq!(fields, ["isTest", "limit"]);
    }
}
