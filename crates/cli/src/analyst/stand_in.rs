//! Stand-in until the analyst is there.
#![allow(dead_code)]
use aftercall_core::*;
use aftercall_engine::{Engine, EngineError, Segment};

pub(crate) struct Settings {
    pub(crate) language: String,
    pub(crate) timezone: String,
}
pub(crate) struct ModelIdentity {
    pub(crate) name: String,
    pub(crate) sha256: Option<String>,
}
#[derive(Default)]
pub(crate) struct Calibration;
#[derive(Debug, thiserror::Error)]
#[error("not yet")]
pub(crate) struct CalibrationError;
impl Calibration {
    pub(crate) fn for_model(_: &str) -> Self {
        Self
    }
    pub(crate) fn load(_: impl AsRef<std::path::Path>) -> Result<Self, CalibrationError> {
        Err(CalibrationError)
    }
}
pub(crate) struct Analyst {
    engine: Engine,
    model: ModelIdentity,
}
impl Analyst {
    pub(crate) fn new(engine: Engine, model: ModelIdentity, _: Calibration, _: Settings) -> Self {
        Self { engine, model }
    }
    pub(crate) fn analyze(
        &mut self,
        call: &Call,
        metrics: &[Metric],
    ) -> Result<Analysis, EngineError> {
        let text: String = call
            .transcript
            .iter()
            .map(|t| format!("{}\n", t.content))
            .collect();
        let cost = self.engine.read(&[Segment::plain(text)])?;
        let mut a = empty(call, metrics);
        a.provenance.model = Some(self.model.name.clone());
        a.provenance.model_sha256 = self.model.sha256.clone();
        a.provenance.usage.tokens_read = cost.read;
        for answer in &mut a.disposition_metrics {
            answer.confidence = 0.5;
        }
        Ok(a)
    }
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }
}
fn empty(call: &Call, metrics: &[Metric]) -> Analysis {
    Analysis {
        call_id: call.call_id.clone(),
        summary: "Nobody says a word.".into(),
        disposition_metrics: metrics
            .iter()
            .map(|m| Answer::empty(m, Status::NotMentioned, "nobody says a word"))
            .collect(),
        success_metrics: vec![],
        provenance: Provenance {
            model: None,
            model_sha256: None,
            prompt_revision: "0".into(),
            calibration: "none".into(),
            transcript_sha256: call.transcript_sha256(),
            windows: 1,
            truncated: false,
            usage: Usage::default(),
        },
    }
}
pub(crate) fn without_transcript(call: &Call, metrics: &[Metric]) -> Option<Analysis> {
    (!call.has_words()).then(|| empty(call, metrics))
}
