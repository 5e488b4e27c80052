//! The handle on all model slots of this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aftercall_core::{Analysis, Call, Metric, Slot};
use serde::Serialize;
use tokio::sync::{oneshot, watch};

use super::line::{Line, Task};
use super::slot_thread::{self, Shared};
use super::{AnalyseError, Maker, WorkerSettings};

/// Whether a slot has its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is being loaded.
    Starting,
    /// It answers.
    Ready {
        /// Name of the model.
        model: String,
    },
    /// It cannot be had for now.
    NotReady {
        /// Why, in words that say what to do.
        reason: String,
    },
}

/// How a slot is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotState {
    /// Name of the slot.
    pub slot: String,
    /// `starting`, `ready` or `not_ready`.
    pub state: &'static str,
    /// Name of the model, once it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it is at work.
    pub busy: bool,
    /// Tasks that wait for it.
    pub waiting: usize,
    /// How often the model's process was replaced.
    pub restarts: u64,
}

/// Who waits for an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody who sent a request: it takes turns with jobs, the line is bounded, and so is the time.
    Now,
    /// A job, which has all the time that its lease has.
    Job,
}

/// The model slots of this process. Clones are handles on the same slots.
#[derive(Clone)]
pub struct Analysts {
    slots: Arc<[Arc<Shared>]>,
    waiting_requests: usize,
    request_time: Duration,
}

impl Analysts {
    /// No slot at all: calls are stored and wait for a worker elsewhere.
    #[must_use]
    pub fn none() -> Self {
        Self {
            slots: Arc::from([]),
            waiting_requests: 0,
            request_time: Duration::ZERO,
        }
    }

    /// Starts a thread for each slot. The settings say how many requests may wait, and for how long.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(makers: Vec<(Slot, Maker)>, settings: &WorkerSettings) -> std::io::Result<Self> {
        let mut slots = Vec::with_capacity(makers.len());
        for (slot, maker) in makers {
            let shared = Arc::new(Shared {
                name: slot.name(),
                line: Line::default(),
                state: watch::Sender::new(State::Starting),
                busy: AtomicBool::new(false),
                restarts: AtomicU64::new(0),
            });
            slot_thread::start(Arc::clone(&shared), maker)?;
            slots.push(shared);
        }
        Ok(Self {
            slots: slots.into(),
            waiting_requests: settings.waiting_requests,
            request_time: settings.request_time(),
        })
    }

    /// Names of all slots.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.slots.iter().map(|slot| slot.name.clone()).collect()
    }

    /// How each slot is doing.
    #[must_use]
    pub fn states(&self) -> Vec<SlotState> {
        self.slots.iter().map(|slot| slot.told()).collect()
    }

    /// Whether a slot of this name is set up.
    #[must_use]
    pub fn is_configured(&self, slot: &Slot) -> bool {
        self.find(&slot.name()).is_some()
    }

    /// Waits until the slot has its model. False when there is no such slot.
    pub(super) async fn until_ready(&self, name: &str) -> bool {
        let Some(slot) = self.find(name) else {
            return false;
        };
        let mut state = slot.state.subscribe();
        let ready = state.wait_for(|state| matches!(state, State::Ready { .. }));
        ready.await.is_ok()
    }

    /// Analyses a call in a slot.
    ///
    /// # Errors
    /// Every reason of [`AnalyseError`].
    pub async fn analyze(
        &self,
        slot: &Slot,
        call: Call,
        metrics: Vec<Metric>,
        urgency: Urgency,
    ) -> Result<Analysis, AnalyseError> {
        let (reply, answer) = oneshot::channel();
        let task = Task::Analyze {
            call: Box::new(call),
            metrics,
            reply,
        };
        self.push(slot, task, urgency)?;
        self.answered(answer, urgency).await
    }

    /// What the model of a slot says to a message.
    ///
    /// # Errors
    /// Every reason of [`AnalyseError`].
    pub async fn generate(&self, slot: &Slot, message: String) -> Result<String, AnalyseError> {
        let (reply, answer) = oneshot::channel();
        self.push(slot, Task::Generate { message, reply }, Urgency::Now)?;
        self.answered(answer, Urgency::Now).await
    }

    async fn answered<T>(
        &self,
        answer: oneshot::Receiver<Result<T, AnalyseError>>,
        urgency: Urgency,
    ) -> Result<T, AnalyseError> {
        let answer = match urgency {
            Urgency::Job => answer.await,
            Urgency::Now => tokio::time::timeout(self.request_time, answer)
                .await
                .map_err(|_| AnalyseError::Late(self.request_time.as_secs()))?,
        };
        // A slot's thread that is gone dropped the other end.
        answer.unwrap_or(Err(AnalyseError::Stopped))
    }

    /// Ends every slot: what waits is refused, what runs is let go.
    pub fn close(&self) {
        for slot in self.slots.iter() {
            slot.line.close();
        }
    }

    fn push(&self, slot: &Slot, task: Task, urgency: Urgency) -> Result<(), AnalyseError> {
        let name = slot.name();
        let shared = self
            .find(&name)
            .ok_or_else(|| AnalyseError::NotConfigured(name.clone()))?;
        if let State::NotReady { reason } = &*shared.state.borrow() {
            return Err(AnalyseError::NotReady(reason.clone()));
        }
        match urgency {
            Urgency::Now => shared.line.push_now(task, self.waiting_requests),
            Urgency::Job => shared.line.push_job(task),
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Option<&Arc<Shared>> {
        self.slots.iter().find(|slot| slot.name == name)
    }
}

impl Shared {
    fn told(&self) -> SlotState {
        let (state, model, reason) = match &*self.state.borrow() {
            State::Starting => ("starting", None, None),
            State::Ready { model } => ("ready", Some(model.clone()), None),
            State::NotReady { reason } => ("not_ready", None, Some(reason.clone())),
        };
        SlotState {
            slot: self.name.clone(),
            state,
            model,
            reason,
            busy: self.busy.load(Ordering::Relaxed),
            waiting: self.line.len(),
            restarts: self.restarts.load(Ordering::Relaxed),
        }
    }
}
