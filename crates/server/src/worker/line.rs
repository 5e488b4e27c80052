//! The line of tasks before an endpoint: those that somebody waits for go first, but between two of them a job has its turn.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aftercall_core::{Analysis, Call, Metric};
use tokio::sync::oneshot;

use super::AnalyseError;

/// One thing to do, and where the answer goes.
pub(super) enum Task {
    Analyze {
        call: Box<Call>,
        metrics: Vec<Metric>,
        /// Whether the model is to think first.
        think: bool,
        reply: oneshot::Sender<Result<Analysis, AnalyseError>>,
    },
    Generate {
        message: String,
        reply: oneshot::Sender<Result<String, AnalyseError>>,
    },
}

impl Task {
    /// Whether nobody waits for the answer any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Analyze { reply, .. } => reply.is_closed(),
            Self::Generate { reply, .. } => reply.is_closed(),
        }
    }

    /// Answers with an error.
    pub(super) fn refuse(self, error: AnalyseError) {
        // Who does not wait any more misses nothing.
        match self {
            Self::Analyze { reply, .. } => drop(reply.send(Err(error))),
            Self::Generate { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

#[derive(Default)]
struct Waiting {
    now: VecDeque<Task>,
    jobs: VecDeque<Task>,
    /// A request was taken last: a job goes next, if one waits.
    jobs_turn: bool,
    closed: bool,
}

impl Waiting {
    /// The next task that somebody still waits for.
    fn next(&mut self) -> Option<Task> {
        self.forget_abandoned();
        let job_first = self.jobs_turn && !self.jobs.is_empty();
        let is_request = !job_first && !self.now.is_empty();
        let line = if is_request {
            &mut self.now
        } else {
            &mut self.jobs
        };
        let task = line.pop_front()?;
        self.jobs_turn = is_request;
        Some(task)
    }

    /// Takes out what nobody waits for any more, such as requests of clients that are gone.
    fn forget_abandoned(&mut self) {
        self.now.retain(|task| !task.is_abandoned());
        self.jobs.retain(|task| !task.is_abandoned());
    }
}

/// Tasks of one endpoint.
#[derive(Default)]
pub(super) struct Line {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

impl Line {
    /// A task that somebody waits for.
    pub(super) fn push_now(&self, task: Task, limit: usize) {
        let mut waiting = self.lock();
        if waiting.closed {
            drop(waiting);
            return task.refuse(AnalyseError::Stopped);
        }
        waiting.forget_abandoned();
        if waiting.now.len() >= limit {
            drop(waiting);
            return task.refuse(AnalyseError::Busy(limit));
        }
        waiting.now.push_back(task);
        self.more.notify_one();
    }

    /// A task of a job.
    pub(super) fn push_job(&self, task: Task) {
        let mut waiting = self.lock();
        if waiting.closed {
            drop(waiting);
            return task.refuse(AnalyseError::Stopped);
        }
        waiting.jobs.push_back(task);
        self.more.notify_one();
    }

    /// The next task; waits for it. `None` once the line is closed.
    pub(super) fn next(&self) -> Option<Task> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(task) = waiting.next() {
                return Some(task);
            }
            waiting = self
                .more
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Refuses what waits and what comes within `pause`. False once the line is closed.
    pub(super) fn refuse_for(&self, pause: Duration, error: &AnalyseError) -> bool {
        let end = std::time::Instant::now() + pause;
        let mut waiting = self.lock();
        loop {
            let refused: Vec<Task> = {
                let Waiting { now, jobs, .. } = &mut *waiting;
                now.drain(..).chain(jobs.drain(..)).collect()
            };
            for task in refused {
                task.refuse(error.clone());
            }
            let left = end.saturating_duration_since(std::time::Instant::now());
            if waiting.closed || left.is_zero() {
                return !waiting.closed;
            }
            waiting = self
                .more
                .wait_timeout(waiting, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Ends the line: what waits is refused, and so is what comes.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        let refused: Vec<Task> = {
            let Waiting { now, jobs, .. } = &mut *waiting;
            now.drain(..).chain(jobs.drain(..)).collect()
        };
        drop(waiting);
        for task in refused {
            task.refuse(AnalyseError::Stopped);
        }
        self.more.notify_all();
    }

    /// How many tasks wait.
    pub(super) fn len(&self) -> usize {
        let mut waiting = self.lock();
        waiting.forget_abandoned();
        waiting.now.len() + waiting.jobs.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
