//! Which columns are wanted.

use aftercall_core::Problem;

use crate::Form;
use crate::facts::{OF_ANSWER, OF_CALL, TRANSCRIPT};

/// Columns in the order in which they are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice(pub(crate) Vec<Wanted>);

/// One entry of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A column that is always there, by its place in [`OF_CALL`].
    Call(usize),
    /// The same of [`OF_ANSWER`].
    Answer(usize),
    Transcript,
    /// Every metric with its confidence.
    Metrics,
    /// One metric, of whatever types it had.
    Metric {
        identifier: String,
        confidence: bool,
    },
}

impl Choice {
    /// Reads names of columns. A metric that no call was asked has no column, so its name is not refused.
    ///
    /// # Errors
    /// Every name that is no column of the form, or stands twice.
    pub fn parse<'a>(
        names: impl IntoIterator<Item = &'a str>,
        form: Form,
        transcripts: bool,
    ) -> Result<Self, Vec<Problem>> {
        let mut wanted = Vec::new();
        let mut problems = Vec::new();
        for name in names {
            let problem = |rule: String| Problem::told("columns", format!("{name:?}"), rule);
            match Wanted::of(name, form) {
                Some(one) if wanted.contains(&one) => {
                    problems.push(problem("must stand only once".to_owned()));
                }
                Some(Wanted::Transcript) if !transcripts => {
                    problems.push(problem("is only there with transcripts=true".to_owned()));
                }
                Some(one) => wanted.push(one),
                None => problems.push(problem(rule(form))),
            }
        }
        if wanted.is_empty() && problems.is_empty() {
            problems.push(Problem::told("columns", "nothing", rule(form)));
        }
        if problems.is_empty() {
            Ok(Self(wanted))
        } else {
            Err(problems)
        }
    }

    /// Whether metrics are among the columns.
    #[must_use]
    pub fn has_metrics(&self) -> bool {
        let is_metric = |one: &Wanted| matches!(one, Wanted::Metrics | Wanted::Metric { .. });
        self.0.iter().any(is_metric)
    }
}

impl Wanted {
    fn of(name: &str, form: Form) -> Option<Self> {
        if let Some(place) = OF_CALL.iter().position(|fact| fact.name == name) {
            return Some(Self::Call(place));
        }
        match form {
            Form::Long => OF_ANSWER
                .iter()
                .position(|fact| fact.name == name)
                .map(Self::Answer),
            Form::Wide if name == TRANSCRIPT => Some(Self::Transcript),
            Form::Wide if name == "metric.*" => Some(Self::Metrics),
            Form::Wide => metric(name),
        }
    }
}

/// `metric.IDENTIFIER` or `metric.IDENTIFIER.confidence`.
fn metric(name: &str) -> Option<Wanted> {
    let rest = name.strip_prefix("metric.")?;
    let (identifier, confidence) = match rest.strip_suffix(".confidence") {
        Some(identifier) => (identifier, true),
        None => (rest, false),
    };
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_one = !identifier.is_empty() && identifier.chars().all(valid);
    is_one.then(|| Wanted::Metric {
        identifier: identifier.to_owned(),
        confidence,
    })
}

fn rule(form: Form) -> String {
    let calls = OF_CALL.iter().map(|fact| fact.name);
    let names: Vec<&str> = match form {
        Form::Wide => calls
            .chain([
                TRANSCRIPT,
                "metric.IDENTIFIER",
                "metric.IDENTIFIER.confidence",
                "metric.*",
            ])
            .collect(),
        Form::Long => OF_ANSWER
            .iter()
            .map(|fact| fact.name)
            .chain(calls)
            .collect(),
    };
    format!("must be a column of the {form} form: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_form() {
        let wide = |names: &[&str]| Choice::parse(names.iter().copied(), Form::Wide, false);
        assert!(
            wide(&[
                "callId",
                "metric.csat",
                "metric.csat.confidence",
                "metric.*"
            ])
            .is_ok()
        );
        for names in [
            &["callID"][..],
            &["callId", "callId"],
            &["metric.a", "metric.a"],
            &["metric."],
            &["metric.A"],
            &["metric.a.b"],
            &["transcript"],
            &["metricType"],
            &[],
        ] {
            assert!(wide(names).is_err(), "{names:?}");
        }
        let long = |name| Choice::parse([name], Form::Long, true);
        assert!(long("metric").is_ok() && long("summary").is_ok());
        assert!(long("transcript").is_err() && long("metric.csat").is_err());
        let problems = wide(&["x", "y"]).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].rule.contains("analysedAt"), "{}", problems[0]);
    }
}
