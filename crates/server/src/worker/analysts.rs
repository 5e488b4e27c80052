//! The handle on all model endpoints of this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use aftercall_core::{Analysis, Call, Metric, OtherEndpoint, Slot};
use serde::Serialize;
use tokio::sync::{oneshot, watch};
use utoipa::ToSchema;

use super::endpoint_thread::{self, Shared};
use super::line::{Line, Task};
use super::{AnalyseError, Maker, Routes, WorkerSettings};

/// Whether an endpoint has its model.
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

/// How an endpoint is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ModelEndpoint)]
pub struct EndpointState {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Names of the slots that it answers in.
    pub slots: Vec<String>,
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

/// Which endpoint answers in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ModelSlot)]
pub struct SlotState {
    /// Name of the slot; `agent:*` for agents' own models that nobody named.
    pub slot: String,
    /// Name of the endpoint; `None` where none is set up.
    pub endpoint: Option<String>,
}

/// Who waits for an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody who sent a request: it takes turns with jobs, the line is bounded, and so is the time.
    Now,
    /// A job, which has all the time that its lease has.
    Job,
}

/// An endpoint to start.
pub struct Endpoint {
    /// Its name.
    pub name: String,
    /// Makes an analyst for each of its threads; so many tasks are done at a time.
    pub makers: Vec<Maker>,
    /// Jobs that may run at a time on all nodes of the database together.
    pub share: Option<u64>,
}

/// The model endpoints of this process. Clones are handles on the same endpoints.
#[derive(Clone)]
pub struct Analysts {
    endpoints: Arc<[Arc<Shared>]>,
    routes: Arc<Routes>,
    waiting_requests: usize,
    request_time: Duration,
}

impl Analysts {
    /// No endpoint at all: calls are stored and wait for a worker elsewhere.
    #[must_use]
    pub fn none() -> Self {
        Self {
            endpoints: Arc::from([]),
            routes: Arc::default(),
            waiting_requests: 0,
            request_time: Duration::ZERO,
        }
    }

    /// Starts the threads of each endpoint. The settings say how many requests may wait, and for how long.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn start(
        endpoints: Vec<Endpoint>,
        routes: Routes,
        settings: &WorkerSettings,
    ) -> std::io::Result<Self> {
        let mut started = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let shared = Arc::new(Shared {
                threads: endpoint.makers.len(),
                share: endpoint.share,
                name: endpoint.name,
                line: Line::default(),
                state: watch::Sender::new(State::Starting),
                busy: AtomicUsize::new(0),
                restarts: AtomicU64::new(0),
            });
            for maker in endpoint.makers {
                endpoint_thread::start(Arc::clone(&shared), maker)?;
            }
            started.push(shared);
        }
        Ok(Self {
            endpoints: started.into(),
            routes: Arc::new(routes),
            waiting_requests: settings.waiting_requests,
            request_time: settings.request_time(),
        })
    }

    /// How each endpoint is doing.
    #[must_use]
    pub fn states(&self) -> Vec<EndpointState> {
        let told = |endpoint: &Arc<Shared>| {
            let mut slots = self.routes.named(&endpoint.name);
            if self.routes.takes_any_agent(&endpoint.name) {
                slots.push("agent:*".to_owned());
            }
            endpoint.told(slots)
        };
        self.endpoints.iter().map(told).collect()
    }

    /// Who answers where: in the slots that every server has, and in those that are set up here.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotState> {
        let standard = [Slot::Internal, Slot::Reasoning].map(|slot| slot.name());
        let own = self
            .routes
            .slots
            .keys()
            .filter(|slot| !standard.contains(slot));
        let told = |slot: &String| SlotState {
            endpoint: self.routes.endpoint(slot).map(str::to_owned),
            slot: slot.clone(),
        };
        let mut slots: Vec<SlotState> = standard.iter().chain(own).map(told).collect();
        if let Some(endpoint) = &self.routes.agents {
            slots.push(SlotState {
                slot: "agent:*".to_owned(),
                endpoint: Some(endpoint.clone()),
            });
        }
        slots
    }

    /// Whether there is no endpoint at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.endpoints.is_empty()
    }

    /// Whether an endpoint answers in the slot of that name.
    #[must_use]
    pub fn is_configured(&self, slot: &str) -> bool {
        self.find_slot(slot).is_some()
    }

    pub(super) fn routes(&self) -> &Routes {
        &self.routes
    }

    /// The endpoints with what a loop has to know of each.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &Arc<Shared>> {
        self.endpoints.iter()
    }

    /// Analyses a call in a slot. Metrics that have an endpoint of their own are answered there first, those of several at the same time.
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
        let name = slot.name();
        let own = self
            .routes
            .endpoint(&name)
            .ok_or(AnalyseError::NotConfigured(name))?;
        let (rest, others) = self.routes.parts(own, &metrics);
        // None is asked, and paid, while another one that is needed is away; the slot's own comes last.
        self.ready(own)?;
        for (endpoint, _) in &others {
            self.ready(endpoint)?;
        }
        let ask = |endpoint: &str, metrics| {
            let (reply, answer) = oneshot::channel();
            let task = Task::Analyze {
                call: Box::new(call.clone()),
                metrics,
                think: *slot == Slot::Reasoning,
                reply,
            };
            self.push(endpoint, task, urgency).map(|()| answer)
        };
        let mut waiting = Vec::with_capacity(others.len());
        for (endpoint, part) in others {
            let answer = ask(&endpoint, part)?;
            waiting.push((endpoint, answer));
        }
        let mut others = Vec::with_capacity(waiting.len());
        for (endpoint, answer) in waiting {
            others.push((endpoint, self.answered(answer, urgency).await?));
        }
        let whole = self.answered(ask(own, rest)?, urgency).await?;
        Ok(joined(whole, others, &metrics))
    }

    /// What the model of a slot says to a message.
    ///
    /// # Errors
    /// Every reason of [`AnalyseError`].
    pub async fn generate(&self, slot: &Slot, message: String) -> Result<String, AnalyseError> {
        let name = slot.name();
        let endpoint = self
            .routes
            .endpoint(&name)
            .ok_or(AnalyseError::NotConfigured(name))?;
        self.ask(endpoint, message).await
    }

    /// What the model of the endpoint of that name says to a message.
    ///
    /// # Errors
    /// Every reason of [`AnalyseError`] but that no slot is set up.
    pub async fn ask(&self, endpoint: &str, message: String) -> Result<String, AnalyseError> {
        let (reply, answer) = oneshot::channel();
        self.push(endpoint, Task::Generate { message, reply }, Urgency::Now)?;
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
        // A thread that is gone dropped the other end.
        answer.unwrap_or(Err(AnalyseError::Stopped))
    }

    /// Ends every endpoint: what waits is refused, what runs is let go.
    pub fn close(&self) {
        for endpoint in self.endpoints.iter() {
            endpoint.line.close();
        }
    }

    fn push(&self, endpoint: &str, task: Task, urgency: Urgency) -> Result<(), AnalyseError> {
        let shared = self.ready(endpoint)?;
        match urgency {
            Urgency::Now => shared.line.push_now(task, self.waiting_requests),
            Urgency::Job => shared.line.push_job(task),
        }
        Ok(())
    }

    /// The endpoint, unless it cannot be had for now.
    fn ready(&self, endpoint: &str) -> Result<&Arc<Shared>, AnalyseError> {
        let shared = self
            .find(endpoint)
            .ok_or_else(|| AnalyseError::NoEndpoint(endpoint.to_owned()))?;
        match &*shared.state.borrow() {
            State::NotReady { reason } => Err(AnalyseError::NotReady(reason.clone())),
            State::Starting | State::Ready { .. } => Ok(shared),
        }
    }

    fn find(&self, endpoint: &str) -> Option<&Arc<Shared>> {
        self.endpoints.iter().find(|one| one.name == endpoint)
    }

    fn find_slot(&self, slot: &str) -> Option<&Arc<Shared>> {
        self.find(self.routes.endpoint(slot)?)
    }
}

