//! The columns of one export.

use std::collections::HashMap;

use aftercall_core::{AnswerRecord, CallRecord, MetricColumn, MetricType};

use crate::cell::{Cell, Kind};
use crate::choice::Wanted;
use crate::facts::{OF_ANSWER, OF_CALL, OF_CALL_IN_LONG, TRANSCRIPT, kind_of, transcript, value};
use crate::{Choice, Form};

/// The columns of one export, in their order, and where their values come from.
#[derive(Debug)]
pub struct Layout {
    form: Form,
    columns: Vec<Column>,
    /// The place of a metric in `metrics`, by its identifier and type.
    places: HashMap<String, Vec<(MetricType, usize)>>,
    metrics: Vec<MetricColumn>,
    /// The name of each metric's column, in the order of `metrics`.
    names: Vec<String>,
}

/// One column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    source: Source,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Call(for<'a> fn(&'a CallRecord) -> Cell<'a>),
    Answer(for<'a> fn(&'a AnswerRecord) -> Cell<'a>),
    /// The value of the metric at that place.
    Value(usize),
    Confidence(usize),
}

impl Layout {
    /// The columns of a form, or those of them that are chosen. `metrics` are those that occur in the answers; in the wide
    /// form each is two columns, and has its type in its name where the identifier has several types.
    #[must_use]
    pub fn new(
        form: Form,
        choice: Option<&Choice>,
        transcripts: bool,
        metrics: Vec<MetricColumn>,
    ) -> Self {
        let mut layout = Self {
            form,
            columns: Vec::new(),
            places: HashMap::new(),
            names: names(&metrics),
            metrics,
        };
        for (place, metric) in layout.metrics.iter().enumerate() {
            let places = layout.places.entry(metric.identifier.clone()).or_default();
            places.push((metric.kind, place));
        }
        match choice {
            Some(Choice(wanted)) => {
                for one in wanted {
                    layout.add(one);
                }
                if transcripts && form == Form::Wide && !wanted.contains(&Wanted::Transcript) {
                    layout.add(&Wanted::Transcript);
                }
            }
            None => layout.add_all(transcripts),
        }
        layout
    }

    fn add_all(&mut self, transcripts: bool) {
        match self.form {
            Form::Wide => {
                (0..OF_CALL.len()).for_each(|place| self.add(&Wanted::Call(place)));
                self.add(&Wanted::Metrics);
                if transcripts {
                    self.add(&Wanted::Transcript);
                }
            }
            Form::Long => {
                for (place, fact) in OF_CALL.iter().enumerate() {
                    if OF_CALL_IN_LONG.contains(&fact.name) {
                        self.add(&Wanted::Call(place));
                    }
                }
                (0..OF_ANSWER.len()).for_each(|place| self.add(&Wanted::Answer(place)));
            }
        }
    }

    fn add(&mut self, wanted: &Wanted) {
        match wanted {
            Wanted::Call(place) => {
                let fact = &OF_CALL[*place];
                self.push(fact.name.to_owned(), fact.kind, Source::Call(fact.of));
            }
            Wanted::Answer(place) => {
                let fact = &OF_ANSWER[*place];
                self.push(fact.name.to_owned(), fact.kind, Source::Answer(fact.of));
            }
            Wanted::Transcript => {
                self.push(TRANSCRIPT.to_owned(), Kind::Text, Source::Call(transcript));
            }
            Wanted::Metrics => {
                for place in 0..self.metrics.len() {
                    self.add_value(place);
                    self.add_confidence(place);
                }
            }
            Wanted::Metric {
                identifier,
                confidence,
            } => {
                let places = self.places.get(identifier).cloned().unwrap_or_default();
                for (_, place) in places {
                    if *confidence {
                        self.add_confidence(place);
                    } else {
                        self.add_value(place);
                    }
                }
            }
        }
    }

    fn add_value(&mut self, place: usize) {
        let kind = kind_of(self.metrics[place].kind);
        self.push(self.names[place].clone(), kind, Source::Value(place));
    }

    fn add_confidence(&mut self, place: usize) {
        let name = format!("{}.confidence", self.names[place]);
        self.push(name, Kind::Number, Source::Confidence(place));
    }

    fn push(&mut self, name: String, kind: Kind, source: Source) {
        // `metric.*` beside a metric of its own.
        if self.columns.iter().all(|column| column.name != name) {
            self.columns.push(Column { name, kind, source });
        }
    }

    /// What a row is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The metrics, each with the name of its column.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = (&MetricColumn, &str)> {
        self.metrics
            .iter()
            .zip(self.names.iter().map(String::as_str))
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Gives every row of a call to `row`.
    ///
    /// # Errors
    /// Those of `row`.
    pub(crate) fn rows<E>(
        &self,
        call: &CallRecord,
        mut row: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let answers = call.analysis.as_ref().map_or(&[][..], |a| &a.answers);
        match self.form {
            Form::Long => answers.iter().try_for_each(|answer| {
                row(&Row {
                    call,
                    answer: Some(answer),
                    metrics: Vec::new(),
                })
            }),
            Form::Wide => {
                let mut metrics = vec![None; self.metrics.len()];
                for answer in answers {
                    let places = self.places.get(answer.identifier.as_str());
                    let mut places = places.into_iter().flatten();
                    if let Some((_, place)) = places.find(|(kind, _)| *kind == answer.kind) {
                        metrics[*place] = Some(answer);
                    }
                }
                row(&Row {
                    call,
                    answer: None,
                    metrics,
                })
            }
        }
    }
}

/// What the values of one row come from.
pub(crate) struct Row<'a> {
    call: &'a CallRecord,
    /// In the long form.
    answer: Option<&'a AnswerRecord>,
    /// In the wide form, by the places of the layout.
    metrics: Vec<Option<&'a AnswerRecord>>,
}

impl<'a> Row<'a> {
    /// The row's value in a column.
    pub(crate) fn cell(&self, column: &Column) -> Cell<'a> {
        match column.source {
            Source::Call(of) => of(self.call),
            Source::Answer(of) => self.answer.map_or(Cell::Null, of),
            Source::Value(place) => self.metrics[place].map_or(Cell::Null, value),
            Source::Confidence(place) => {
                self.metrics[place].map_or(Cell::Null, |answer| Cell::Number(answer.confidence))
            }
        }
    }
}

/// The name of each metric's column: with its type where the identifier has more than one.
fn names(metrics: &[MetricColumn]) -> Vec<String> {
    let mut types: HashMap<&str, usize> = HashMap::new();
    for metric in metrics {
        *types.entry(&metric.identifier).or_default() += 1;
    }
    metrics
        .iter()
        .map(|metric| match types[metric.identifier.as_str()] {
            1 => format!("metric.{}", metric.identifier),
            _ => {
                let kind = metric.kind.name().to_lowercase();
                format!("metric.{}.{kind}", metric.identifier)
            }
        })
        .collect()
}
