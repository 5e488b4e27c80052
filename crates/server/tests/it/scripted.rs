//! An analyst that does as it is told.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aftercall_core::{
    Analysis, Answer, Call, Metric, MetricType, Provenance, Slot, Status, Usage, Value,
};
use aftercall_server::worker::{
    Analyse, Analysts, Endpoint, Maker, Routes, Trouble, WorkerSettings,
};

/// What it does with one task.
pub(crate) enum Act {
    /// Fails with this reason.
    Fail(&'static str),
    /// Is not there for so long.
    Away(Duration),
    /// Answers once it is told to (or nobody can tell it any more).
    Wait(Receiver<()>),
    /// Panics.
    Panic,
}

/// What is to be done with the next tasks, in order; all others are answered at once. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Script {
    acts: Arc<Mutex<VecDeque<Act>>>,
    /// Ids of the calls that were taken, and the messages.
    taken: Arc<Mutex<Vec<String>>>,
}

impl Script {
    pub(crate) fn then(&self, act: Act) {
        self.acts.lock().unwrap().push_back(act);
    }

    /// Waits with the next task; sending to what comes back lets it go on.
    pub(crate) fn then_wait(&self) -> Sender<()> {
        let (go, wait) = channel();
        self.then(Act::Wait(wait));
        go
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    /// The slot `internal` with an analyst that follows this script.
    pub(crate) fn analysts(&self) -> Analysts {
        self.analysts_with(&WorkerSettings {
            waiting_requests: 2,
            ..WorkerSettings::default()
        })
    }

    pub(crate) fn analysts_with(&self, settings: &WorkerSettings) -> Analysts {
        let routes = Routes::one(&Slot::Internal, "scripted");
        Analysts::start(vec![self.endpoint("scripted")], routes, settings).unwrap()
    }

    /// An endpoint of that name that follows this script.
    pub(crate) fn endpoint(&self, name: &str) -> Endpoint {
        let script = self.clone();
        let maker: Maker = Box::new(move || Ok(Box::new(Scripted(script.clone()))));
        Endpoint {
            name: name.to_owned(),
            makers: vec![maker],
            share: None,
        }
    }
}

struct Scripted(Script);

impl Scripted {
    fn act(&self, what: &str) -> Result<(), Trouble> {
        self.0.taken.lock().unwrap().push(what.to_owned());
        let act = self.0.acts.lock().unwrap().pop_front();
        match act {
            None => Ok(()),
            Some(Act::Fail(reason)) => Err(Trouble::Call(reason.to_owned())),
            Some(Act::Away(wait)) => Err(Trouble::Endpoint {
                reason: "nobody is there".to_owned(),
                wait,
            }),
            Some(Act::Wait(go)) => {
                let _ = go.recv();
                Ok(())
            }
            Some(Act::Panic) => panic!("as the script says"),
        }
    }
}

impl Analyse for Scripted {
    fn model(&self) -> String {
        "scripted".into()
    }

    fn restarts(&self) -> u64 {
        0
    }

    fn analyze(&mut self, call: &Call, metrics: &[Metric], _: bool) -> Result<Analysis, Trouble> {
        self.act(&call.call_id)?;
        let answer = |metric: &Metric| Answer {
            value: value(metric),
            confidence: 0.75,
            ..Answer::empty(metric, Status::Answered, format!("in {:?}", call.timezone))
        };
        Ok(Analysis {
            call_id: call.call_id.clone(),
            summary: "Something happened.".into(),
            disposition_metrics: metrics.iter().map(answer).collect(),
            success_metrics: Vec::new(),
            provenance: Provenance {
                model: Some(self.model()),
                model_sha256: None,
                endpoint: None,
                confidence_source: aftercall_core::ConfidenceSource::Calibrated,
                prompt_revision: "0".into(),
                calibration: "none".into(),
                transcript_sha256: call.transcript_sha256(),
                windows: 1,
                truncated: false,
                withheld: Vec::new(),
                others: Vec::new(),
                usage: Usage {
                    cost: Some(1.0),
                    ..Usage::default()
                },
            },
        })
    }

    fn generate(&mut self, message: &str) -> Result<String, Trouble> {
        self.act(message)?;
        Ok(message.to_uppercase())
    }
}

fn value(metric: &Metric) -> Option<Value> {
    Some(match metric.kind {
        MetricType::Boolean => Value::Boolean(true),
        MetricType::Integer => Value::Integer(4),
        MetricType::Enum => Value::Text(metric.choices.first()?.clone()),
        MetricType::Datetime => Value::Text("2026-03-13T15:00:00-04:00".into()),
        MetricType::String => Value::Text("words".into()),
    })
}