/// One analysis from that of the slot's endpoint, which has the summary, and those of others.
fn joined(mut whole: Analysis, others: Vec<(String, Analysis)>, metrics: &[Metric]) -> Analysis {
    for (endpoint, part) in others {
        let provenance = part.provenance;
        whole.provenance.usage.add(&provenance.usage);
        whole.provenance.truncated |= provenance.truncated;
        for turn in provenance.withheld {
            if !whole.provenance.withheld.contains(&turn) {
                whole.provenance.withheld.push(turn);
            }
        }
        whole.provenance.others.push(OtherEndpoint {
            endpoint,
            model: provenance.model,
            confidence_source: provenance.confidence_source,
            metrics: part
                .disposition_metrics
                .iter()
                .map(|answer| answer.identifier.clone())
                .collect(),
            usage: provenance.usage,
        });
        whole.disposition_metrics.extend(part.disposition_metrics);
    }
    let place = |identifier: &str| metrics.iter().position(|m| m.identifier == identifier);
    whole
        .disposition_metrics
        .sort_by_key(|answer| place(&answer.identifier));
    whole
}

impl Shared {
    fn told(&self, slots: Vec<String>) -> EndpointState {
        let (state, model, reason) = match &*self.state.borrow() {
            State::Starting => ("starting", None, None),
            State::Ready { model } => ("ready", Some(model.clone()), None),
            State::NotReady { reason } => ("not_ready", None, Some(reason.clone())),
        };
        EndpointState {
            endpoint: self.name.clone(),
            slots,
            state,
            model,
            reason,
            busy: self.busy.load(Ordering::Relaxed) > 0,
            waiting: self.line.len(),
            restarts: self.restarts.load(Ordering::Relaxed),
        }
    }

    /// Waits until it has its model. False when that cannot be any more.
    pub(super) async fn until_ready(&self) -> bool {
        let mut state = self.state.subscribe();
        let ready = state.wait_for(|state| matches!(state, State::Ready { .. }));
        ready.await.is_ok()
    }
}
